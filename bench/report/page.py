"""The page put together: results in, HTML out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bench.report import (
    charts,
    classes,
    curves,
    facts,
    failures,
    fidelity,
    gallery,
    imagesets,
    modelcards,
    pareto,
    proofs,
    scoretables,
    tables,
    timetable,
    walks_and_noise,
)
from bench.report.answer import answer
from bench.report.bounds import bounds
from bench.report.captions import Picture
from bench.report.experiments import experiments
from bench.report.palette import Palette
from bench.report.script import as_data, own_script
from bench.report.table import Table, Value
from bench.results.folder import RunFolder
from bench.results.groups import FRAMEWORKS, Setting, cells, datasets, ending, models, protocols, settings
from bench.results.pairs import MARK, shares_all_chance, unproved_models
from bench.results.record import DatasetRecord, RunRecord, TrialRecord

UNBROKEN = 24
"""Letters of code that a line is not broken in: one long option."""


@dataclass(frozen=True)
class Piece:
    """A figure with the tables that belong to it, and the bars of each class's coverage where there are any."""

    chart: charts.Chart | None
    tables: list[Table]
    classes: charts.Chart | None = None


@dataclass(frozen=True)
class Part:
    """What one section says about one data set in one setting; `id` is where the contents lead.

    `commands` are those that give its numbers again, by the model and framework that they are of.
    """

    id: str
    title: str
    dataset: str
    pieces: list[Piece] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    commands: Mapping[str, str] = field(default_factory=dict)


def render(run: RunRecord, folder: RunFolder) -> str:
    """The whole page of a run, finished or not."""
    run, names = imagesets.labelled(run)
    palette = Palette(models(run.trials))
    groups = settings(run.trials)
    titles = _titles(groups)
    nothing = facts.nothing(run)
    answered = answer(folder, names)
    measured = {} if nothing else groups
    latent = _latent(groups, titles, folder)
    walked = sum(len(picture.uri or "") for _, pictures in latent for _, picture in pictures)
    exhibits = gallery.thin(
        [
            gallery.exhibit(
                setting,
                trials,
                folder,
                run.datasets.get(setting.dataset),
                names.get(setting.dataset, setting.dataset),
            )
            for setting, trials in groups.items()
        ],
        gallery.PICTURE_BYTES - walked,
    )
    environment = Environment(
        loader=PackageLoader("bench.report"),
        # Names of data sets and reasons of failures are other people's text: escaped everywhere.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ticked"] = _ticked
    environment.globals["mark"] = MARK
    environment.globals["frameworks"] = FRAMEWORKS
    environment.globals["framework_of"] = _framework_of
    return environment.get_template("page.html").render(
        run=run,
        status=facts.status(run),
        finished=facts.finished(run),
        nothing=nothing,
        again=facts.again(run.command),
        counts=facts.counts(run.trials),
        budgets=facts.budgets(run.trials),
        models=palette.models,
        datasets=datasets(run.trials),
        ran=[framework for framework in FRAMEWORKS if any(trial.framework == framework for trial in run.trials)],
        image_sets=imagesets.cards(run, names),
        smoke=any(trial.budget.name == "smoke" for trial in run.trials),
        model_cards=modelcards.cards(run.trials, palette),
        script=own_script(),
        answer=answered,
        data=as_data(answered.data if answered else {"answers": []}),
        seeds=sorted({trial.seed for trial in run.trials}),
        palette=palette,
        machine=facts.table(run.machine, leave_out=["gpus"]),
        gpu=facts.gpu(run.machine, run.trials),
        versions=run.versions,
        git=facts.table(run.git or {}),
        study=facts.table(run.study),
        kept_out=sorted({trial.budget.name for trial in run.trials if not trial.budget.verdicts}),
        throughput=_throughput(measured, titles, palette),
        proofs=proofs.proofs(run.trials),
        unproved=_unproved(groups),
        own_chance=[model for model in palette.models if not shares_all_chance(model)],
        quality=_quality(measured, titles, palette, run.datasets),
        cost=_cost(measured, titles, palette),
        bounds=_bounds(groups, titles),
        curves=_curves(measured, titles, palette),
        latent=latent,
        exhibits=list(zip(titles.values(), exhibits, strict=True)),
        trials=tables.every_trial(run.trials),
        failures=failures.failures(run.trials),
        experiments=experiments(run, names),
    )


def _ticked(text: str) -> Markup:
    """Text in which what stands in backticks is code."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:  # An odd backtick is nobody's code.
        return escape(text)
    words = [_code(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)]
    return Markup("").join(words)


def _code(text: str) -> Markup:
    """Code in a sentence; what is short is not broken at its hyphens."""
    whole = Markup(' class="whole"') if len(text) <= UNBROKEN else ""
    return Markup("<code{}>{}</code>").format(whole, text)


def _framework_of(row: Sequence[Value | None]) -> str:
    """The framework that a row of a table is about; "" where it is about none."""
    return next((value.kind for value in row if value is not None and value.kind in FRAMEWORKS), "")


def _titles(groups: Mapping[Setting, list[TrialRecord]]) -> dict[Setting, str]:
    """A heading for each setting: the data set alone where it has one setting only."""
    several = {setting.dataset for setting in groups if sum(s.dataset == setting.dataset for s in groups) > 1}
    return {
        s: f"{s.dataset} ({s.device}, {s.precision}, {s.mode})" if s.dataset in several else s.dataset for s in groups
    }


def _throughput(
    groups: Mapping[Setting, list[TrialRecord]], titles: Mapping[Setting, str], palette: Palette
) -> list[Part]:
    parts = []
    for number, (setting, trials) in enumerate(groups.items(), 1):
        name = f"throughput-{number}"
        chart = charts.throughput(trials, palette, f"{name}-figure")
        pieces = [Piece(chart, [tables.throughput(setting, trials)])]
        parts.append(Part(name, titles[setting], setting.dataset, pieces, commands=_commands(trials)))
    return parts


def _quality(
    groups: Mapping[Setting, list[TrialRecord]],
    titles: Mapping[Setting, str],
    palette: Palette,
    read: Mapping[str, DatasetRecord],
) -> list[Part]:
    parts = []
    for number, (setting, trials) in enumerate(groups.items(), 1):
        notes = _unscored(trials)
        part = Part(f"quality-{number}", titles[setting], setting.dataset, notes=notes, commands=_commands(trials))
        about = read.get(setting.dataset)
        for index, (protocol, scored) in enumerate(protocols(trials).items(), 1):
            chart = charts.distance(protocol, trials, scored, palette, f"{part.id}-figure-{index}")
            chart = fidelity.beside(chart, trials, scored, palette) if chart else None
            first = scoretables.distance(protocol, trials, scored)
            second = scoretables.fidelity(protocol, trials, scored)
            by_class = scoretables.by_class(protocol, trials, scored, about.class_names if about else None)
            shown = [first, *([second] if second else [])]
            name = f"{part.id}-classes-{index}"
            bars = classes.chart(by_class, palette, unproved_models(trials), name) if by_class else None
            part.pieces.append(Piece(chart, shown, bars))
        parts.append(part)
    return parts


def _curves(groups: Mapping[Setting, list[TrialRecord]], titles: Mapping[Setting, str], palette: Palette) -> list[Part]:
    parts = []
    for number, (setting, trials) in enumerate(groups.items(), 1):
        notes = [*_unscored(trials), *_no_distance_on_the_way(trials)]
        part = Part(f"curves-{number}", titles[setting], setting.dataset, notes=notes, commands=_commands(trials))
        unproved = unproved_models(trials)
        for index, (protocol, points) in enumerate(curves.curve_points(trials).items(), 1):
            chart = curves.chart(protocol, points, trials, unproved, palette, f"{part.id}-figure-{index}")
            part.pieces.append(Piece(chart, [timetable.times(protocol, trials)]))
        parts.append(part)
    return parts


def _cost(groups: Mapping[Setting, list[TrialRecord]], titles: Mapping[Setting, str], palette: Palette) -> list[Part]:
    """Quality against cost, one figure an extractor; settings without any are left out."""
    parts = []
    for number, (setting, trials) in enumerate(groups.items(), 1):
        name = f"cost-{number}"
        found = [
            pareto.chart(protocol, trials, scored, palette, f"{name}-figure-{index}")
            for index, (protocol, scored) in enumerate(protocols(trials).items(), 1)
        ]
        pieces = [Piece(chart, []) for chart in found if chart is not None]
        if pieces:
            parts.append(Part(name, titles[setting], setting.dataset, pieces, commands=_commands(trials)))
    return parts


def _bounds(groups: Mapping[Setting, list[TrialRecord]], titles: Mapping[Setting, str]) -> list[Part]:
    parts = []
    for number, (setting, trials) in enumerate(groups.items(), 1):
        pieces = [Piece(None, [table]) for table in bounds(setting, trials)]
        if pieces:
            name = f"bounds-{number}"
            parts.append(Part(name, titles[setting], setting.dataset, pieces, commands=_commands(trials)))
    return parts


def _commands(trials: Sequence[TrialRecord]) -> dict[str, str]:
    """What runs the first seed of each row again, by model and framework."""
    return {
        f"{cell.model}, {FRAMEWORKS[cell.framework]}": (cell.finished or cell.trials)[0].command
        for pair in cells(trials).values()
        for cell in pair
    }


def _latent(
    groups: Mapping[Setting, list[TrialRecord]], titles: Mapping[Setting, str], folder: RunFolder
) -> list[tuple[Part, list[tuple[str, Picture]]]]:
    parts = []
    for number, (setting, trials) in enumerate(groups.items(), 1):
        found = walks_and_noise.walk_tables(setting, trials), walks_and_noise.noise_tables(setting, trials)
        if any(found):
            pieces = [Piece(None, own) for own in found]
            part = Part(f"latent-{number}", titles[setting], setting.dataset, pieces)
            parts.append((part, walks_and_noise.pictures(trials, folder)))
    return parts


def _unproved(groups: Mapping[Setting, list[TrialRecord]]) -> list[str]:
    """Every model that is compared somewhere without a proof."""
    return list(dict.fromkeys(model for trials in groups.values() for model in unproved_models(trials)))


def _no_distance_on_the_way(trials: list[TrialRecord]) -> list[str]:
    """Why checkpoints of scored trials have no Fréchet distance, or none at all: each reason once."""
    scored = [trial for trial in trials if trial.status == "ok" and trial.quality is not None]
    found = dict.fromkeys(
        f"{what} while training: {trial.absent[field]}"
        for field, what in (("curve.fd", "No Fréchet distance"), ("curve.kid", "No KID"))
        for trial in scored
        if field in trial.absent and (field == "curve.fd" or "curve.fd" in trial.absent)
    )
    return list(found)


def _unscored(trials: list[TrialRecord]) -> list[str]:
    """Every trial without a score, and why."""
    found = []
    for trial in trials:
        who = f"{trial.model}, {FRAMEWORKS[trial.framework]}"
        if trial.status != "ok":
            found.append(f"{who}, {ending(trial)}")
        elif trial.quality is None:
            found.append(f"{who}, seed {trial.seed}: {trial.absent.get('quality', 'not scored')}")
    return found
