"""What the models were trained on and judged by: a card for each data set of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bench import numbers
from bench.quality.record import Quality
from bench.results.dataset import short_names
from bench.results.groups import collect, scores
from bench.results.record import DatasetRecord, RunRecord, SkippedFile, TrialRecord

MOST_CLASSES = 12
"""Classes that a card names; a folder may have hundreds."""
MOST_SKIPPED = 200
"""Files left out that a card lists; all of them stand in `results.json`."""


@dataclass(frozen=True)
class Card:
    """One data set. Where it was not here, `absent` says why, and there is nothing else to say."""

    label: str
    title: str
    facts: Mapping[str, str]
    scoring: Sequence[str]
    """What is not scored as usual, and why."""
    skipped: Sequence[SkippedFile]
    """Files left out, the first `MOST_SKIPPED` of them."""
    left_out: int
    absent: str


def labelled(run: RunRecord) -> tuple[RunRecord, dict[str, str]]:
    """The run with short names for its data sets, and the full name of each; commands keep the full ones.

    The name of a folder is its whole path.
    """
    short = short_names(run.datasets)
    changed = {
        "trials": tuple(_renamed(trial, short.get(trial.dataset, trial.dataset)) for trial in run.trials),
        "experiments": tuple(_renamed(trial, short.get(trial.dataset, trial.dataset)) for trial in run.experiments),
        "datasets": {short[name]: read for name, read in run.datasets.items()},
    }
    return run.model_copy(update=changed), {short[name]: name for name in run.datasets}


def cards(run: RunRecord, names: Mapping[str, str]) -> list[Card]:
    """A card for each data set of the trials, in the study's order; the arguments are as `labelled` returns them."""
    asked = run.study.get("extractors") or ()
    return [
        _card(label, names.get(label, label), run.datasets.get(label), trials, asked)
        for label, trials in collect(run.trials, lambda trial: trial.dataset).items()
    ]


def _renamed(trial: TrialRecord, label: str) -> TrialRecord:
    """The trial under a short name of its data set, which its scores name, too."""
    if label == trial.dataset:
        return trial

    def shortened(reference: str) -> str:
        return label + reference.removeprefix(trial.dataset) if reference.startswith(trial.dataset) else reference

    def renamed(quality: Quality) -> Quality:
        return quality.model_copy(update={"reference": shortened(quality.reference)})

    over_time = trial.time_to_quality
    changed = {
        "dataset": label,
        "quality": trial.quality and renamed(trial.quality),
        "quality_by_extractor": {kind: renamed(quality) for kind, quality in trial.quality_by_extractor.items()},
        "curve": tuple(
            point.model_copy(update={"reference": point.reference and shortened(point.reference)})
            for point in trial.curve
        ),
        "time_to_quality": over_time and over_time.model_copy(update={"reference": shortened(over_time.reference)}),
    }
    return trial.model_copy(update=changed)


def _card(
    label: str, name: str, read: DatasetRecord | None, trials: Sequence[TrialRecord], asked: Collection[str]
) -> Card:
    if read is None:
        reasons = dict.fromkeys(trial.reason for trial in trials if trial.status == "skipped" and trial.reason)
        return Card(label, "", {}, [], [], 0, "; ".join(reasons) or "this run did not record what it was")
    facts = _facts(read)
    if name != label:
        facts["To be typed as"] = name
    skipped = read.skipped[:MOST_SKIPPED]
    return Card(label, read.title, facts, _scoring(trials, asked), skipped, len(read.skipped), "")


def _facts(read: DatasetRecord) -> dict[str, str]:
    shape = "×".join(map(str, read.image_shape))
    facts = {
        "Images": f"{numbers.count(read.train)} for training, {numbers.count(read.test)} for testing, of {shape}",
        "Classes": _classes(read),
        "Split": read.split,
    }
    if read.near_duplicate_groups is not None:
        facts["Near-duplicates"] = _near_duplicates(read.near_duplicate_groups, read.straddling_groups or 0)
    if read.made is not None:
        facts["Prepared"] = read.made
    facts["From"] = read.origin
    facts["Licence"] = read.licence
    facts["SHA-256"] = f"{read.fingerprint[:16]}…"
    return facts


def _classes(read: DatasetRecord) -> str:
    if not read.classes:
        return "none: the images have no labels"
    if read.class_names is None:
        return numbers.count(read.classes)
    named = ", ".join(read.class_names[:MOST_CLASSES])
    more = read.classes - MOST_CLASSES
    return f"{numbers.count(read.classes)}: {named}" + (f" and {numbers.count(more)} more" if more > 0 else "")


def _near_duplicates(groups: int, straddling: int) -> str:
    if not groups:
        return "none found"
    found = f"{numbers.count(groups)} group{'s' * (groups != 1)}"
    return f"{found}, {numbers.count(straddling)} of them on both sides" if straddling else f"{found}, each on one side"


def _scoring(trials: Sequence[TrialRecord], asked: Collection[str]) -> list[str]:
    """Why a Fréchet distance or an inception score is absent, and what stands in for the classifier.

    `asked` are the kinds of extractor that the study names, if it names any.
    """
    found: dict[str, None] = {}
    for quality in (quality for trial in trials for quality in scores(trial)):
        if quality.title.startswith("FD-random") and "random" not in asked:
            reason = "no classifier of such images is here, so fixed random features stand in for it"
            found[f"{quality.title}: {reason}"] = None
        for field, what in (("fd", "no Fréchet distance"), ("is", "no inception score"), ("kid", "no KID")):
            if field in quality.absent:
                found[f"{quality.extractor}: {what}: {quality.absent[field]}"] = None
    return list(found)
