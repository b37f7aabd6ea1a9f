"""The extra trials of a study that only serve a claim: one class of a data set by itself, for claim 7."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bench import datasets
from bench.datasets import ImageSet, Source
from bench.datasets.class_source import ClassSource, single_class
from bench.errors import UserError
from bench.plan import Host, Trial, first_marked, of_other_images
from bench.quality.cards import card_for
from bench.quality.metrics import KID_LEAST_N
from bench.results.dataset import describe
from bench.results.record import DatasetRecord
from bench.study import FRAMEWORKS, Study
from bench.training.pictures import GRID_SIDE

MODEL = "cvae"
"""The recipe that the claim is about, as a study has it."""
NO_VERDICTS = "an experiment only serves a claim, and none is judged at this budget, which differs by recipe"


@dataclass(frozen=True)
class Experiments:
    """The extra trials in running order, and what was read for them, by the names that they have for it."""

    trials: list[Trial] = field(default_factory=list)
    datasets: Mapping[str, DatasetRecord] = field(default_factory=dict)


def experiments(study: Study, host: Host, trials: list[Trial]) -> Experiments:
    """The experiments of a study whose own trials are planned; none unless it asks for them.

    For every labelled data set on which the study trains `cvae`, one trial a seed, on one class alone, like the whole
    set's of that seed in all else. Seed s tries class s mod the number of classes: the claim is of any single class,
    and the one that somebody picked may suit the model as others do not. What classes differ by becomes part of the
    spread over the seeds, as it should.

    In one framework, the first one of the study that is installed: halves are proved to be one model, so the other
    would say the same again. What cannot run is planned as skipped, with the reason.
    """
    if not study.experiments:
        return Experiments()
    framework = next((name for name in study.frameworks or FRAMEWORKS if host.versions[name] is not None), None)
    found: list[Trial] = []
    read: dict[str, DatasetRecord] = {}
    for name in study.datasets:
        source = datasets.find(name)
        whole = [
            trial
            for trial in trials
            if (trial.dataset, trial.choice.text, trial.framework) == (source.name, MODEL, framework)
        ]
        if not isinstance(source, ClassSource) and f"{MODEL} on {source.name}" not in study.without:
            for part, images, trial in _single_classes(source, whole, host):
                found.append(trial)
                if images is not None and part.name not in read:
                    # No page shows these pictures: the whole set's stand there.
                    read[part.name] = describe(part, images).model_copy(update={"grid": None})
    return Experiments(first_marked(found), read)


def _single_classes(
    source: Source, whole: list[Trial], host: Host
) -> Iterator[tuple[ClassSource, ImageSet | None, Trial]]:
    """A class, its images where it has any, and its trial, for each trial of the whole set."""
    if not whole:
        return
    images = source.load() if source.where() is not None else None
    count = images.num_classes if images else source.sizes.classes if source.sizes else 0
    if count < 2:
        return
    for trial in whole:
        part = single_class(source, trial.seed % count, images.class_names if images else None)
        chosen, skip = None, trial.skip
        if images is not None:
            try:
                chosen = part.chosen_from(images)
            except UserError as error:
                skip = skip or str(error)
        yield part, chosen, _on_one_class(trial, part, chosen, skip, host)


def _on_one_class(trial: Trial, part: ClassSource, images: ImageSet | None, skip: str | None, host: Host) -> Trial:
    """The trial of the whole set as it is of one class; of images that are not here, `skip` says why."""
    train, test = (len(images.train_images), len(images.test_images)) if images else (0, 0)
    if skip is None and min(train, test) < KID_LEAST_N:
        skip = f"{train:,} + {test:,} images of this class are too few: the claim is judged by KID, which needs "
        skip += f"{KID_LEAST_N} on a side"
    if skip is None and not trial.budget.verdicts:
        skip = NO_VERDICTS
    kept = None
    if images is not None and "domain" in host.extractors:
        kept = card_for(part.domain, images.image_shape, images.fingerprint, part_of=images.part_of)
    return of_other_images(
        trial,
        part.label,
        host.fingerprint,
        skip=skip,
        train_images=train,
        dataset=part.name,
        samples=max(GRID_SIDE**2, min(trial.samples, train, test)),
        curve_samples=max(GRID_SIDE**2, min(trial.curve_samples, train, test)),
        classifier=kept.card.name if kept else None,
        data=images.fingerprint if images else None,
        # Those within a trial are between classes.
        experiments=False,
    )
