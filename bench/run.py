"""A whole run: plan, execute, assemble, report. What `python -m bench run` does, as plain functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import bench
from bench import datasets, machine
from bench.errors import UserError
from bench.execution.evaluation import Evaluator
from bench.execution.local import LocalExecutor
from bench.experiments import Experiments, experiments
from bench.models import Choice, choose, every_choice
from bench.plan import Host, Trial, groups, plan
from bench.proof import Certificate, Place, certify, find_certificate
from bench.quality.cards import Kept, card_for, training_command, why_random_features
from bench.quality.inception_file import find_inception_weights, read_inception_weights
from bench.quality.metrics import KID_LEAST_N
from bench.quality.random_weights import DIMENSION
from bench.results.dataset import describe, for_grid, write_grid
from bench.results.folder import RunFolder
from bench.results.record import DatasetRecord, Framework, PairRecord, RunHeader, RunRecord, TrialRecord
from bench.study import FRAMEWORKS, Study, make_study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


SHARE_OF_PAGES = 0.01
"""Of a run's time, what may go into pages before the last one: none of them is the run's purpose."""


class Display(Protocol):
    """Whoever shows how a run goes."""

    def trial_progress(self, trial: Trial, fraction: float) -> None:
        """A trial has done this fraction of its budget."""
        ...

    def trial_finished(self, record: TrialRecord) -> None:
        """A trial has ended, and its record is on disk."""
        ...

    def note(self, text: str) -> None:
        """Something else worth a line."""
        ...


@dataclass(frozen=True)
class Run:
    """A run that is about to start or to go on."""

    folder: RunFolder
    study: Study
    trials: list[Trial]
    finished: list[TrialRecord]
    extractors: tuple[str, ...]
    device: str
    threads: int
    datasets: Mapping[str, DatasetRecord] = field(default_factory=dict)
    """What was read, by the names that the trials have for them."""
    grids: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    """The pictures of each that the run's folder keeps."""
    outdated: int = 0
    """Trials that were finished under this name and are of none of these: what they depend on has changed."""
    experiments: Experiments = field(default_factory=Experiments)
    """Extra trials that only serve a claim; they come last, so that what they are held against is there."""

    @property
    def everything(self) -> list[Trial]:
        """The study's trials and the experiments, in running order."""
        return [*self.trials, *self.experiments.trials]

    @property
    def pending(self) -> list[Trial]:
        """Trials and experiments that are still to run, in order."""
        done = {record.id for record in self.finished}
        return [trial for trial in self.everything if trial.id not in done]

    def assemble(self, waiting: Collection[str] = ()) -> RunRecord:
        """Put the results together from what is finished by now; trials that are `waiting` will be tried again."""
        planned, extra = ([trial.id for trial in some] for some in (self.trials, self.experiments.trials))
        return self.folder.assemble(planned, extra, waiting)


def prepare(study: Study, folder: RunFolder) -> Run:
    """Check that the study can run here, data included, and plan it. Writes nothing."""
    versions = {name: machine.framework_versions(name, study.interpreters.get(name)) for name in FRAMEWORKS}
    for name in study.frameworks or ():
        if versions[name] is None:
            raise UserError(f"{name} is not installed for this Python: run `python -m pip install {name}`")
    if not any(versions.values()):
        raise UserError("neither PyTorch nor TensorFlow is installed: run `python -m pip install torch tensorflow`")
    device = choose_device(study, [name for name in study.frameworks or FRAMEWORKS if versions[name] is not None])
    threads = study.threads or machine.usable_cores()
    extractors = choose_extractors(study, device)
    host = Host(device, threads, extractors, machine.fingerprint()["fingerprint"], versions)
    trials = plan(study, host)
    # Read once here, so that a damaged file is found now and not by each trial.
    read, grids = {}, {}
    for source in map(datasets.find, dict.fromkeys(trial.dataset for trial in trials)):
        if source.where() is not None:
            images = source.load()
            read[source.name], grids[source.name] = describe(source, images), for_grid(images)
    extra = experiments(study, host, trials)
    return Run(folder, study, trials, [], extractors, device, threads, read, grids, experiments=extra)


def begin(run: Run, command: str, *, fresh: bool = False) -> Run:
    """Lay the run's folder out, which must be locked; returns the run with what was finished there before.

    A run that exists goes on; another study under its name is refused, unless `fresh`, which removes it first.
    """
    if fresh and run.folder.read_header() is not None:
        run.folder.clear()
    run = resumed(run)
    now = make_header(run, command)
    before = run.folder.read_header()
    if before is not None:
        # It goes on here and now: what was finished on another machine or with other versions has another identity.
        now = now.model_copy(update={"created": before.created, "command": before.command})
    # First: a folder without a header is nobody's run, and would be refused from then on.
    run.folder.write_header(now)
    for name, read in run.datasets.items():
        if read.grid is not None and not (run.folder.path / read.grid).exists():
            write_grid(run.grids[name], run.folder.path / read.grid)
    return run


def resumed(run: Run) -> Run:
    """The run with what was finished under its name before; another study there is refused. Writes nothing."""
    folder, settings = run.folder, run.study.comparable()
    header = folder.read_header()
    if header is None:
        return run
    if header.study != settings:
        changed = sorted(
            key for key in settings.keys() | header.study.keys() if settings.get(key) != header.study.get(key)
        )
        raise UserError(
            f"{folder.path} holds another study ({', '.join(changed)} changed): "
            "choose another --name, or start it again with --fresh"
        )
    # What failed before is tried again; everything else stands.
    records = [folder.read_trial(trial.id) for trial in run.everything]
    finished = [record for record in records if record is not None and record.status in ("ok", "diverged")]
    return replace(run, finished=finished, outdated=len(folder.finished() - {trial.id for trial in run.everything}))


def make_header(run: Run, command: str) -> RunHeader:
    """What is known of a run before its first trial."""
    return RunHeader(
        name=run.folder.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        command=command,
        study=run.study.comparable(),
        machine={**machine.fingerprint(), "threads": run.threads},
        versions=machine.versions(),
        git=machine.git_state(Path(bench.__file__).parent),
        datasets={**run.experiments.datasets, **run.datasets},
    )


def choose_device(study: Study, frameworks: list[Framework]) -> str:
    """Either cpu or cuda: a GPU is used when this machine has one and every framework that will run sees it.

    One that was asked for and cannot be used is refused.
    """
    device = machine.resolve_device(study.device, study.precision)
    if device == "cuda":
        blind = [name for name in frameworks if not machine.sees_gpu(name, study.interpreters.get(name))]
        if blind and study.device == "cuda":
            raise UserError(
                f"--device cuda: {' and '.join(blind)} cannot use the GPU; install a build with CUDA "
                "(python -m pip install 'tensorflow[and-cuda]' torch), or use --device cpu"
            )
        if blind:
            return machine.resolve_device("cpu", study.precision)
    return device


def choose_extractors(study: Study, device: str) -> tuple[str, ...]:
    """Which extractors score a study; the first is the primary one.

    Unless the study says: domain on a CPU; on a GPU Inception-2015 as well, and first, where its weights are. Refused
    are weights that were asked for and are missing, or are others.
    """
    weights = Path(study.inception_weights) if study.inception_weights else None
    chosen = study.extractors
    if chosen is None:
        chosen = ("inception", "domain") if device == "cuda" and _has_inception(weights) else ("domain",)
    if "inception" in chosen or weights is not None:
        read_inception_weights(find_inception_weights(weights))
    return chosen


def scoring_limits(run: Run) -> dict[str, list[str]]:
    """What the scores of each data set will lack and what helps, in lines by the data set's name."""
    found = {}
    for name, read in run.datasets.items():
        limits, advice = [], []
        if "domain" in run.extractors and _classifier(name, read) is None:
            limits.append(why_random_features(name, read.fingerprint))
            if read.classes > 1:
                advice.append(f"to train a classifier of them: {training_command(name)}")
        n = min(read.train, read.test)
        if n < KID_LEAST_N:
            limits.append(f"{n} images on a side are too few for any score (KID needs {KID_LEAST_N})")
        elif {"domain", "random"} & set(run.extractors) and n < 10 * DIMENSION:
            limits.append(f"{n} images on a side are too few for an FD (it needs {10 * DIMENSION:,}), so KID decides")
        if limits:
            found[name] = [f"{'; '.join(limits)}.", *advice]
    return found


def _classifier(name: str, read: DatasetRecord) -> Kept | None:
    return card_for(datasets.find(name).domain, read.image_shape, read.fingerprint, part_of=read.part_of)


def _has_inception(weights: Path | None) -> bool:
    try:
        find_inception_weights(weights)
    except UserError:
        return weights is not None  # then missing weights are an error, not a reason to do without
    return True


def execute(
    run: Run,
    display: Display,
    rebuild: Callable[[RunFolder], object],
    clock: Callable[[], float] = time.monotonic,
) -> RunRecord:
    """Run what is pending.

    Results are put together again after each worker's trials, and the page as often as it takes little of the time.
    `clock` gives seconds.
    """
    evaluator = Evaluator(
        run.folder.path,
        run.extractors,
        run.study.inception_weights,
        run.device,
        run.threads,
        run.study.interpreters.get("torch"),
    )
    waiting = {trial.id for trial in run.pending}
    record = run.assemble(waiting)
    between = _Between(run.folder, rebuild, display, clock)

    def finished(record: TrialRecord) -> None:
        waiting.discard(record.id)
        display.trial_finished(record)

    try:
        pairs = prove_pairs(run, display)
        record_pairs(run, pairs)
        record = run.assemble(waiting)
        with LocalExecutor(
            run.folder,
            evaluator,
            run.study.interpreters,
            run.study.timeout_seconds,
            pairs=pairs,
            keep_workers=run.study.resolved_budget().keep_workers,
        ) as executor:
            for group in groups(run.pending):
                executor.run(group, display.trial_progress, finished)
                record = run.assemble(waiting)
                if waiting:
                    between.rebuild_if_due()
    except BaseException:
        # Ctrl-C keeps what is finished, also of the cell that it broke off.
        evaluator.kill()
        run.assemble(waiting)
        between.rebuild()
        raise
    finally:
        evaluator.close()
    rebuild(run.folder)
    return record


def prepare_proof(
    models: str | None, precision: str, mode: str | None, device: str, interpreters: list[str]
) -> tuple[list[Choice], tuple[str, ...], Place]:
    """What `verify` is asked to prove, checked as the settings of a study are: models, modes, and where.

    Raises `UserError` where a framework is missing, because a proof needs both.
    """
    study = make_study(
        {
            "models": models or [choice.text for choice in every_choice()],
            "datasets": "mnist-mini",  # a study names one; a proof needs none
            "precision": precision,
            "mode": mode or "compiled",
            "device": device,
            "interpreters": dict(split_interpreter(text) for text in interpreters),
        }
    )
    missing = [name for name in FRAMEWORKS if machine.framework_versions(name, study.interpreters.get(name)) is None]
    if missing:
        raise UserError(
            f"a proof needs both frameworks: {' and '.join(missing)} not installed for this Python; "
            f"run `python -m pip install {' '.join(missing)}`"
        )
    place = Place(choose_device(study, list(FRAMEWORKS)), study.precision, study.interpreters)
    return [choose(text) for text in study.models], (mode,) if mode else ("compiled", "eager"), place


def split_interpreter(text: str) -> tuple[str, str]:
    """A framework and its Python, as written in `torch=/path/to/python`."""
    framework, equals, path = text.partition("=")
    if not equals or not path:
        raise UserError(f"--interpreter {text}: write FRAMEWORK=PATH, such as torch=/path/to/python")
    return framework.strip(), path


def torch_interpreter(text: str | None) -> str | None:
    """The Python of PyTorch, as written in `torch=/path/to/python`; None: this one."""
    if text is None:
        return None
    framework, path = split_interpreter(text)
    if framework != "torch":
        raise UserError(f"--interpreter {text}: this needs PyTorch alone; write torch=/path/to/python")
    return path


def prove_pairs(run: Run, display: Display) -> dict[str, PairRecord]:
    """Whether the halves of each model that is about to be compared are one model; before any clock starts.

    By the model's text. A proof that is kept from before is not repeated; one that fails is said at once, and stands in
    every record of that model.
    """
    place = Place(run.device, run.study.precision, run.study.interpreters)
    choices = compared(run)
    new = [choice.text for choice in choices if find_certificate(choice, run.study.mode, place) is None]
    if new:
        display.note(
            f"proving that both halves are one model, once for this code and machine: {', '.join(new)}; "
            "about 10 s each on two cores ..."
        )

    def announce(certificate: Certificate) -> None:
        pair = certificate.record()
        verdict = "proved" if pair.proved else f"pair not proved: {pair.reason}"
        display.note(f"{certificate.model}: {verdict}")

    certificates = certify(choices, run.study.mode, place, announce)
    return {text: certificate.record() for text, certificate in certificates.items()}


def compared(run: Run) -> list[Choice]:
    """The models of which both halves run, unless every trial of theirs is finished and proved."""
    proved = {record.id for record in run.finished if record.pair is not None and record.pair.proved}
    frameworks: dict[str, set[str]] = {}
    open_: dict[str, Choice] = {}
    for trial in run.everything:
        if trial.skip is None:
            frameworks.setdefault(trial.choice.text, set()).add(trial.framework)
            if trial.id not in proved:
                open_[trial.choice.text] = trial.choice
    return [choice for text, choice in open_.items() if len(frameworks[text]) > 1]


def record_pairs(run: Run, pairs: dict[str, PairRecord]) -> None:
    """Say in the records of finished trials what has been proved since: their identity holds the code that it is of."""
    for record in run.finished:
        pair = pairs.get(record.model)
        if pair is not None and pair != record.pair:
            absent = {name: reason for name, reason in record.absent.items() if name != "pair"}
            run.folder.write_trial(record.model_copy(update={"pair": pair, "absent": absent}))


def conclude(folder: RunFolder) -> None:
    """Judge a run and build its page, from the results as last assembled: `answer.json` and `report.html`."""
    from bench import report, verdict

    verdict.write(folder)
    report.build(folder)


class _Between:
    """The page of a run that goes on: built again whenever that takes at most `SHARE_OF_PAGES` of the time."""

    def __init__(
        self,
        folder: RunFolder,
        rebuild: Callable[[RunFolder], object],
        display: Display,
        clock: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._rebuild = rebuild
        self._display = display
        self._clock = clock
        self._due = clock()

    def rebuild_if_due(self) -> None:
        """Build it, unless the one before has not been worth its time yet."""
        if self._clock() >= self._due:
            self.rebuild()

    def rebuild(self) -> None:
        """Build it now."""
        began = self._clock()
        try:
            self._rebuild(self._folder)
        except Exception as error:  # noqa: BLE001 - hours of results matter more than a page in between
            self._display.note(f"answer and page could not be made now: {type(error).__name__}: {error}")
        ended = self._clock()
        self._due = ended + (ended - began) * (1 / SHARE_OF_PAGES - 1)


def exit_status(record: RunRecord) -> int:
    """0 when every trial ended ok or was skipped for a stated reason, 3 when some failed or diverged."""
    ended = (*record.trials, *record.experiments)
    return 0 if all(trial.status in ("ok", "skipped") for trial in ended) else 3


def default_name(now: datetime | None = None) -> str:
    """A run's name when none is given: date and time."""
    return (now or datetime.now()).strftime("%Y-%m-%d_%H-%M-%S")  # local time is what people look for
