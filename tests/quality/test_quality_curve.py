"""Area under a curve and time to a target: exact on curves that are known, and consistent on all others."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bench.quality.cards import Card, card_named, cards
from bench.quality.curve import (
    Moment,
    Target,
    TimeToQuality,
    curve_area,
    first_crossing,
    preset_target,
    time_to_quality,
)
from bench.quality.record import Quality

HEAD = ("fashion-mnist-0a1b2c3d", 2000, "test images")


@st.composite
def curves(draw, smallest=1e-6):
    """Curves of 2 to 8 checkpoints, at growing images and a pace that varies."""
    images = sorted(draw(st.sets(st.integers(1, 10**8), min_size=2, max_size=8)))
    seconds, before, moments = 0.0, images[0], []
    for seen in images:
        seconds += draw(st.floats(1e-6, 1e-2)) * (seen - before)
        moments.append(Moment(seen, seconds, draw(st.floats(smallest, 1e4))))
        before = seen
    return moments


def halving(*distances):
    """A curve at 1,000, 2,000, 4,000 ... images, a thousand a second after the first."""
    return [Moment(1000 * 2**k, 2.0**k - 1, distance) for k, distance in enumerate(distances)]


@given(curves(), st.floats(1e-3, 1e3))
def test_an_area_is_a_mean_that_scales_with_its_curve(curve, factor):
    area = curve_area(curve)
    low, high = min(m.distance for m in curve), max(m.distance for m in curve)
    assert low * (1 - 1e-9) <= area <= high * (1 + 1e-9)
    assert curve_area([m._replace(distance=m.distance * factor) for m in curve]) == pytest.approx(factor * area)
    # Counted in batches instead of images, the logarithm only moves.
    assert curve_area([m._replace(images=m.images * 64) for m in curve]) == pytest.approx(area)


@given(curves(), st.data())
def test_an_area_does_not_change_with_a_checkpoint_on_the_line(curve, data):
    place = data.draw(st.integers(0, len(curve) - 2))
    before, after = curve[place : place + 2]
    images = math.sqrt(before.images * after.images)
    between = Moment(images, before.seconds, (before.distance + after.distance) / 2)
    assert curve_area([*curve[: place + 1], between, *curve[place + 1 :]]) == pytest.approx(curve_area(curve))


def test_an_area_weighs_each_doubling_alike():
    assert curve_area(halving(80, 40, 20)) == pytest.approx((60 + 30) / 2)
    assert curve_area([Moment(1000, 0, 80), Moment(2000, 1, 40), Moment(16000, 15, 40)]) == pytest.approx(45)
    assert curve_area(halving(80)) is None


@given(curves(), st.floats(1e-6, 1e4), st.booleans())
def test_a_crossing_lies_between_the_checkpoints_that_bracket_it_first(curve, target, logarithmic):
    crossing = first_crossing(curve, target, logarithmic=logarithmic)
    below = [place for place, moment in enumerate(curve) if moment.distance <= target]
    if not below or below[0] == 0:
        assert crossing is None
        return
    before, after = curve[below[0] - 1 : below[0] + 1]
    assert before.images * (1 - 1e-12) <= crossing.images <= after.images
    assert before.seconds - 1e-6 <= crossing.seconds <= after.seconds + 1e-6


@given(curves(), st.floats(1e-6, 1e4), st.floats(1, 100))
def test_a_harder_target_is_never_reached_sooner(curve, target, factor):
    harder, easier = (first_crossing(curve, at, logarithmic=True) for at in (target / factor, target))
    if harder is not None and easier is not None:
        assert harder.images >= easier.images * (1 - 1e-9)
        assert harder.seconds >= easier.seconds - 1e-6
    if curve[0].distance > target:
        assert easier is not None or harder is None


@given(st.floats(0.05, 3), st.floats(1.001, 100))
def test_a_power_law_is_crossed_exactly_where_it_passes(power, images):
    curve = [Moment(n, n / 500, 100 * n**-power) for n in (1, 10, 100)]
    crossing = first_crossing(curve, 100 * images**-power, logarithmic=True)
    assert crossing.images == pytest.approx(images, rel=1e-6)
    assert crossing.seconds == pytest.approx(images / 500, rel=1e-6)


def test_a_distance_below_zero_is_crossed_in_a_straight_line():
    crossing = first_crossing(halving(0.3, -0.1), 0.1, logarithmic=False)
    assert crossing.images == pytest.approx(1000 * math.sqrt(2))
    assert first_crossing(halving(30, 0.0), 10, logarithmic=True).images == pytest.approx(1000 * 2 ** (2 / 3))


@given(curves(smallest=-1.0), st.floats(1e-3, 1e4), st.sampled_from(["fd", "kid"]))
def test_every_curve_has_a_record_that_survives_json(curve, target, figure):
    record = time_to_quality(figure, *HEAD, curve, Target(target, "by decree"))
    assert TimeToQuality.model_validate_json(record.model_dump_json()) == record
    assert (record.images_to_target is None) == (record.reached != "between checkpoints")
    assert (record.reached == "never") == all(moment.distance > target for moment in curve)


def test_a_target_that_was_not_reached_says_so_in_words():
    record = time_to_quality("fd", *HEAD, halving(90, 60, 40), Target(28.516, "by decree"))
    assert (record.reached, record.images_to_target, record.seconds_to_target) == ("never", None, None)
    assert record.absent["images_to_target"] == "never below 28.52 in this budget"
    early = time_to_quality("fd", *HEAD, halving(9, 6), Target(28.516, "by decree"))
    assert early.reached == "before the first checkpoint"
    assert early.absent["images_to_target"] == "below 28.52 at the first checkpoint already: at most 1,000 images"
    assert early.absent["seconds_to_target"].endswith("at most 0.0 s")


def test_a_curve_without_a_target_or_of_one_checkpoint_says_why():
    record = time_to_quality("kid", *HEAD, halving(0.5), Target(None, "no target: it is so"))
    assert set(record.absent) == {
        "curve_area",
        "target",
        "target_source",
        "reached",
        "images_to_target",
        "seconds_to_target",
    }
    assert record.absent["curve_area"] == "one checkpoint alone has no area under it"
    assert record.absent["target"] == record.absent["reached"] == "no target: it is so"


def test_null_without_a_reason_is_refused():
    record = time_to_quality("fd", *HEAD, halving(90, 60), Target(70.0, "by decree"))
    with pytest.raises(ValidationError, match="curve_area"):
        TimeToQuality.model_validate({**record.model_dump(), "curve_area": None})
    with pytest.raises(ValidationError, match="reached"):
        TimeToQuality.model_validate({**record.model_dump(), "absent": {"reached": "why"}})


def scored(n=2000, **figures) -> Quality:
    absent = {name: "not here" for name in Quality.figures() if name not in figures}
    return Quality(extractor="x", title="FD", n=n, reference="test", absent=absent, **figures)


@pytest.mark.parametrize("card", cards().values(), ids=lambda card: card.domain)
def test_the_target_of_a_domain_extractor_is_blur_whatever_was_scored(card: Card):
    target = preset_target("fd", 2000, scored(floor=0.5, ceiling=100.0), card)
    assert target == preset_target("fd", 1500, scored(), card)
    assert target.value == card.ladder["blurred"].fd
    assert f"3x3 blur, at N = {card.floor_n:,}, by the ladder of {card.name}" in target.words
    assert card_named(card.name) == card


def test_without_a_ladder_the_target_lies_halfway_between_floor_and_ceiling_by_factors():
    target = preset_target("fd", 2000, scored(floor=4.0, ceiling=400.0), None)
    assert target.value == pytest.approx(40)
    assert target.words == "the geometric mean of real images (4) and uniform noise (400) at N = 2,000"


@pytest.mark.parametrize(
    ("figure", "n", "quality", "reason"),
    [
        ("fd", 2000, scored(), "nor a floor and a ceiling"),
        ("fd", 2000, scored(floor=0.0, ceiling=400.0), "nor a floor and a ceiling"),
        ("fd", 2000, scored(n=10_000, floor=4.0, ceiling=400.0), "at N = 10,000, not the curve's 2,000"),
        ("kid", 2000, scored(kid_floor=-0.001, kid_ceiling=0.5), "zero but for chance"),
    ],
)
def test_where_there_is_no_target_the_reason_is_given(figure, n, quality, reason):
    target = preset_target(figure, n, quality, None)
    assert target.value is None
    assert reason in target.words


def test_an_extractor_that_is_no_classifier_has_no_card():
    assert card_named("inception-2015-12-05") is None
