"""The command line as its users and their scripts meet it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pytest

from bench import datasets, machine, report
from bench.datasets import places
from bench.datasets.drawn_source import DrawnSource
from bench.datasets.idx_source import FILES
from bench.paths import extractors_folder
from bench.quality import plugins
from bench.results.folder import RunFolder

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "tensorflow", "keras", "torchvision", "torch_fidelity")


@pytest.fixture
def out(tmp_path):
    """The folder of runs, which nothing has made yet."""
    return tmp_path / "out"


@pytest.fixture
def refused(bench, out):
    """Call a command that must be refused: one or two lines, status 2, nothing written; returns the message."""

    def call(*arguments):
        ended = bench(*arguments)
        assert ended.status == 2
        assert ended.err.startswith("error: ")
        assert 1 <= ended.err.count("\n") <= 2
        assert "Traceback" not in ended.err
        assert not ended.out
        assert not out.exists()
        return ended.err.removeprefix("error: ").strip()

    return call


@pytest.fixture
def refused_run(refused, out, cpu_host):
    """The same for `run`, with models and data sets unless others are given."""

    def call(*arguments):
        named = [] if "--models" in arguments else ["--models", "gan"]
        named += [] if "--datasets" in arguments else ["--datasets", "mnist-mini"]
        return refused("run", *named, *arguments, "--out", out, "--name", "a")

    return call


@pytest.fixture
def page(monkeypatch):
    """A page that is quick to build."""
    monkeypatch.setattr(report, "build", lambda folder: folder.report.write_text("page") and folder.report)


SMALL = ("run", "--models", "gan", "--datasets", "mnist-mini", "--frameworks", "torch", "--budget", "smoke")


# What is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--models gna", "unknown model 'gna': did you mean gan or dcgan?"),
        ("--models cvae[equl]", "unknown variant of cvae 'equl': did you mean equal?"),
        ("--models cvae[latnt=3]", "unknown setting of cvae 'latnt': did you mean latent?"),
        ("--models cvae[latent=0]", "cvae[latent=0]: must be finite and greater than zero"),
        ("--models=", "models: name at least one"),
        ("--models gan,gan", "named twice: gan"),
        ("--datasets minst-mini", "unknown data set 'minst-mini': did you mean mnist-mini"),
        ("--datasets=", "datasets: name at least one"),
        ("--frameworks pytorch", "unknown framework 'pytorch': did you mean torch?"),
        ("--budget smoek", "unknown budget 'smoek': did you mean smoke?"),
        ("--extractor incepton", "unknown extractor 'incepton': did you mean inception?"),
        ("--device cudda", "unknown device 'cudda': did you mean cuda or cpu?"),
        ("--mode complied", "unknown mode 'complied': did you mean compiled?"),
        ("--precision fp31", "unknown precision 'fp31': did you mean fp32"),
        ("--executor ray", "unknown executor 'ray': known: local."),
        ("--device cuda", "--device cuda: no NVIDIA GPU is visible on this machine; use --device cpu"),
        ("--precision tf32", "--precision tf32 is a format of NVIDIA GPUs and this run is on a CPU; use fp32"),
        ("--budget smoke --images 640", "give one of --budget, --images and --seconds, not several"),
        ("--images 0", "images: Input should be greater than 0, got 0"),
        ("--images -64", "images: Input should be greater than 0, got -64"),
        ("--images 127", "127 images are less than two batches of 64: ask for more images or smaller batches"),
        ("--seconds 0", "seconds: Input should be greater than 0"),
        ("--seconds nan", "seconds: "),
        ("--seeds 0", "seeds: Input should be greater than 0, got 0"),
        ("--batch-size 0", "batch_size: Input should be greater than 0"),
        ("--timeout -1", "timeout_seconds: Input should be greater than 0"),
        ("--extractor inception", "the Inception-2015 weights are not here: download https://"),
        ("--inception-weights nosuch.pth", "there is no file nosuch.pth: "),
        ("--images many", "Invalid value for '--images'"),
        ("--imagse 640", "No such option: --imagse"),
        ("--study nosuch.toml", "no study file nosuch.toml"),
    ],
)
def test_a_study_that_makes_no_sense_is_refused(refused_run, arguments, message):
    assert refused_run(*arguments.split(" ")).startswith(message)


@pytest.mark.parametrize("name", ["../x", "a/b", "/tmp/x", "..", ".", "", " ", "x/"])
def test_a_name_is_a_folder_in_out_and_nothing_else(refused, out, tmp_path, name):
    message = refused(*SMALL, "--out", out, "--name", name)
    assert "is not the name of a folder" in message
    assert not (tmp_path / "x").exists()


def test_nothing_to_run_is_refused(refused):
    assert refused("run") == "nothing to run: say --all, or --models and --datasets, or --study FILE.toml"
    assert refused("run", "--seeds", 2).startswith("'models' is missing: say which models to run, or --all")


@pytest.mark.parametrize(
    "arguments",
    [("lst",), ("list", "modls"), ("--bad",), ("show",), ("data",), ("data", "fetch"), ("doctor", "--jsn")],
    ids=" ".join,
)
def test_a_command_line_that_cannot_be_read_is_answered_with_where_to_read(refused, arguments):
    assert "\nTry: python -m bench" in refused(*arguments)


@pytest.mark.parametrize("command", ["show", "report"])
def test_a_run_that_is_not_there_is_refused(refused, out, command):
    assert refused(command, "nosuch", "--out", out).startswith(f"no run 'nosuch' here or in {out}")


@pytest.mark.parametrize("command", ["show", "report"])
def test_damaged_results_are_refused(bench, out, command):
    (out / "a").mkdir(parents=True)
    (out / "a/results.json").write_text("{")
    ended = bench(command, "a", "--out", out)
    assert ended.status == 2
    assert ended.err.startswith(f"error: {out}/a/results.json is damaged or of another version: ")
    assert not (out / "a/report.html").exists()


def test_an_unknown_data_set_is_not_fetched(refused):
    assert refused("data", "fetch", "mnits").startswith("unknown data set 'mnits': did you mean mnist")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("models = [", "is not TOML: "),
        ("sedes = 3", ": unknown key 'sedes': did you mean seeds"),
        ('seeds = "three"', ": seeds: Input should be a valid integer, got 'three'"),
        ("seeds = true", ": seeds: Input should be a valid integer, got True"),
        ("budget = 3", ": budget: Input should be a valid string, got 3"),
        ('models = ["gan", "cvea"]', ": unknown model 'cvea': did you mean cvae"),
    ],
)
def test_a_study_file_that_is_wrong_is_named(refused, tmp_path, out, content, message):
    path = tmp_path / "study.toml"
    path.write_text(content)
    said = refused("run", "--study", path, "--models", "gan", "--out", out)
    assert said.startswith(str(path))
    assert message in said


def test_what_is_wrong_on_the_command_line_is_not_blamed_on_the_file(refused, tmp_path, out):
    path = tmp_path / "study.toml"
    path.write_text('models = "gan"\n')
    assert refused("run", "--study", path, "--models", "gna", "--out", out).startswith("unknown model 'gna'")


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nowhere"])
def test_an_out_folder_that_cannot_be_written_to_is_refused(bench, cpu_host, tmp_path, place):
    (tmp_path / "file").write_text("precious")
    ended = bench(*SMALL, "--out", tmp_path / place, "--name", "a")
    assert ended.status == 2
    assert ended.err.startswith(f"error: cannot write to {tmp_path / place / 'a'}: ")
    assert ended.err.endswith("; choose another place with --out\n")
    assert (tmp_path / "file").read_text() == "precious"


def test_a_folder_of_something_else_is_refused(bench, cpu_host, out):
    (out / "a").mkdir(parents=True)
    (out / "a/thesis.txt").write_text("years of work")
    for fresh in ([], ["--fresh"]):
        ended = bench(*SMALL, "--out", out, "--name", "a", *fresh)
        assert (ended.status, ended.err) == (2, f"error: {out}/a exists and holds no run: choose another --name\n")
    assert [path.name for path in (out / "a").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("dry", [[], ["--dry-run"]], ids=["run", "dry run"])
@pytest.mark.parametrize("where", ["BENCH_DATA", "BENCH_CACHE"])
def test_a_damaged_data_file_is_refused_before_anything_is_written(refused_run, tmp_path, monkeypatch, where, dry):
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv(where, str(tmp_path / "data"))
    folder = tmp_path / "data/mnist" if where == "BENCH_DATA" else places.cached("mnist")
    folder.mkdir(parents=True)
    for name in FILES.values():
        (folder / name).write_bytes(b"\0\0\x08\x03\0\0")
    message = refused_run("--datasets", "mnist", "--budget", "smoke", *dry)
    assert str(folder / FILES["train_images"]) in message
    assert "is damaged" in message
    assert "python -m bench data fetch mnist" in message


def test_a_framework_that_is_asked_for_and_missing_is_refused(refused_run, monkeypatch):
    monkeypatch.setattr(machine, "framework_versions", lambda name, _=None: {name: "1"} if name == "torch" else None)
    message = refused_run("--frameworks", "tensorflow,torch")
    assert message.startswith("tensorflow is not installed for this Python: run `python -m pip install tensorflow`")


def test_no_framework_at_all_is_refused(refused_run, monkeypatch):
    monkeypatch.setattr(machine, "framework_versions", lambda name, _=None: None)
    assert refused_run().startswith("neither PyTorch nor TensorFlow is installed")


def test_two_plugins_of_one_name_are_refused(refused_run, monkeypatch):
    entry = plugins.metadata.EntryPoint("domain", "their.domain", "pairbench.extractors")
    monkeypatch.setattr(plugins.metadata, "entry_points", lambda group: [entry])
    assert "two plugins" in refused_run("--extractor", "domain")


# What is run


@pytest.mark.usefixtures("fakes", "cpu_host", "page")
def test_a_run_ends_with_the_path_of_its_page(bench, out):
    ended = bench(*SMALL, "--out", out, "--name", "a")
    assert ended.status == 0
    assert ended.out.splitlines()[-1] == str(out / "a/report.html")
    assert (out / "a/report.html").exists()
    assert "[1/1] gan on mnist-mini, torch, seed 0: ok, 2,000 images/s, FD-domain 12.5 (real 1.00)" in ended.err
    results = json.loads((out / "a/results.json").read_text())
    assert results["command"].startswith("python -m bench run --models gan")
    assert results["trials"][0]["quality"]["is"] == 3.0


@pytest.mark.usefixtures("cpu_host", "page")
def test_a_run_in_which_a_trial_failed_ends_with_3_and_the_same_name_goes_on(bench, out, fakes):
    fakes.worker(seed0="sigkill")
    ended = bench(*SMALL, "--out", out, "--name", "a")
    assert ended.status == 3
    assert "failed: the process was killed by SIGKILL" in ended.err
    assert ended.out.splitlines()[-1] == str(out / "a/report.html")
    fakes.worker(seed0="ok")
    assert bench(*SMALL, "--out", out, "--name", "a").status == 0


@pytest.mark.usefixtures("fakes", "cpu_host", "page")
def test_another_study_under_the_name_of_a_run_is_refused_unless_fresh(bench, out):
    bench(*SMALL, "--out", out, "--name", "a")
    ended = bench(*SMALL, "--out", out, "--name", "a", "--seeds", 2)
    assert ended.status == 2
    assert "holds another study (seeds changed)" in ended.err
    assert bench(*SMALL, "--out", out, "--name", "a", "--seeds", 2, "--fresh").status == 0


@pytest.mark.usefixtures("fakes", "cpu_host", "page")
def test_a_run_without_a_name_is_named_by_the_time(bench, out):
    assert bench(*SMALL, "--out", out).status == 0
    (folder,) = out.iterdir()
    time.strptime(folder.name, "%Y-%m-%d_%H-%M-%S")


@pytest.fixture
def undrawn_monsters(monkeypatch):
    """Monsters need not be drawn: they are the digits of `mnist-mini`, which is as good for a plan."""
    monkeypatch.setattr(DrawnSource, "load", lambda _: datasets.load("mnist-mini"))


@pytest.mark.usefixtures("cpu_host", "undrawn_monsters")
def test_a_dry_run_prints_the_plan_and_writes_nothing(bench, fakes, out, tmp_path):
    ended = bench("run", "--all", "--budget", "smoke", "--dry-run", "--out", out, "--name", "a")
    assert ended.status == 0
    for model in ("gan", "cvae", "cvae[equal]"):
        for dataset in ("mnist-mini", "fashion-mnist-mini", "monsters"):
            rows = [line.split() for line in ended.out.splitlines() if line.split()[:2] == [dataset, model]]
            assert {row[2] for row in rows} == {"torch", "tensorflow"}
    assert not fakes.trained
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("fakes", "cpu_host", "page")
def test_a_dry_run_sees_what_is_there_under_its_name(bench, out):
    bench(*SMALL, "--out", out, "--name", "a")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    again = bench(*SMALL, "--out", out, "--name", "a", "--dry-run")
    assert (again.status, "1 of them finished before" in again.out) == (0, True)
    other = bench(*SMALL, "--out", out, "--name", "a", "--seeds", 2, "--dry-run")
    assert (other.status, "holds another study" in other.err) == (2, True)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


@pytest.mark.usefixtures("fakes", "cpu_host", "page")
def test_an_interrupt_says_how_to_go_on(bench, out, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "build", interrupt)
    ended = bench(*SMALL, "--out", out)
    (folder,) = out.iterdir()
    assert ended.status == 130
    assert ended.err.endswith(f"The same command with --name {folder.name} goes on from there.\n")


# What is shown


@pytest.mark.usefixtures("fakes", "cpu_host", "page")
def test_a_run_is_listed_shown_and_built_again(bench, out):
    bench(*SMALL, "--out", out, "--name", "a")
    (listed,) = json.loads(bench("list", "runs", "--json", "--out", out).out)
    assert (listed["run"], listed["trials"], listed["planned"], listed["note"]) == ("a", 1, 1, None)
    assert "12.5" in bench("show", "a", "--out", out).out
    shown = json.loads(bench("show", out / "a", "--json").out)
    assert shown == json.loads((out / "a/results.json").read_text())
    answer = (out / "a/answer.json").read_text()
    assert json.loads(answer)["run"] == "a"
    first, *_ = json.loads(answer)["claims"]
    assert f" 1. {first['claim']} {first['verdict']}: " in bench("show", "a", "--out", out).out
    (out / "a/report.html").unlink()
    (out / "a/answer.json").unlink()
    assert bench("report", "a", "--out", out).out == f"{out}/a/report.html\n"
    assert (out / "a/report.html").exists()
    assert (out / "a/answer.json").read_text() == answer


@pytest.mark.parametrize("what", ["models", "datasets", "budgets", "extractors", "runs"])
def test_everything_is_listed_for_people_and_for_programs(bench, what, out):
    ended = bench("list", what, "--out", out)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out
    rows = json.loads(bench("list", what, "--json", "--out", out).out)
    assert all(isinstance(row, dict) for row in rows)
    assert not out.exists()


def test_data_sets_are_listed_under_data_too(bench):
    assert bench("data", "list", "--json").out == bench("list", "datasets", "--json").out


def test_fetching_a_bundled_set_prints_where_it_is(bench):
    assert bench("data", "fetch", "mnist-mini").out.endswith("mnist-mini.npz\n")


@pytest.fixture
def trainer(monkeypatch):
    """Extractors are trained by a fake."""
    from bench.execution import extractor

    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'tests/execution'}{os.pathsep}{ROOT}")
    train = partial(extractor.train_extractor, trainer="fake_trainer")
    monkeypatch.setattr(extractor, "train_extractor", train)
    monkeypatch.setattr(extractor, "scoring_advice", lambda _: None)


@pytest.mark.usefixtures("trainer")
def test_an_extractor_is_trained_shown_and_listed_from_then_on(bench, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (80, 8, 8, 1), np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=np.arange(80) % 2)
    name = f"npz:{tmp_path / 'mine.npz'}"
    ended = bench("extractor", "train", name, "--epochs", 3)
    assert ended.status == 0
    assert ended.err.splitlines() == ["[0%] training on some images", "[50%] epoch 1 of 1: mean loss 0.1"]
    path = extractors_folder() / "own-0.safetensors"
    assert ended.out.splitlines()[-1] == str(path)
    assert path.exists()
    assert ended.out.startswith(f"own-0: trained on 8,000 images of {name}\n100.00% of the test images are classified")
    assert any(line.split()[:2] == ["blurred", "52.2"] for line in ended.out.splitlines())
    rows = {row["extractor"]: row for row in json.loads(bench("list", "extractors", "--json").out)}
    assert rows["own-0"]["for"] == name
    card = json.loads(bench("extractor", "train", name, "--seed", 2, "--out", tmp_path / "out", "--json").out)
    assert (card["name"], card["recipe"]["seed"], card["dataset"]) == ("own-2", 2, name)
    assert (tmp_path / "out/own-2.json").exists()


@pytest.mark.usefixtures("trainer")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("mnits", "unknown data set 'mnits'"),
        ("mnist-mini", "'mnist-mini' is scored by the bundled mnist-"),
        ("mnist-mini --epochs 0", "Invalid value for '--epochs'"),
        ("mnist-mini --interpreter python", "--interpreter python: write FRAMEWORK=PATH"),
    ],
)
def test_an_extractor_that_cannot_be_made_is_refused(refused, arguments, message):
    assert refused("extractor", "train", *arguments.split()).startswith(message)


def test_a_doctor_that_finds_too_little_ends_with_1(bench, monkeypatch):
    from bench import doctor

    monkeypatch.setattr(doctor, "import_error", lambda module: f"no {module}")
    ended = bench("doctor")
    assert ended.status == 1
    assert "missing" in ended.out
    findings = json.loads(bench("doctor", "--json").out)["findings"]
    assert {"subject": "frameworks", "verdict": "missing"}.items() <= findings[3].items()


@pytest.mark.parametrize(
    "arguments",
    [(), ("--help",), ("-h",), ("run", "--help"), ("data", "--help"), ("score", "-h"), ("extractor", "-h")],
    ids=" ".join,
)
def test_help_is_no_error(bench, arguments):
    ended = bench(*arguments)
    assert ended.status == 0
    assert ended.out.startswith("Usage: python -m bench")
    assert not ended.err


# In a process of its own


def python(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, **options
    )


def imported(program: str) -> set[str]:
    """The top-level modules that a program has imported when it ends."""
    done = python("-c", f"import sys\ntry:\n    {program}\nfinally:\n    print(*sys.modules, file=sys.stderr)")
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_help_imports_nothing_heavy():
    program = "sys.argv[1:] = ['--help']; from bench.cli import main; main()"
    found = imported(program)
    assert "bench" in found
    assert not found & {*HEAVY, "numpy", "pandas", "pydantic", "rich", "matplotlib", "scipy"}


@pytest.mark.parametrize(
    "arguments",
    [
        "list models",
        "list datasets",
        "list extractors",
        pytest.param("run --all --dry-run", marks=pytest.mark.slow),  # draws the monsters
    ],
)
def test_no_framework_is_imported_by_the_harness(arguments):
    found = imported(f"sys.argv[1:] = {arguments.split()}; from bench.cli import main; main()")
    assert "bench" in found
    assert not found & {*HEAVY, "pandas", "matplotlib"}


def test_bad_input_ends_a_real_process_with_2(tmp_path):
    done = python("-m", "bench", "run", "--models", "gna", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: unknown model 'gna': did you mean gan or dcgan?\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"]], ids=" ".join)
def test_a_reader_that_leaves_is_no_traceback(arguments):
    end, other_end = os.pipe()
    os.close(end)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench", *arguments], cwd=ROOT, stdout=other_end, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(other_end)
    assert done.returncode == 1
    assert done.stderr == b""


@pytest.fixture
def interrupted(out):
    """Start a run of two seeds, stop it by a signal when it is at the second, and check what it leaves behind."""

    def stop(program: list[str], command: list[str], kind: signal.Signals) -> RunFolder:
        folder = RunFolder(out / "a")
        with subprocess.Popen(
            [sys.executable, *program, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            try:
                deadline = time.monotonic() + 120
                while len(list(folder.path.glob("trials/*/log.txt"))) < 2 and time.monotonic() < deadline:
                    time.sleep(0.01)
                children = psutil.Process(process.pid).children(recursive=True)
                assert children
                process.send_signal(kind)
                _, errors = process.communicate(timeout=60)
            finally:
                process.kill()
        assert process.returncode == 130
        assert b"stopped; what was finished is kept. The same command goes on from there." in errors
        assert b"Traceback" not in errors
        _, alive = psutil.wait_procs(children, timeout=5)
        assert not [child for child in alive if child.status() != psutil.STATUS_ZOMBIE]
        assert [trial.status for trial in folder.read().trials] == ["ok"]
        assert folder.report.exists()
        return folder

    return stop


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_process_and_keeps_what_is_finished(interrupted, fakes, out, kind):
    fakes.worker(seed1="hang")
    interrupted(["-m", "faked"], [*SMALL, "--seeds", "2", "--out", str(out), "--name", "a"], kind)


@pytest.mark.slow
def test_ctrl_c_ends_real_workers_and_the_same_name_goes_on(interrupted, out):
    if find_spec("torch") is None:
        pytest.skip("trains with PyTorch")
    command = [*SMALL, "--seeds", "2", "--threads", "1", "--mode", "eager", "--device", "cpu"]
    command += ["--out", str(out), "--name", "a"]
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import bench.cli as c; c.main()"
    folder = interrupted(["-c", program], command, signal.SIGINT)
    (first,) = folder.read().trials

    done = python("-m", "bench", *command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(folder.report)
    assert [trial.status for trial in folder.read().trials] == ["ok", "ok"]
    assert folder.read().trials[0] == first
