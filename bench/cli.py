"""The command line: parse, call, print. What a command does is in the function that it calls.

Nothing heavy is imported up here, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.errors import UserError

app = typer.Typer(
    name="bench",
    help="The same generative models in TensorFlow and PyTorch: trained under one budget, measured, compared.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data = typer.Typer(help="The data sets: list, fetch, verify, preview.", rich_markup_mode=None)
app.add_typer(data, name="data")
extractor_app = typer.Typer(help="Extractors, which score images: train one for your own.", rich_markup_mode=None)
app.add_typer(extractor_app, name="extractor")

CommandLineError: type[Exception] = typer.BadParameter.__mro__[2]
"""The base of what typer raises for a wrong command line; where it lives has changed with typer's versions."""

Out = Annotated[Path, typer.Option(help="Folder of all runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Interpreter = Annotated[
    str | None, typer.Option(metavar="torch=PATH", help="Python that has PyTorch, where this one has not.")
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Name of a run, or the path of its folder.")]


class Device(StrEnum):
    """Where PyTorch computes."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class Listed(StrEnum):
    """What `list` can list."""

    MODELS = "models"
    DATASETS = "datasets"
    BUDGETS = "budgets"
    EXTRACTORS = "extractors"
    RUNS = "runs"


@app.command()
def run(
    all_: Annotated[bool, typer.Option("--all", help="Every model and every data set that needs no download.")] = False,
    study: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Read the study from a file.")] = None,
    models: Annotated[str | None, typer.Option(help="Such as gan,cvae[equal],cvae[latent=16].")] = None,
    frameworks: Annotated[str | None, typer.Option(help="torch,tensorflow; default: those installed.")] = None,
    datasets: Annotated[str | None, typer.Option(help="Such as mnist,fashion-mnist-mini.")] = None,
    seeds: Annotated[int | None, typer.Option(help="How many; default: as the budget says.")] = None,
    budget: Annotated[str | None, typer.Option(help="smoke, quick, standard or notebook; default: quick.")] = None,
    images: Annotated[int | None, typer.Option(help="Training images a trial, instead of a preset.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Training seconds a trial, instead of a preset.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Default: 64; notebook: each recipe's own.")] = None,
    experiments: Annotated[
        bool | None,
        typer.Option(
            help="Small experiments for claims: one class by itself, walks, fixed noise; "
            "default: with --all from standard."
        ),
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda.")] = None,
    precision: Annotated[str | None, typer.Option(help="fp32, tf32, bf16 or fp64.")] = None,
    mode: Annotated[str | None, typer.Option(help="compiled or eager.")] = None,
    executor: Annotated[str | None, typer.Option(help="local.")] = None,
    extractor: Annotated[
        str | None, typer.Option(help="domain, random, inception, or several: the first leads.")
    ] = None,
    inception_weights: Annotated[Path | None, typer.Option(help="File of the Inception-2015 weights.")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads within an operation; default: all cores.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds after which a trial is ended.")] = None,
    name: Annotated[str | None, typer.Option(help="Of the run; an existing one goes on.")] = None,
    out: Out = Path("reports"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Remove a run of that name first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and stop.")] = False,
) -> None:
    """Train, measure and compare; writes OUT/NAME/ and prints the path of its report last."""
    from bench import console
    from bench.datasets.folders.scan import shown
    from bench.results.folder import RunFolder
    from bench.run import begin, conclude, default_name, execute, exit_status, prepare, resumed
    from bench.study import LIMITS, make_study, read_study
    from bench.verdict.judge import judge

    settings: dict[str, Any] = read_study(study) if study else {}
    given = {
        "models": models,
        "frameworks": frameworks,
        "datasets": datasets,
        "seeds": seeds,
        "budget": budget,
        "images": images,
        "seconds": seconds,
        "batch_size": batch_size,
        "experiments": experiments,
        "device": device,
        "precision": precision,
        "mode": mode,
        "executor": executor,
        "extractors": extractor,
        "inception_weights": str(inception_weights) if inception_weights else None,
        "threads": threads,
        "timeout_seconds": timeout,
    }
    given = {key: value for key, value in given.items() if value is not None}
    if given.keys() & LIMITS:
        # A limit on the command line stands in the place of the file's, whichever that is.
        settings = {key: value for key, value in settings.items() if key not in LIMITS}
    settings |= given
    if not settings and not all_:
        raise UserError("nothing to run: say --all, or --models and --datasets, or --study FILE.toml")
    chosen = make_study(settings, fill=all_ or "models" in settings or "datasets" in settings)
    folder = RunFolder(out / (default_name() if name is None else checked_name(name)))
    command = shown(shlex.join(["python", "-m", "bench", *sys.argv[1:]]))
    planned = prepare(chosen, folder)
    if dry_run:
        console.print_plan(planned if fresh else resumed(planned))
        return
    with folder.locked():
        planned = begin(planned, command, fresh=fresh)
        console.print_plan(planned)
        try:
            with console.display(planned) as display:
                record = execute(planned, display, conclude)
        except KeyboardInterrupt:
            again = ("" if name else f" with --name {folder.name}") + (" without --fresh" if fresh else "")
            console.note(f"stopped; what was finished is kept. The same command{again} goes on from there.")
            raise SystemExit(130) from None  # not `Exit`: then `main` would say "stopped" once more
    console.print_results(record)
    console.print_headlines(judge(record, folder))
    console.print_path(folder.report)
    raise typer.Exit(exit_status(record))


@app.command("list")
def list_(
    what: Annotated[Listed, typer.Argument(help="What to list.")] = Listed.MODELS,
    as_json: AsJson = False,
    out: Out = Path("reports"),
) -> None:
    """List models, datasets, budgets, extractors or runs."""
    from bench import console, listing

    rows = listing.runs(out) if what is Listed.RUNS else listing.LISTINGS[what.value]()
    console.print_rows(what.value, rows, as_json)


@app.command()
def show(run: RunName, as_json: AsJson = False, out: Out = Path("reports")) -> None:
    """Show the results of a run, and what they answer."""
    from bench import console
    from bench.results.folder import find_run
    from bench.verdict.judge import judge

    folder = find_run(run, out)
    record = folder.read()
    if as_json:
        console.print_json(record.model_dump(mode="json", by_alias=True))
        return
    console.print_results(record)
    # Judged anew, because `show` writes nothing and a run may be older than its answer.
    console.print_answer(judge(record, folder))


@app.command()
def report(run: RunName, out: Out = Path("reports")) -> None:
    """Judge a run and build its page again from its results, and print the page's path."""
    from bench import console
    from bench.results.folder import find_run
    from bench.run import conclude

    folder = find_run(run, out)
    conclude(folder)
    console.print_path(folder.report)


@app.command()
def sample(
    run: RunName,
    model: Annotated[str | None, typer.Option(help="As the run names it; may be left out where there is one.")] = None,
    framework: Annotated[str | None, typer.Option(help="Which half was trained: torch or tensorflow.")] = None,
    dataset: Annotated[str | None, typer.Option(help="On which data set.")] = None,
    seed: Annotated[int | None, typer.Option(help="With which seed.")] = None,
    grid: Annotated[
        str | None, typer.Option(metavar="ROWSxCOLUMNS", help="Draw a grid; default: 8x8, or a column for each class.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Of the grid; default: RUN/samples/TRIAL-8x8.png.")
    ] = None,
    walk: Annotated[
        Path | None, typer.Option(metavar="FILE.gif|FILE.png", help="Walk through latent space, moving or in rows.")
    ] = None,
    film: Annotated[
        Path | None, typer.Option(metavar="FILE.gif", help="Film of the training, from its checkpoints.")
    ] = None,
    with_: Annotated[
        str | None, typer.Option("--with", metavar="FRAMEWORK", help="Draw by this half, whichever was trained.")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Classes to draw, such as 3,7 or Bag,Coat; for models that see labels.")
    ] = None,
    noise_seed: Annotated[int | None, typer.Option(min=0, help="Of the noise; default: the trial's own.")] = None,
    out: Out = Path("reports"),
) -> None:
    """Draw from the weights of a finished trial: a grid (unless told otherwise), a walk, a film of the training."""
    from bench import console
    from bench.results.folder import find_run
    from bench.results.search import find_trial
    from bench.sampling import Order
    from bench.sampling import sample as draw

    folder = find_run(run, out)
    record = folder.read()
    trial = find_trial(record, model=model, framework=framework, dataset=dataset, seed=seed)
    order = Order(grid, png, walk, film, with_, labels, noise_seed)
    for path in draw(folder, trial, order, record.study.get("interpreters") or {}):
        console.print_path(path)


@app.command()
def score(
    images: Annotated[
        str, typer.Argument(metavar="IMAGES", help="Folder of pictures, .npz file, folder of a trial, or a run.")
    ],
    against: Annotated[str, typer.Option(metavar="DATASET", help="Its test images are the reference.")],
    trial: Annotated[
        str | None, typer.Option(metavar="ID", help="Which trial of the run IMAGES; the beginning of its id will do.")
    ] = None,
    extractor: Annotated[str, typer.Option(help="domain, random or inception.")] = "domain",
    inception_weights: Annotated[Path | None, typer.Option(help="File of the Inception-2015 weights.")] = None,
    n: Annotated[int, typer.Option("--n", min=1, help="Images to score at most; more are drawn from.")] = 10_000,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.AUTO,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads within an operation; default: all cores.")] = None,
    interpreter: Interpreter = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one quality object instead of a table.")] = False,
    out: Out = Path("reports"),
) -> None:
    """Score images, whoever made them, against a data set: as the samples of a trial are scored."""
    from bench import console
    from bench.run import torch_interpreter
    from bench.scoring import ScoreOrder, score_images

    order = ScoreOrder(
        images,
        against,
        trial,
        extractor,
        inception_weights,
        n,
        device.value,
        threads,
        torch_interpreter(interpreter),
        out,
    )
    scored = score_images(order, console.note)
    if as_json:
        console.print_json(scored.quality.model_dump(mode="json", by_alias=True))
    else:
        console.print_score(scored)


@app.command()
def verify(
    models: Annotated[str | None, typer.Option(help="Such as gan,cvae[equal]; default: all.")] = None,
    precision: Annotated[str, typer.Option(help="Of training, proved besides fp64: fp32, tf32, bf16, fp64.")] = (
        "fp32"
    ),
    mode: Annotated[str | None, typer.Option(help="compiled or eager; default: both.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    interpreter: Annotated[
        list[str] | None, typer.Option(metavar="FRAMEWORK=PATH", help="Python of a framework that lives elsewhere.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that the two halves of each model are one model; exit status 1 when one is not."""
    from bench import console
    from bench.proof import verify as prove
    from bench.run import prepare_proof

    choices, modes, place = prepare_proof(models, precision, mode, device, interpreter or [])
    rows = prove(choices, modes, place, console.report_proof)
    if as_json:
        console.print_json([row.model_dump(mode="json") for row in rows])
    else:
        console.print_certificate(rows)
    raise typer.Exit(0 if all(row.passed for row in rows) else 1)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what this machine is and has, and what to do about what is missing."""
    from bench import console
    from bench.doctor import examine

    findings = examine()
    if as_json:
        console.print_json(findings.as_json())
    else:
        console.print_findings(findings)
    raise typer.Exit(0 if findings.can_run else 1)


@data.command("list")
def data_list(as_json: AsJson = False) -> None:
    """List the data sets: sizes, licence, where they are; --json adds where they come from, and checksums."""
    from bench import console, listing

    console.print_rows("datasets", listing.LISTINGS["datasets"](), as_json)


@data.command("fetch")
def data_fetch(
    name: Annotated[str, typer.Argument(help="Name of a data set.")],
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="PATH", help="Take it from this folder, .zip or .tar, once.")
    ] = None,
) -> None:
    """Bring a data set to this machine, checked; prints where it is."""
    from bench import console, datasets
    from bench.results.dataset import describe

    where = datasets.fetch(name, progress=sys.stderr.isatty(), path=from_)
    source = datasets.find(name)
    console.note_dataset(describe(source, source.load()))
    console.print_path(where)


@data.command("verify")
def data_verify(
    name: Annotated[str | None, typer.Argument(help="Name of a data set; default: all that are here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check data sets by their checksums; exit status 1 when one cannot be used."""
    from bench import console
    from bench.datasets.verify import verify as check

    checks = check(name)
    console.print_rows("data sets", [found.as_json() for found in checks], as_json)
    raise typer.Exit(0 if all(found.passed for found in checks) else 1)


@data.command("preview")
def data_preview(
    name: Annotated[str, typer.Argument(help="Name of a data set, such as mnist or folder:PATH.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Default: NAME.png in this folder.")] = None,
    count: Annotated[int, typer.Option(help="About how many pictures.")] = 64,
) -> None:
    """Draw a contact sheet of a data set's training pictures, a row for each class, and print its path."""
    from bench import console, datasets
    from bench.datasets.preview import preview
    from bench.results.dataset import describe

    source = datasets.find(name)
    images = source.load()
    console.note_dataset(describe(source, images))
    console.print_path(preview(images, out, count))


@extractor_app.command("train")
def extractor_train(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="With labels, such as folder:PATH with a subfolder a class.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For weights and card; default: where they are found.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Default: by the number of images, 5 or more.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another one gives another extractor.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="Another number gives other last digits.")] = 1,
    interpreter: Interpreter = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the card instead of a table.")] = False,
) -> None:
    """Train the classifier that scores images of a data set, on its training images alone; prints where it is last."""
    from bench import console
    from bench.execution.extractor import TrainingOrder, train_extractor
    from bench.run import torch_interpreter

    order = TrainingOrder(dataset, out, epochs, seed, threads)
    with console.work() as shown:
        card, folder = train_extractor(order, shown, torch_interpreter(interpreter))
    if as_json:
        console.print_json(card.model_dump(mode="json", by_alias=True))
    else:
        console.print_card(card)
        console.print_path(folder / f"{card.name}.safetensors")


def checked_name(name: str) -> str:
    """A run's name, which is the name of a folder in OUT and nothing else."""
    if not name.strip() or name in (".", "..") or Path(name).name != name:
        raise UserError(f"--name {name!r} is not the name of a folder: leave out slashes (and see --out)")
    return name


def main() -> None:
    """Run the command line; what the user can mend ends in one or two lines and status 2."""
    # A polite end from outside is treated as Ctrl-C is: the workers end, what is finished is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = app(sys.argv[1:] or ["--help"], prog_name="python -m bench", standalone_mode=False)
        sys.stdout.flush()
    except CommandLineError as error:
        status = _refuse(_advice(error))
    except UserError as error:
        status = _refuse(str(error))
    except typer.Abort:
        status = 130
    except BrokenPipeError:
        # Whoever read the output has had enough, as `head` does; the flush at exit must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except OSError as error:
        # A full disk, a folder that was taken away: what was finished before is whole.
        status = _refuse(f"{error.strerror or error}: {error.filename or 'no file was named'}")
    if status == 130:
        print("stopped", file=sys.stderr)  # noqa: T201 - where a command has not said more itself
    sys.exit(status)


def _refuse(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)  # noqa: T201 - before anything that could print better
    return 2


def _advice(error: Exception) -> str:
    """What is wrong with the command line, and where to read what would be right."""
    message = " ".join(getattr(error, "format_message", error.__str__)().split())
    context = getattr(error, "ctx", None)
    return f"{message}\nTry: {context.command_path} --help" if context else message


__all__ = ["app", "main"]
