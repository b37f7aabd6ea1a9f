"""A distance stands between two rungs, below all or beyond them; exactly only at the ladder's N."""

from __future__ import annotations

import pytest

from bench.quality.cards import Rung, card_of_domain
from bench.quality.record import Quality
from bench.scoring.position import position

RUNGS = {"real": (0.5, 0.01), "blurred": (20.0, 0.4), "noise": (100.0, 2.0)}


@pytest.fixture
def card():
    """A card with three rungs, of N = 2,000."""
    rungs = {name: Rung(fd=fd, inception_score=None, kid=kid) for name, (fd, kid) in RUNGS.items()}
    return card_of_domain("mnist").model_copy(update={"ladder": rungs, "floor_n": 2000})


def quality(n=2000, **figures):
    absent = dict.fromkeys(set(Quality.figures()) - figures.keys(), "N too small")
    return Quality(extractor="random-0", title="FD", n=n, reference="test", absent=absent, **figures)


@pytest.mark.parametrize(
    ("fd", "text"),
    [
        (0.4, "FD 0.400 is below 'real' (0.500), the lowest rung"),
        (0.5, "FD 0.500 is between 'real' (0.500) and 'blurred' (20.0)"),
        (19.9, "FD 19.9 is between 'real' (0.500) and 'blurred' (20.0)"),
        (25.0, "FD 25.0 is between 'blurred' (20.0) and 'noise' (100)"),
        (101.0, "FD 101 is beyond 'noise' (100), the highest rung"),
    ],
)
def test_it_names_the_rungs_on_both_sides(card, fd, text):
    assert position(quality(fd=fd), card) == f"{text} (exact: the ladder has the same N = 2,000)"


def test_at_another_n_it_is_about(card):
    said = position(quality(n=1500, fd=25.0), card)
    assert said.endswith("(about: the ladder is of N = 2,000, this of N = 1,500, and FD falls with N)")


def test_rungs_are_set_in_order_by_their_distance(card):
    swapped = card.model_copy(update={"ladder": dict(reversed(card.ladder.items()))})
    assert position(quality(fd=25.0), swapped) == position(quality(fd=25.0), card)


def test_where_there_is_no_fd_kid_decides(card):
    said = position(quality(n=300, kid=0.3), card)
    assert said.startswith("KID 0.300 is between 'real' (0.0100) and 'blurred' (0.400) (by KID")
    without = {name: rung.model_copy(update={"fd": None}) for name, rung in card.ladder.items()}
    assert position(quality(fd=25.0, kid=0.3), card.model_copy(update={"ladder": without})).startswith("KID 0.300")


def test_what_cannot_be_said_has_its_reason(card):
    assert position(quality(), card) == "no distance was measured: N too small"
    assert position(quality(fd=1.0), None) == "random-0 has no ladder: only trained domain extractors have one"


def test_the_bundled_ladders_are_told_by_both_distances():
    for domain in ("mnist", "fashion-mnist", "monsters"):
        ladder = card_of_domain(domain).ladder
        assert all(rung.fd is not None and rung.kid is not None for rung in ladder.values())
        assert min(ladder, key=lambda name: ladder[name].kid) == "real"
