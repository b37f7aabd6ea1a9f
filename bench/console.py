"""What the user sees on a terminal: plan, progress, tables. Plain lines where there is no terminal."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from bench import machine, numbers
from bench.datasets.class_source import whole_and_classes
from bench.doctor import Findings
from bench.listing import brief
from bench.plan import Trial, expected_seconds
from bench.proof.certificate import failure
from bench.proof.compare import Row
from bench.quality.cards import Card
from bench.report.lines import INTERVAL, columns, protocol
from bench.results.dataset import short_names
from bench.results.record import DatasetRecord, RunRecord, TrialRecord
from bench.run import Display, Run, scoring_limits
from bench.verdict.record import AnswerRecord, Arm, Interval, Overall

if TYPE_CHECKING:
    from bench.scoring import Scored

WIDTH_WITHOUT_TERMINAL = 160

# Names and reasons are shown as they are: no ":x:" becomes a picture.
out = Console(
    highlight=False, emoji=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)

ARMS: dict[Arm, str] = {
    "equal footing": "the headline: same latent size, generator and pixels",
    "as in the seed": "the two notebooks, which differ in everything at once",
}

MARKS = {"ok": "[green]ok[/]", "skipped": "[yellow]skipped[/]", "failed": "[red]failed[/]"}
MARKS |= {"diverged": "[red]diverged[/]", "note": "[yellow]note[/]", "missing": "[red]missing[/]"}


def note(text: str) -> None:
    """A line about what happens, beside the results."""
    err.print(escape(text))


def print_path(path: Path) -> None:
    """A path alone on its line, for scripts."""
    sys.stdout.write(f"{path}\n")


def print_json(value: Any) -> None:
    """A value as JSON."""
    sys.stdout.write(json.dumps(value, indent=1, allow_nan=False) + "\n")


def print_rows(what: str, rows: list[dict[str, Any]], as_json: bool) -> None:
    """Rows of plain values as a table, or as JSON."""
    if as_json:
        print_json(rows)
        return
    if not rows:
        out.print(f"no {what} here")
        return
    shown = brief(what, rows)
    table = _table(*shown[0])
    for row in shown:
        table.add_row(*(escape(_cell(value)) for value in row.values()))
    out.print(table)


def print_plan(run: Run) -> None:
    """The cells of a run, and how long it may take."""
    table = _table("data set", "model", "framework", "seeds", "images", "batch", "about", "")
    cells: dict[tuple[str, str, str], list[Trial]] = {}
    for trial in run.trials:
        cells.setdefault((trial.dataset, trial.choice.text, trial.framework), []).append(trial)
    for (dataset, _, _), trials in cells.items():
        _add_plan(table, dataset, trials, trials[0].skip or "")
    # The experiments of a data set differ in the class alone: a row for all that run, one for each reason not to.
    extra: dict[tuple[str, str], list[Trial]] = {}
    for trial in run.experiments.trials:
        extra.setdefault((_whole(trial.dataset), trial.skip or ""), []).append(trial)
    for (whole, skip), trials in extra.items():
        _add_plan(table, f"{whole}: one class a seed", trials, f"experiment{f': {skip}' if skip else ''}")
    out.print(table)
    known_as = short_names(run.datasets)
    for name, read in run.datasets.items():
        for line in about_dataset(known_as[name], read):
            out.print(escape(line))
        for line in left_out(known_as[name], read):
            note(line)
    for name, lines in scoring_limits(run).items():
        for line in lines:
            out.print(escape(f"{known_as[name]}: {line}"))
    pending = sum(map(expected_seconds, run.pending))
    workers = len({(t.dataset, t.choice.text, t.framework) for t in run.pending if t.skip is None})
    done = f", {len(run.finished)} of them finished before" if run.finished else ""
    if run.device == "cpu" and run.study.device == "auto" and machine.gpus():
        out.print("This machine has a GPU that not every framework of this run can use: python -m bench doctor")
    if run.outdated:
        out.print(
            f"{run.outdated} finished before of other pictures, settings, code or versions, and not used: "
            "what stands there is trained again."
        )
    extra_ones = len(run.experiments.trials)
    counted = f"{len(run.trials)} trial{'s' * (len(run.trials) != 1)}"
    counted += f" and {extra_ones} experiment{'s' * (extra_ones != 1)}" if extra_ones else ""
    out.print(
        f"{counted}{done}, on {run.device}, {run.threads} threads, "
        f"extractors: {' and '.join(run.extractors)}; about {_duration(pending + 8 * workers)}."
    )


def _add_plan(table: Table, dataset: str, trials: list[Trial], remark: str) -> None:
    first = trials[0]
    budget = first.budget
    amount = f"{budget.seconds:g} s" if budget.seconds is not None else f"{budget.images:,}" if budget.images else "?"
    cell = (dataset, first.choice.text, first.framework, str(len(trials)), amount, str(budget.batch_size))
    table.add_row(*map(escape, cell), _duration(sum(map(expected_seconds, trials))), escape(remark))


def _whole(dataset: str) -> str:
    """The set that an experiment's images are one class of."""
    parts = whole_and_classes(dataset)
    return parts[0] if parts else dataset


def note_dataset(read: DatasetRecord) -> None:
    """The same beside a result."""
    for line in (*about_dataset(read.label, read), *left_out(read.label, read)):
        note(line)


def about_dataset(label: str, read: DatasetRecord) -> Iterator[str]:
    """What a folder or file of the user's turned out to hold."""
    if read.made is None:
        return
    shape = "×".join(map(str, read.image_shape))
    classes = f"{read.classes} class{'es' * (read.classes != 1)}" if read.classes else "no labels"
    groups = read.near_duplicate_groups
    near = f"; {groups:,} group{'s' * (groups != 1)} of near-duplicates" if groups else ""
    if read.straddling_groups:
        near += f", {read.straddling_groups:,} of them on both sides"
    skipped = f"; {len(read.skipped):,} left out" if read.skipped else ""
    yield f"{label}: {read.train:,} + {read.test:,} of {shape}, {classes}; split {read.split}{near}{skipped}."
    if read.straddling_groups:
        yield (
            f"{label}: warning: test pictures that are nearly training pictures flatter every score; "
            "leave them out of test."
        )


def left_out(label: str, read: DatasetRecord) -> Iterator[str]:
    """A line for each file that is not in a data set."""
    return (f"{label}: left out {skipped.file}: {skipped.reason}" for skipped in read.skipped)


def print_results(record: RunRecord) -> None:
    """One row a trial with its scores, the protocols of these, and how many trials are still to come.

    The experiments follow in a table of their own.
    """
    _print_trials(record.trials)
    if record.experiments:
        out.print("\nExperiments, which only serve a claim:")
        _print_trials(record.experiments)
    ended = (*record.trials, *record.experiments)
    if not record.over:
        extra = f" and {len(record.experiments)} of {record.experiments_planned} experiments"
        extra = extra if record.experiments_planned else ""
        out.print(f"{len(record.trials)} of {record.planned} trials{extra}; the run is not over")
    elif all(trial.status == "skipped" for trial in ended):
        out.print("nothing was measured: every trial was skipped")


def _print_trials(trials: Sequence[TrialRecord]) -> None:
    qualities = [trial.quality for trial in trials if trial.quality is not None]
    shown = columns(qualities)
    # Sentences stand below: in a column they would squeeze all others.
    notes = list(dict.fromkeys([*map(protocol, qualities), *(trial.reason for trial in trials if trial.reason)]))
    table = _table("model", "data set", "framework", "seed", "status", "images/s", *shown, "by")
    for trial in trials:
        quality = trial.quality
        own = [protocol(quality)] if quality else []
        own += [trial.reason] if trial.reason else []
        table.add_row(
            *map(escape, (trial.model, trial.dataset, trial.framework, str(trial.seed))),
            MARKS[trial.status],
            _number(trial.images_per_second, 0),
            *((column(quality) if quality else None) or "n/a" for column in shown.values()),
            " ".join(f"({notes.index(text) + 1})" for text in own),
        )
    out.print(table)
    for number, text in enumerate(notes, 1):
        out.print(escape(f"({number}) {text}"))
    if any(quality.fd_interval for quality in qualities):
        out.print(INTERVAL)


def print_answer(answer: AnswerRecord) -> None:
    """The straight answers, whether it is the framework, and the claims: a line each."""
    for line in answer_lines(answer):
        out.print(escape(line))


def print_headlines(answer: AnswerRecord) -> None:
    """The straight answers on an equal footing, and how sure each is."""
    found = [one for one in answer.answers if one.headline]
    if found:
        out.print()
    for one in found:
        out.print(escape(f"{one.sentence} {one.confidence}"))


def answer_lines(answer: AnswerRecord) -> Iterator[str]:
    """What `print_answer` prints; a part that a run says nothing of has no heading."""
    for arm, note_ in ARMS.items():
        found = [one for one in answer.answers if one.arm == arm]
        if found:
            yield from ("", f"GAN or CVAE, {arm} ({note_})")
        for one in found:
            yield one.sentence
            yield from (f"  {text}" for text in (one.confidence, one.reason, one.command) if text)
        for whole in answer.overall:
            if whole.arm == arm and whole.criteria:
                yield from (whole.sentence, f"  {whole.reason}", *(f"  {line}" for line in _overall_lines(whole)))
    if answer.frameworks:
        yield from ("", "Is it the framework?", *(found.sentence for found in answer.frameworks))
    yield from ("", "The claims")
    for claim in answer.claims:
        verdict = f"leaning to {claim.leans}" if claim.leans else claim.verdict
        yield f"{claim.id:2}. {claim.claim} {verdict}: {claim.reason}"


def _overall_lines(whole: Overall) -> Iterator[str]:
    """A line for each criterion that has numbers over several data sets."""
    for criterion in whole.criteria:
        if criterion.a is None or criterion.b is None or criterion.improvement is None:
            continue
        means = [f"{numbers.significant(own.value or 0.0)}{_within(own)}" for own in (criterion.a, criterion.b)]
        odds = f"{criterion.improvement.value or 0.0:.0%}{_within(criterion.improvement, '{:.0%}'.format)}"
        better = f"probability that a seed of {whole.a} is better {odds}"
        yield f"{criterion.title}: interquartile means {means[0]} and {means[1]}; {better}: {criterion.verdict}"


def _within(found: Interval, form: numbers.Format = numbers.significant) -> str:
    """An interval in brackets; nothing where there is none."""
    return "" if found.low is None or found.high is None else f" ({form(found.low)} to {form(found.high)})"


def print_score(scored: Scored) -> None:
    """The figures of a score with the scale that each is read by, and where it stands on the ladder."""
    from bench.scoring.table import notes_of, rows_of

    quality, sample = scored.quality, scored.sample
    drawn = f", drawn from {sample.found:,}" if sample.found > quality.n else ""
    out.print(escape(f"{scored.path}: {quality.n:,} images{drawn}; {sample.made}"))
    out.print(escape(f"against {quality.reference}; by {quality.title}"))
    out.print()
    table = _table("figure", "value", "interval or ±", "real images", "noise")
    for row in rows_of(quality):
        table.add_row(*map(escape, row))
    if table.rows:
        out.print(table)
    for note_ in notes_of(quality):
        out.print(escape(note_))
    out.print(escape(f"ladder: {scored.position}"))


def print_card(card: Card) -> None:
    """What a trained extractor is, and its ladder."""
    out.print(escape(f"{card.name}: trained on {card.train_images:,} images of {card.dataset or card.domain}"))
    share = f"{card.test_accuracy:.2%} of the test images are classified correctly"
    out.print(escape(f"{share}; guessing among {card.num_classes} classes gives {1 / card.num_classes:.0%}"))
    table = _table("ladder", "FD", "KID", "IS")
    for name, rung in card.ladder.items():
        table.add_row(escape(name), _distance(rung.fd), _distance(rung.kid), _number(rung.inception_score, 2))
    out.print(table)
    out.print(f"'real' is the floor, at N = {card.floor_n:,} on each side; n/a: N is too small for the figure")


@contextmanager
def work() -> Iterator[Callable[[str, float], None]]:
    """Show how a long work goes, told in words and as the share that is done: a bar on a terminal, lines elsewhere."""
    if err.is_terminal:
        words = TextColumn("{task.description}", markup=False)
        columns = (words, BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=err, transient=True) as bars:
            task = bars.add_task("", total=1.0)
            yield lambda text, fraction: bars.update(task, description=text, completed=fraction)
        return
    said = ""

    def line(text: str, fraction: float) -> None:
        nonlocal said
        if text != said:
            said = text
            note(f"[{fraction:.0%}] {text}")

    yield line


def report_proof(rows: list[Row]) -> None:
    """A proved case in one line."""
    first = rows[0]
    failed = [row for row in rows if not row.passed]
    verdict = f"FAILED: {failure(failed[0])}" if failed else "passed"
    note(f"{first.model} at {first.shape}, {first.precision}, {first.mode}: {verdict}")


def print_certificate(rows: list[Row]) -> None:
    """The largest deviation of each quantity of each model, over shapes and modes, and the verdict."""
    table = _table("model", "precision", "quantity", "largest deviation", "tolerance", "", "where")
    worst: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = (row.model, row.precision, row.quantity)
        if key not in worst or _how_far(row) > _how_far(worst[key]):
            worst[key] = row
    for row in worst.values():
        deviation = "not a number" if row.deviation is None else f"{row.deviation:.1e}"
        verdict = "[green]passed[/]" if row.passed else "[red]FAILED[/]"
        where = f"{row.where}, {row.shape}, {row.mode}" if row.deviation or not row.passed else ""
        table.add_row(
            *map(escape, (row.model, row.precision, row.quantity, deviation, f"{row.tolerance:.0e}")),
            verdict,
            escape(where),
        )
    out.print(table)
    models = list(dict.fromkeys(row.model for row in rows))
    failed = list(dict.fromkeys(row.model for row in rows if not row.passed))
    if failed:
        out.print(escape(f"{len(failed)} of {len(models)} pairs not proved: {', '.join(failed)}"))
    else:
        out.print(escape(f"proved: {', '.join(models)}"))


def _how_far(row: Row) -> float:
    return math.inf if row.deviation is None else row.deviation


def print_findings(findings: Findings) -> None:
    """What `doctor` found."""
    facts = findings.machine
    out.print(escape(f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_bytes'] / 2**30:.0f} GiB, {facts['os']}"))
    out.print(escape(", ".join(f"{name} {version}" for name, version in findings.versions.items())))
    table = _table("", "", "")
    table.show_header = False
    for finding in findings.findings:
        table.add_row(MARKS[finding.verdict], escape(finding.subject), escape(finding.detail))
    out.print(table)


@contextmanager
def display(run: Run) -> Iterator[Display]:
    """Show how a run goes while it goes."""
    if err.is_terminal:
        with _Bars(run) as bars:
            yield bars
    else:
        yield _Lines(run)


class _Lines:
    """A line a trial."""

    def __init__(self, run: Run) -> None:
        self._total = len(run.everything)
        self._done = len(run.finished)
        self._experiments = _ids_of_experiments(run)

    def trial_progress(self, trial: Trial, fraction: float) -> None:
        pass  # lines are for what has ended

    def note(self, text: str) -> None:
        note(text)

    def trial_finished(self, record: TrialRecord) -> None:
        self._done += 1
        note(f"[{self._done}/{self._total}] {_marked(record, self._experiments)}")


class _Bars:
    """A bar for the run and one for the trial that runs."""

    def __init__(self, run: Run) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=err,
        )
        self._whole = self._bars.add_task("run", total=len(run.everything), completed=len(run.finished))
        self._experiments = _ids_of_experiments(run)
        self._trial = self._bars.add_task("", total=1.0)
        self._shown = ""

    def __enter__(self) -> _Bars:
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def trial_progress(self, trial: Trial, fraction: float) -> None:
        if trial.id != self._shown:
            self._shown = trial.id
            mark = "experiment: " if trial.id in self._experiments else ""
            self._bars.reset(self._trial, description=escape(f"{mark}{trial.title}"))
        self._bars.update(self._trial, completed=fraction)

    def note(self, text: str) -> None:
        self._bars.console.print(escape(text))

    def trial_finished(self, record: TrialRecord) -> None:
        self._bars.update(self._trial, completed=1.0)
        self._bars.advance(self._whole)
        self._bars.console.print(escape(_marked(record, self._experiments)))


def _ids_of_experiments(run: Run) -> frozenset[str]:
    return frozenset(trial.id for trial in run.experiments.trials)


def _marked(record: TrialRecord, experiments: Container[str]) -> str:
    """A finished trial in one line that says whether it is an experiment."""
    return f"experiment: {outcome(record)}" if record.id in experiments else outcome(record)


def outcome(record: TrialRecord) -> str:
    """A finished trial in one line."""
    head = f"{record.model} on {record.dataset}, {record.framework}, seed {record.seed}: {record.status}"
    if record.status != "ok":
        return f"{head}: {record.reason}"
    quality = record.quality
    if quality is None:
        score = record.absent.get("quality", "not scored")
    elif quality.fd is None:
        score = f"no FD: {quality.absent['fd']}"
        if quality.kid is not None:
            score += f"; KID {_number(quality.kid, 4)} (real {_number(quality.kid_floor, 4)})"
    else:
        score = f"{quality.title} {_distance(quality.fd)} (real {_distance(quality.floor)})"
    return f"{head}, {_number(record.images_per_second, 0)} images/s, {score}"


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(escape(column), overflow="fold")
    return table


def _number(value: float | None, digits: int) -> str:
    return "n/a" if value is None else f"{value:,.{digits}f}"


def _distance(value: float | None) -> str:
    """A Fréchet distance, whose scale differs from extractor to extractor: three digits, not a fixed place."""
    return "n/a" if value is None else numbers.significant(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{key}={_cell(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
