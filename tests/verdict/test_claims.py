"""The claims: each is found, states its test, and is supported or refuted by made-up runs of known truth."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.training.pictures import write_samples
from bench.verdict.advice import MOST_ADVISED
from bench.verdict.borders import lit_border
from bench.verdict.claims.faults import IN_COLOUR
from bench.verdict.claims.walks import BEYOND
from bench.verdict.hypotheses import NO_CLASSES
from bench.verdict.judge import WHOLE, declared
from bench.verdict.latent import NO_SHOES, NOTHING_LASTS
from bench.verdict.record import Claim

if TYPE_CHECKING:
    from bench.results.record import TrialRecord
    from tests.verdict.conftest import Runs

GREY, COLOUR = (4, 4, 1), (4, 4, 3)
NEAR, FAR = range(20, 26), range(200, 206)
ASKED = {"study": {"experiments": True}}
CLOTHES, DIGITS = ("Trouser", "Pullover", "Sneaker", "Bag"), ("0", "1", "2", "3")


def claim(runs: Runs, number: int, trials: Any, **changes: Any) -> Claim:
    return runs.judged(trials, **changes).claims[number - 1]


def family_of(runs: Runs, trials: Any, **changes: Any) -> Any:
    families = runs.judged(trials, **changes).declared.families
    return next((family for family in families if family.name == "the claims"), None)


def test_the_eleven_claims_are_found_and_say_how_they_are_tested():
    found = declared()
    assert [one.id for one in found] == list(range(1, 12))
    for one in found:
        assert all((one.claim, one.measure, one.direction, one.threshold, one.test, one.models))


def test_a_run_that_has_nothing_for_them_tests_none(runs: Runs) -> None:
    found = runs.judged([runs.trial("vae_dense", "torch")])
    assert {one.verdict for one in found.claims} == {"not tested"}
    assert all(one.reason for one in found.claims)
    assert found.claims[0].command == (
        "python -m bench run --models gan --datasets fashion-mnist-mini --seeds 6 --budget standard"
    )
    walked = found.claims[7].command
    assert walked is not None
    assert walked.endswith("--models cvae --datasets fashion-mnist-mini --experiments --seeds 6 --budget standard")
    assert [family.name for family in found.declared.families] == []


@pytest.mark.parametrize(("ambiguous", "fds", "verdict"), [(0.2, NEAR, "supported"), (0.8, FAR, "refuted")])
def test_1_near_and_recognisable(runs: Runs, ambiguous: float, fds: range, verdict: str) -> None:
    # Between floor and ceiling, 3.1 and 812, the geometric mean is 50.2.
    figures = [{"ambiguous": ambiguous + seed / 1000} for seed in range(6)]
    trials = [
        runs.trial("gan", "torch", seed=seed, quality=runs.score(fd, **figures[seed])) for seed, fd in enumerate(fds)
    ]
    found = claim(runs, 1, trials)
    assert (found.verdict, found.command) == (verdict, None)
    assert [finding.part for finding in found.findings] == ["close to the data", "recognisable"]
    assert found.figures[0].threshold == pytest.approx((3.1 * 812) ** 0.5)


def test_1_depends_where_its_parts_disagree(runs: Runs) -> None:
    trials = [
        runs.trial("gan", "torch", seed=seed, quality=runs.score(fd, ambiguous=0.8 + seed / 1000))
        for seed, fd in enumerate(NEAR)
    ]
    found = claim(runs, 1, trials)
    assert found.verdict == "undecided"
    assert found.reason.startswith("It depends. Supported on fashion-mnist-mini (close to the data); refuted")


def test_1_where_half_of_it_cannot_be_tested_there_is_a_leaning_at_most(runs: Runs) -> None:
    own = "folder:/x"
    found = claim(runs, 1, runs.cell("gan", NEAR, dataset=own), datasets={own: runs.dataset(own, classes=0)})
    assert [finding.verdict for finding in found.findings] == ["supported", "not tested"]
    assert (found.verdict, found.leans) == ("leaning", "supported")
    assert found.reason.endswith(f"Not tested on {own}: recognisable ({NO_CLASSES}).")
    assert found.command is not None
    assert f"--datasets {WHOLE} " in found.command  # more seeds on pictures without classes would not decide it


def test_1_a_data_set_on_which_all_of_it_was_tested_decides(runs: Runs) -> None:
    figures = {"ambiguous": 0.2}
    labelled = [
        runs.trial("gan", "torch", "mnist-mini", seed, quality=runs.score(fd, ambiguous=0.2 + seed / 1000))
        for seed, fd in enumerate(NEAR)
    ]
    sets = {"fashion-mnist-mini": runs.dataset(classes=0), "mnist-mini": runs.dataset("mnist-mini", classes=10)}
    found = claim(runs, 1, [*runs.cell("gan", NEAR, figures=figures), *labelled], datasets=sets)
    assert (found.verdict, found.leans) == ("supported", None)
    assert "Not tested on fashion-mnist-mini: recognisable" in found.reason
    against = claim(runs, 1, [*runs.cell("gan", FAR, figures=figures), *labelled], datasets=sets)
    assert against.verdict == "undecided"
    assert against.reason.startswith("It depends.")


@pytest.mark.parametrize(("lit", "verdict"), [(255, "supported"), (0, "refuted")])
def test_2_cut_off_and_incoherent(runs: Runs, monkeypatch, lit: int, verdict: str) -> None:
    monkeypatch.setattr("bench.verdict.borders._of_dataset", lambda *_: (0.5, ""))
    trials = []
    for seed in range(6):
        quality = runs.score(40.0, ambiguous=(0.3 if lit else 0.01) + seed / 1000)
        trial = runs.trial("gan", "torch", seed=seed, quality=quality)
        images = np.full((8, *GREY), lit, np.uint8)
        images[0, 0, : seed % 3] = 255 - lit
        write_samples(runs.folder / "demo/trials" / trial.id / "samples.npz", images)
        trials.append(trial)
    found = claim(runs, 2, trials)
    assert found.verdict == verdict
    border, incoherent = (finding.figures[0] for finding in found.findings)
    assert (border.side.real, border.threshold) == (0.5, 0.5)
    assert border.threshold_words == "the same share of real test pictures"
    assert (incoherent.threshold, incoherent.threshold_words) == (
        0.05,
        "the share of real test pictures, 5% by definition",
    )


@pytest.mark.parametrize(("number", "model"), [(2, "gan"), (4, "cvae")])
def test_2_and_4_pictures_as_good_as_real_ones_have_no_faults(runs: Runs, number: int, model: str) -> None:
    # Real training pictures have fewer between classes, because the classifier was trained on them.
    shares = (0.047, 0.052, 0.049, 0.051, 0.048, 0.053)
    trials = [
        runs.trial(model, "torch", seed=seed, quality=runs.score(40.0, ambiguous=share, ambiguous_real=0.01))
        for seed, share in enumerate(shares)
    ]
    finding = claim(runs, number, trials).findings[-1]
    assert finding.verdict == "undecided"
    assert finding.p_value == pytest.approx(1.0)


def test_2_what_is_cut_off_is_not_seen_in_colour(runs: Runs) -> None:
    trials = [
        runs.trial("gan", "torch", seed=seed, image_shape=COLOUR, quality=runs.score(40.0, ambiguous=0.3 + seed / 1000))
        for seed in range(6)
    ]
    found = claim(runs, 2, trials)
    assert [finding.verdict for finding in found.findings] == ["not tested", "supported"]
    assert IN_COLOUR[1:] in found.findings[0].reason
    assert (found.verdict, found.leans) == ("leaning", "supported")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY\x01\x00 no array", None])
def test_2_samples_that_cannot_be_read_are_a_reason(runs: Runs, monkeypatch, content: bytes | None) -> None:
    monkeypatch.setattr("bench.verdict.borders._of_dataset", lambda *_: (0.5, ""))
    trials = [runs.trial("gan", "torch", seed=seed) for seed in range(6)]
    for trial in trials:
        path = runs.folder / "demo/trials" / trial.id / "samples.npz"
        path.parent.mkdir(parents=True)
        if content is not None:
            path.write_bytes(content)
    found = claim(runs, 2, trials)
    assert found.verdict == "not tested"
    assert f"its samples {'cannot be read' if content is not None else 'are not in'}" in found.reason


def fixed_noise(runs: Runs, model: str, over_chance: float) -> list[TrialRecord]:
    return [
        runs.trial(model, "torch", seed=seed, fixed_noise=runs.fixed_noise(0.2 + over_chance + seed / 1000, 0.2))
        for seed in range(6)
    ]


@pytest.mark.parametrize(("over_chance", "verdict"), [(0.1, "supported"), (-0.1, "refuted")])
def test_2_incoherent_shapes_last(runs: Runs, over_chance: float, verdict: str) -> None:
    found = claim(runs, 2, [*fixed_noise(runs, "gan", over_chance), *fixed_noise(runs, "cvae", 0.3)], **ASKED)
    lasting = found.findings[-1]
    assert lasting.part.startswith("incoherent shapes last")
    assert lasting.verdict == verdict
    first, *beside = lasting.figures
    assert first.side.mean.value == pytest.approx(over_chance + 0.0025)
    assert first.threshold == 0.0
    assert [(figure.side.recipe, figure.protocol.measure) for figure in beside] == [
        ("cvae", "lasting"),
        ("gan", "drift"),
        ("cvae", "drift"),
    ]


def test_2_where_nothing_is_between_classes_nothing_can_last(runs: Runs) -> None:
    trials = [runs.trial("gan", "torch", seed=seed, fixed_noise=runs.fixed_noise(0.0, 0.0)) for seed in range(6)]
    lasting = claim(runs, 2, trials, **ASKED).findings[-1]
    assert (lasting.verdict, lasting.reason) == ("not tested", f"The GAN: {NOTHING_LASTS}.")


def test_what_was_not_asked_for_is_in_no_family(runs: Runs) -> None:
    trials = runs.cell("gan", NEAR)
    small, large = family_of(runs, trials), family_of(runs, trials, **ASKED)
    assert (large.size, large.tested) == (small.size + 1, small.tested)


@pytest.mark.parametrize("shape", [GREY, COLOUR])
@pytest.mark.parametrize("classes", [0, 10])
@pytest.mark.parametrize("model", ["gan", "cvae", "cond_vae"])
def test_the_family_does_not_shrink_with_what_failed(runs: Runs, model: str, classes: int, shape: Any) -> None:
    sets = {"fashion-mnist-mini": runs.dataset(classes=classes, class_names=CLOTHES, image_shape=shape)}
    changes = {"image_shape": shape, "num_classes": classes}
    ended = runs.cell(model, NEAR, walks=runs.walks(), fixed_noise=runs.fixed_noise(), **changes)
    changes = {"image_shape": None, "num_classes": None, "status": "failed", "reason": "out of memory"}
    failed = [runs.trial(model, trial.framework, seed=trial.seed, **changes) for trial in ended]
    whole, none = (family_of(runs, trials, datasets=sets, **ASKED) for trials in (ended, failed))
    if model == "cond_vae" and not classes:
        assert whole is none is None
        return
    assert whole.size == none.size > none.tested == 0


def test_of_a_data_set_that_was_not_read_the_trials_tell_the_classes(runs: Runs) -> None:
    labelled, unlabelled = runs.cell("gan", NEAR), runs.cell("gan", NEAR, num_classes=0)
    for trials, verdict in ((labelled, "undecided"), (unlabelled, "not tested")):
        assert claim(runs, 1, trials, datasets={}).findings[1].verdict == verdict


def test_the_border_is_the_outermost_pixels():
    images = np.zeros((1, 4, 5, 3), np.uint8)
    images[0, 1:3, 1:4] = 255
    assert lit_border(images) == 0
    images[0, 0, 0, 2] = 200
    assert lit_border(images) == pytest.approx(1 / 14)


@pytest.mark.parametrize(("cvae", "verdict"), [(FAR, "supported"), (range(5, 11), "refuted")])
def test_3_the_gan_against_the_cvae(runs: Runs, cvae: range, verdict: str) -> None:
    found = claim(runs, 3, [*runs.cell("gan", NEAR), *runs.cell("cvae", cvae)])
    assert found.verdict == verdict
    assert found.findings[0].difference is not None
    assert {figure.side.recipe for figure in found.figures} == {"gan", "cvae"}


@pytest.mark.parametrize(("ambiguous", "verdict"), [(0.3, "supported"), (0.01, "refuted")])
def test_4_fusions(runs: Runs, ambiguous: float, verdict: str) -> None:
    trials = [
        runs.trial("cvae", "torch", seed=seed, quality=runs.score(40.0, ambiguous=ambiguous + seed / 1000))
        for seed in range(6)
    ]
    found = claim(runs, 4, [*trials, *runs.cell("gan", NEAR)])
    assert found.verdict == verdict
    assert {figure.side.recipe for figure in found.figures} == {"cvae", "gan"}  # the GAN's stands beside it


@pytest.mark.parametrize(("cvae", "verdict"), [(NEAR, "supported"), (FAR, "refuted")])
def test_5_right_from_the_start(runs: Runs, cvae: range, verdict: str) -> None:
    trials = [*runs.cell("gan", range(50, 56)), *runs.cell("cvae", cvae)]
    found = claim(runs, 5, trials)
    assert found.verdict == verdict
    assert "after 512 training images" in found.figures[0].protocol.how


@pytest.mark.parametrize(("power", "verdict"), [(0.02, "supported"), (0.5, "refuted")])
def test_6_late_training(runs: Runs, power: float, verdict: str) -> None:
    trials = []
    for trial in runs.cell("cvae", FAR):
        steep = power * (1 + trial.seed / 100)
        points = (p.model_copy(update={"fd": 100 * (800 / p.steps) ** steep}) for p in trial.curve)
        trials.append(trial.model_copy(update={"curve": tuple(points)}))
    assert claim(runs, 6, trials).verdict == verdict


@pytest.mark.parametrize(("kid", "verdict"), [(0.02, "supported"), (0.5, "refuted")])
def test_7_a_single_class(runs: Runs, kid: float, verdict: str) -> None:
    one = "mnist-mini[classes=0]"
    trials = [
        runs.trial("cvae", "torch", name, seed, quality=runs.score(None, kid=value + seed / 1000))
        for name, value in ((one, kid), ("mnist-mini", 0.2))
        for seed in range(6)
    ]
    sets = {one: runs.dataset(one, classes=1), "mnist-mini": runs.dataset("mnist-mini", classes=10)}
    assert claim(runs, 7, trials, datasets=sets).verdict == verdict
    several = sets | {one: runs.dataset(one, classes=2)}
    assert claim(runs, 7, trials, datasets=several).verdict == "not tested"


def experiment(runs: Runs, seed: int, kid: float | None, **changes: Any) -> TrialRecord:
    """A trial on the class of its seed, scored against that class, on a scale of its own."""
    name = f"mnist-mini[classes={seed % 10}]"
    scale = 1.0 + seed
    quality = runs.score(
        None, kid=None if kid is None else kid * scale, kid_ceiling=scale, n=190 + seed, reference=f"{name} test"
    )
    return runs.trial("cvae", "torch", name, seed, **{"id": f"extra-{seed}", "quality": quality} | changes)


def whole_set(runs: Runs, kid: float = 0.2, seeds: int = 6) -> list[TrialRecord]:
    """Both halves of the whole set's trials; TensorFlow's would turn every verdict round."""
    return [
        runs.trial("cvae", framework, "mnist-mini", seed, quality=runs.score(None, kid=value + seed / 1000))
        for framework, value in (("torch", kid), ("tensorflow", 0.9 - kid))
        for seed in range(seeds)
    ]


@pytest.mark.parametrize(("kid", "verdict"), [(0.02, "supported"), (0.5, "refuted")])
def test_7_by_experiments_with_another_class_each_seed(runs: Runs, kid: float, verdict: str) -> None:
    extra = [experiment(runs, seed, kid + seed / 1000) for seed in range(6)]
    found = claim(runs, 7, whole_set(runs), experiments=tuple(extra), experiments_planned=6)
    assert (found.verdict, len(found.findings)) == (verdict, 1)
    one, all_ = found.figures
    assert (one.side.recipe, all_.side.recipe) == ("cvae on one class of mnist-mini", "cvae on all of mnist-mini")
    assert one.side.values == pytest.approx([1 - kid - seed / 1000 for seed in range(6)])
    assert all_.side.values == pytest.approx([0.8 - seed / 1000 for seed in range(6)])  # in PyTorch alone
    assert one.protocol.n is None
    assert "mnist-mini[classes=5] test; all of mnist-mini: " in (one.protocol.reference or "")


def test_7_no_verdict_before_the_last_experiment(runs: Runs) -> None:
    extra = tuple(experiment(runs, seed, 0.02 + seed / 1000) for seed in range(6))
    found = runs.judged(whole_set(runs), experiments=extra, experiments_planned=7)
    assert not found.over
    assert (found.claims[6].verdict, found.claims[6].leans) == ("leaning", "supported")
    assert "trials are still to come" in found.claims[6].reason
    before = runs.judged(whole_set(runs), experiments_planned=6)
    assert (before.over, before.claims[6].verdict) == (False, "not tested")
    assert before.claims[6].reason.startswith("The run has no cvae on a single class")


def test_7_different_extractors_are_not_compared(runs: Runs) -> None:
    extra = tuple(
        experiment(runs, seed, None, quality=runs.score(None, kid=0.1, extractor="random-1")) for seed in range(6)
    )
    found = claim(runs, 7, whole_set(runs), experiments=extra)
    assert found.verdict == "not tested"
    assert "not comparable: scored by random-1, and all classes by fashion-mnist-162c87b7" in found.reason


def test_7_classes_that_were_skipped_say_why(runs: Runs) -> None:
    changes = {"status": "skipped", "reason": "99 + 20 images of this class are too few", "quality": None}
    extra = tuple(experiment(runs, seed, None, **changes) for seed in range(2))
    found = claim(runs, 7, whole_set(runs), experiments=extra)
    assert found.verdict == "not tested"
    assert "2 trials skipped: 99 + 20 images of this class are too few" in found.reason


def test_7_experiments_have_no_part_in_any_other_claim_or_answer(runs: Runs) -> None:
    extra = tuple(experiment(runs, seed, 0.02 + seed / 1000) for seed in range(6))
    trials = [*whole_set(runs), *runs.cell("gan", NEAR, dataset="mnist-mini")]
    without, found = (runs.judged(trials, experiments=some) for some in ((), extra))
    assert (without.answers, without.frameworks) == (found.answers, found.frameworks)
    for one, other in zip(without.claims, found.claims, strict=True):
        assert [f.setting for f in one.findings] == [f.setting for f in other.findings] or one.id == 7


def test_7_a_command_makes_the_experiments(runs: Runs) -> None:
    command = "python -m bench run --models cvae --datasets mnist-mini --experiments --seeds 6 --budget"
    never = claim(runs, 7, [runs.trial("gan", "torch")])
    assert never.command == f"{command} standard"
    extra = tuple(experiment(runs, seed, 0.02 + seed / 1000) for seed in range(3))
    few = claim(runs, 7, whole_set(runs, seeds=3), experiments=extra)
    assert (few.verdict, few.leans) == ("leaning", "supported")
    assert few.command == f"{command} quick"


def walked(runs: Runs, trials: list[TrialRecord], names: tuple[str, ...] = CLOTHES) -> Claim:
    sets = {trial.dataset: runs.dataset(trial.dataset, classes=len(names), class_names=names) for trial in trials}
    return claim(runs, 8, trials, datasets=sets, **ASKED)


@pytest.mark.parametrize(
    ("share", "cross_fade", "verdict"), [(0.75, 0.125, "supported"), (0.25, 0.5, "refuted"), (0.75, 0.9, "undecided")]
)
def test_8_most_walks_by_way_of_a_pullover(runs: Runs, share: float, cross_fade: float, verdict: str) -> None:
    trials = [
        runs.trial("cvae", "torch", seed=seed, walks=runs.walks(share + seed / 1000, cross_fade=cross_fade))
        for seed in range(6)
    ]
    found = walked(runs, trials)
    assert found.verdict == verdict
    assert (found.command is None) == (verdict != "undecided")
    most, beyond = found.findings
    assert most.part == "from a shoe to trousers by way of a pullover"
    assert (beyond.part, beyond.figures[0].threshold) == (BEYOND, 0.0)
    assert beyond.figures[0].side.mean.value == pytest.approx(share + 0.0025 - cross_fade)
    walk, faded = most.figures
    assert (walk.threshold, walk.threshold_words) == (0.5, "one half: most walks")
    assert faded.side.mean.value == cross_fade
    assert "cross-fade" in faded.title
    assert "64 of 16 pictures each" in walk.protocol.how


def test_8_is_not_tested_where_there_are_no_shoes(runs: Runs) -> None:
    route = {"route": "from one class to another by way of a third", "starts": (), "ends": (), "by_way_of": None}
    trials = [
        runs.trial("cvae", "torch", "mnist-mini", seed, walks=runs.walks(0.9 + seed / 1000, **route))
        for seed in range(6)
    ]
    elsewhere = walked(runs, trials, DIGITS)
    assert (elsewhere.verdict, len(elsewhere.findings)) == ("not tested", 1)
    # Names that fit in a folder of one's own, where walks go from any class to any other.
    fitting = walked(runs, trials, CLOTHES)
    assert (fitting.verdict, len(fitting.findings)) == ("not tested", 2)
    assert NO_SHOES[10:] in elsewhere.reason
    assert NO_SHOES[10:] in fitting.reason
    assert walked(runs, trials, DIGITS[:2]).findings == ()


def test_8_is_not_tested_where_it_was_not_asked_for(runs: Runs) -> None:
    trials = [runs.trial("cvae", "torch", seed=seed, walks=runs.walks(0.75 + seed / 1000)) for seed in range(6)]
    found = claim(runs, 8, trials, datasets={"fashion-mnist-mini": runs.dataset(classes=4, class_names=CLOTHES)})
    assert (found.verdict, found.findings) == ("not tested", ())
    assert "--experiments" in found.reason


def test_8_walks_that_say_nothing_are_not_tested_with_the_reason(runs: Runs) -> None:
    none = [runs.trial("cvae", "torch", seed=seed, walks=runs.walks(None, None, recognised=0)) for seed in range(6)]
    assert walked(runs, none).reason == "The convolutional VAE: no walk counts."
    unknown = [
        runs.trial("cvae", "torch", seed=seed, absent={"walks": "random features classify nothing"})
        for seed in range(6)
    ]
    found = walked(runs, unknown)
    assert (found.verdict, found.reason) == ("not tested", "The convolutional VAE: random features classify nothing.")
    assert found.command is not None
    assert "--experiments" in found.command


def test_8_walks_by_another_protocol_are_left_out(runs: Runs) -> None:
    other = [runs.walks(0.9), *(runs.walks(0.1 + seed / 1000, extractor="mine-1") for seed in range(1, 6))]
    trials = [runs.trial("cvae", "torch", seed=seed, walks=walks) for seed, walks in enumerate(other)]
    most, _ = walked(runs, trials).findings
    assert most.figures[0].side.seeds == (1, 2, 3, 4, 5)
    assert "another protocol" in most.figures[0].side.missing[0]


@pytest.mark.parametrize(("fd", "verdict"), [(100.0, "supported"), (700.0, "refuted")])
def test_9_other_data(runs: Runs, fd: float, verdict: str) -> None:
    trials = runs.cell("gan", [fd + seed for seed in range(6)], image_shape=COLOUR)
    assert claim(runs, 9, trials).verdict == verdict
    grey = runs.cell("gan", [fd + seed for seed in range(6)], image_shape=GREY)
    assert claim(runs, 9, grey).verdict == "not tested"


@pytest.mark.parametrize("conv", [NEAR, range(400, 406)])
def test_10_convolutions_change_it_either_way(runs: Runs, conv: range) -> None:
    found = claim(runs, 10, [*runs.cell("vae_conv", conv), *runs.cell("vae_dense", FAR)])
    assert found.verdict == "supported"
    assert claim(runs, 10, [*runs.cell("vae_conv", FAR), *runs.cell("vae_dense", FAR)]).verdict == "undecided"


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.95, "supported"), (0.5, "refuted")])
def test_11_the_class_that_was_asked_for(runs: Runs, accuracy: float, verdict: str) -> None:
    trials = [
        runs.trial(
            "cond_vae",
            "torch",
            seed=seed,
            quality=runs.score(40.0, label_accuracy=accuracy + seed / 1000, label_accuracy_real=0.92),
        )
        for seed in range(6)
    ]
    found = claim(runs, 11, trials)
    assert found.verdict == verdict
    assert found.figures[0].threshold == pytest.approx(0.9 * 0.92)


def test_three_seeds_only_lean_and_a_command_decides(runs: Runs) -> None:
    found = claim(runs, 3, [*runs.cell("gan", range(20, 23)), *runs.cell("cvae", range(200, 203))])
    assert (found.verdict, found.leans) == ("leaning", "supported")
    assert found.command is not None
    assert shlex.split(found.command)[-3:] == ["6", "--budget", "quick"]


@pytest.mark.parametrize("more", [0.1, 5.0])
def test_no_hopeless_number_of_seeds_is_advised(runs: Runs, more: float) -> None:
    spread = [50.0, 80.0, 20.0, 60.0, 30.0, 90.0]
    found = claim(runs, 3, [*runs.cell("gan", spread), *runs.cell("cvae", [fd + more for fd in spread])])
    assert found.verdict == "undecided"
    assert found.command is not None
    assert f"--seeds {MOST_ADVISED} " in found.command


def test_data_sets_that_agree_make_a_verdict_and_those_that_do_not_none(runs: Runs) -> None:
    here = [*runs.cell("gan", NEAR), *runs.cell("cvae", FAR)]
    alike = [*runs.cell("gan", NEAR, dataset="mnist-mini"), *runs.cell("cvae", FAR, dataset="mnist-mini")]
    other = [*runs.cell("gan", FAR, dataset="mnist-mini"), *runs.cell("cvae", NEAR, dataset="mnist-mini")]
    assert claim(runs, 3, [*here, *alike]).verdict == "supported"
    found = claim(runs, 3, [*here, *other])
    assert found.verdict == "undecided"
    assert found.reason.startswith("It depends. ")
