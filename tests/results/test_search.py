"""A trial is found by its names, or the choice is spelt out."""

import pytest

from bench.errors import UserError
from bench.models import choose
from bench.results.record import RunRecord
from bench.results.search import find_trial, trial_of


@pytest.fixture
def run(make_trial):
    """A run of the given trials."""

    def make(*trials):
        return RunRecord(
            name="a",
            created="2026-01-02T03:04:05+00:00",
            command="",
            study={},
            machine={},
            versions={},
            git=None,
            trials=trials,
            experiments=(),
            planned=len(trials),
        )

    return make


@pytest.fixture
def record(make_trial):
    """The record of one trial."""

    def make(model="gan", framework="torch", dataset="mnist-mini", seed=0, status="ok", reason=None):
        trial = make_trial(
            seed, id=f"{model}.{framework}.{seed}", choice=choose(model), framework=framework, dataset=dataset
        )
        return trial.record(status=status, reason=reason)

    return make


@pytest.fixture
def pair(run, record):
    """Two models in two frameworks with two seeds."""
    cells = [(model, framework) for model in ("gan", "cvae[equal]") for framework in ("torch", "tensorflow")]
    return run(*(record(model, framework, seed=seed) for model, framework in cells for seed in (0, 1)))


def test_all_names_together_name_one(pair):
    found = find_trial(pair, model="cvae[equal]", framework="tensorflow", dataset="mnist-mini", seed=1)
    assert found.id == "cvae[equal].tensorflow.1"


def test_what_the_run_leaves_no_choice_in_may_be_left_out(run, record):
    assert find_trial(run(record())).id == "gan.torch.0"
    assert find_trial(run(record(), record("cvae")), model="gan").id == "gan.torch.0"


def test_a_trial_that_cannot_be_drawn_from_is_no_choice(run, record):
    both = run(record(), record(framework="tensorflow", status="skipped", reason="tensorflow is not installed"))
    assert find_trial(both).framework == "torch"


def test_several_trials_are_told_apart(pair):
    with pytest.raises(UserError) as refused:
        find_trial(pair, model="gan")
    assert str(refused.value) == (
        "4 trials of run a, model gan can be drawn from; say which one: --framework torch or tensorflow, --seed 0 or 1"
    )


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"model": "gna"}, "unknown model of run a 'gna': did you mean gan?"),
        ({"model": "cvae"}, "unknown model of run a 'cvae': did you mean cvae[equal]?"),
        ({"framework": "pytorch"}, "unknown framework of run a 'pytorch': did you mean torch?"),
        ({"dataset": "x"}, "unknown data set of run a 'x': known: mnist-mini."),
        ({"model": "gan", "seed": 2}, "unknown seed of run a, model gan '2': known: 0, 1."),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_the_nearest(pair, wanted, message):
    with pytest.raises(UserError) as refused:
        find_trial(pair, **wanted)
    assert str(refused.value) == message


def test_a_trial_that_did_not_end_ok_says_why(run, record):
    diverged = run(record(status="diverged", reason="loss is nan at step 3"), record("cvae"))
    with pytest.raises(UserError, match=r"^trial gan\.torch\.0 did not end ok: diverged: loss is nan at step 3$"):
        find_trial(diverged, model="gan")
    failed = run(*(record(seed=seed, status="failed", reason="no room") for seed in range(3)))
    with pytest.raises(UserError, match=r"did not end ok \(nor did 2 others\): failed: no room$"):
        find_trial(failed)


def test_a_run_without_trials_has_none(run):
    with pytest.raises(UserError, match="run a has no finished trial yet"):
        find_trial(run())


def test_a_trial_is_found_by_the_beginning_of_its_id(run, record):
    trials = run(record(), record(seed=1), record(framework="tensorflow", status="failed", reason="no luck"))
    assert trial_of(trials, "gan.torch.1").seed == 1
    assert trial_of(trials, "gan.ten").status == "failed"
    with pytest.raises(UserError, match=r"unknown trial of run a 'gan.torch.7': did you mean gan.torch"):
        trial_of(trials, "gan.torch.7")
    with pytest.raises(UserError, match=r"2 such trials; say which one with --trial ID: gan.torch.0, gan.torch.1$"):
        trial_of(trials, "gan.torch")


def test_without_an_id_it_is_the_only_one_that_ended_ok(run, record):
    failed = record(seed=1, status="failed", reason="no luck")
    assert trial_of(run(record(), failed), None).seed == 0
    with pytest.raises(UserError, match="no trial of run a ended ok"):
        trial_of(run(failed), None)
    with pytest.raises(UserError, match=r"4 such trials; .*, \.\.\.$"):
        trial_of(run(*(record(seed=seed) for seed in range(4))), None)


def test_an_experiment_is_found_where_it_is_named(run, record):
    part = "mnist-mini[classes=3]"
    extra = record("cvae", dataset=part, seed=3)
    whole = run(record("cvae")).model_copy(update={"experiments": (extra,)})
    assert find_trial(whole, dataset=part) == trial_of(whole, "cvae.torch.3") == extra
    assert find_trial(whole) == trial_of(whole, None) == whole.trials[0]
    with pytest.raises(UserError, match=r"unknown data set of run a 'mnist-mini\[classes=4\]'"):
        find_trial(whole, dataset="mnist-mini[classes=4]")
