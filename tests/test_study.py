"""A study is read from settings or a file; what is wrong with it is said in one line that names the file."""

from __future__ import annotations

import pytest

from bench import datasets
from bench.datasets import places
from bench.datasets.idx_source import FILES
from bench.errors import UserError
from bench.study import everything, make_study, read_study

SMALL = {"models": ["gan"], "datasets": ["mnist-mini"]}


def test_lists_may_be_written_as_text():
    study = make_study({"models": "gan, cvae[equal,latent=8]", "datasets": "mnist-mini", "frameworks": "torch"})
    assert study.models == ("gan", "cvae[equal,latent=8]")
    assert study.datasets == ("mnist-mini",)
    assert study.frameworks == ("torch",)


def test_a_file_says_the_same_as_settings(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text('models = ["gan", "cvae[equal]"]\ndatasets = "mnist-mini"\nseconds = 3\nseeds = 2\n')
    study = make_study(read_study(path))
    assert (study.models, study.seconds, study.seeds) == (("gan", "cvae[equal]"), 3.0, 2)


def test_a_file_may_spell_keys_as_the_command_line_does(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text('batch-size = 32\nextractor = "domain"\ntimeout = 60\n')
    study = make_study(read_study(path), fill=True)
    assert (study.batch_size, study.extractors, study.timeout_seconds) == (32, ("domain",), 60.0)


def test_gpu_is_another_word_for_cuda():
    assert make_study({**SMALL, "device": "gpu"}).device == "cuda"


def test_a_file_may_leave_out_models_and_data_sets(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text('budget = "smoke"\n')
    assert read_study(path) == {"budget": "smoke"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": ["gna"]}, "unknown model 'gna': did you mean gan or dcgan?"),
        ({"models": ["cvae[equl]"]}, "unknown variant of cvae 'equl': did you mean equal?"),
        ({"models": ["cvae[latnt=4]"]}, "unknown setting of cvae 'latnt': did you mean latent?"),
        ({"models": []}, "models: name at least one"),
        ({"models": ""}, "models: name at least one"),
        ({"models": 3}, "models: Input should be a valid tuple, got 3"),
        ({"models": [3]}, "models: Input should be a valid string, got 3"),
        ({"models": ["gan", "gan"]}, "named twice: gan"),
        ({"models": "cvae,cvae[latent=2]"}, "named twice: cvae[latent=2], which is cvae"),
        ({"datasets": ["mnist-minni"]}, "unknown data set 'mnist-minni': did you mean mnist-mini"),
        ({"datasets": "mnist-mini,mnist-mini"}, "named twice: mnist-mini"),
        ({"frameworks": ["pytorch"]}, "unknown framework 'pytorch': did you mean torch?"),
        ({"frameworks": ""}, "frameworks: name at least one"),
        ({"frameworks": "torch,torch"}, "named twice: torch"),
        ({"extractors": "domian"}, "unknown extractor 'domian': did you mean domain"),
        ({"extractors": "domain,domain"}, "named twice: domain"),
        ({"budget": "smoky"}, "unknown budget 'smoky': did you mean smoke?"),
        ({"budget": 3}, "budget: Input should be a valid string, got 3"),
        ({"budget": ["smoke"]}, "budget: Input should be a valid string, got ['smoke']"),
        ({"budget": "smoke", "images": 640}, "give one of --budget, --images and --seconds"),
        ({"images": 0}, "images: Input should be greater than 0, got 0"),
        ({"images": -5}, "images: Input should be greater than 0, got -5"),
        ({"images": "many"}, "images: Input should be a valid integer, got 'many'"),
        ({"seconds": float("nan")}, "seconds: "),
        ({"seconds": float("inf")}, "seconds: "),
        ({"seeds": 0}, "seeds: Input should be greater than 0, got 0"),
        ({"seeds": True}, "seeds: Input should be a valid integer, got True"),
        ({"batch_size": 0}, "batch_size: Input should be greater than 0"),
        ({"device": "cudda"}, "unknown device 'cudda': did you mean cuda or cpu?"),
        ({"precision": "fp23"}, "unknown precision 'fp23': did you mean fp32"),
        ({"mode": "compile"}, "unknown mode 'compile': did you mean compiled?"),
        ({"executor": "ray"}, "unknown executor 'ray': known: local."),
        ({"interpreters": {"troch": "python"}}, "unknown interpreter 'troch': did you mean torch?"),
        ({"interpreters": "python"}, "interpreters: Input should be a valid dictionary"),
        ({"timeout_seconds": 0}, "timeout_seconds: Input should be greater than 0"),
        ({"modles": ["gan"]}, "unknown key 'modles': did you mean models"),
    ],
)
@pytest.mark.parametrize("fill", [False, True])
def test_what_is_wrong_is_said_in_one_line_with_what_would_be_right(changes, message, fill):
    with pytest.raises(UserError) as error:
        make_study({**SMALL, **changes}, where="study.toml", fill=fill)
    assert str(error.value).startswith(f"study.toml: {message}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("missing", ["models", "datasets"])
def test_what_is_not_named_is_asked_for(missing):
    with pytest.raises(UserError, match=f"^'{missing}' is missing: say which {missing} to run, or --all$"):
        make_study({key: value for key, value in SMALL.items() if key != missing})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"models = [", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (b'model = "gan"', ": unknown key 'model': did you mean models"),
        (b'models = "gna"', ": unknown model 'gna': did you mean gan"),
        (b"budget = 7", ": budget: Input should be a valid string"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, content, message):
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        read_study(path)
    assert f"{path}" in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_or_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no study file .*nosuch.toml"):
        read_study(tmp_path / "nosuch.toml")
    with pytest.raises(UserError, match=f"cannot read {tmp_path}: Is a directory"):
        read_study(tmp_path)


MINIS = ["fashion-mnist-mini", "mnist-mini", "monsters"]


@pytest.fixture
def full_mnist(tmp_path, monkeypatch):
    """A machine on which MNIST alone is found in full, as far as looking for its files tells."""
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    (tmp_path / "mnist").mkdir()
    for name in FILES.values():
        (tmp_path / "mnist" / name).write_bytes(b"")


@pytest.mark.parametrize("limit", [{}, {"budget": "smoke"}, {"budget": "quick"}, {"images": 640}, {"seconds": 1.0}])
@pytest.mark.usefixtures("full_mnist")
def test_all_is_the_minis_at_small_budgets(limit):
    study = make_study(limit, fill=True)
    assert list(study.datasets) == [name for name in MINIS if datasets.find(name).always_here]
    assert {"gan", "cvae", "cvae[equal]"} <= set(study.models)


@pytest.mark.parametrize("budget", ["smoke", "quick"])
def test_all_tries_the_slowest_models_once_at_small_budgets(budget):
    slow = {f"dcgan on {name}" for name in MINIS[1:]}
    assert set(make_study({"budget": budget}, fill=True).without) == slow
    assert make_study({"budget": budget, "models": "dcgan"}, fill=True).without == ()
    assert make_study({"budget": budget, "datasets": "monsters"}, fill=True).without == ()
    assert make_study({"images": 640}, fill=True).without == ()


def test_cells_are_left_out_by_name(tmp_path):
    study = make_study({**SMALL, "models": "gan,cvae", "without": "gan on mnist-mini"})
    assert study.without == ("gan on mnist-mini",)
    for wrong, message in {
        "gan": "without: write MODEL on DATASET",
        "gna on mnist-mini": "unknown model in without 'gna': did you mean gan",
        "gan on mnist-minni": "unknown data set 'mnist-minni'",
    }.items():
        with pytest.raises(UserError, match=message):
            make_study({**SMALL, "without": wrong})


@pytest.mark.parametrize("budget", ["standard", "notebook"])
@pytest.mark.usefixtures("full_mnist")
def test_all_is_the_full_sets_that_are_here_at_large_budgets_and_minis_in_place_of_the_others(budget):
    assert make_study({"budget": budget}, fill=True).datasets == ("mnist", "fashion-mnist-mini", "monsters")


def test_all_falls_back_to_minis_where_no_full_set_is_here(monkeypatch):
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", ())
    assert list(make_study({"budget": "standard"}, fill=True).datasets) == MINIS


def test_what_is_named_is_kept_when_the_rest_is_filled_in():
    study = make_study({"models": "gan", "budget": "smoke"}, fill=True)
    assert study.models == ("gan",)
    assert list(study.datasets) == everything(study.resolved_budget())["datasets"]
