"""Claim 7: a CVAE suits data of a single class better."""

from __future__ import annotations

from collections.abc import Iterator

from bench.statistics.comparison import compare
from bench.statistics.decision import Evidence
from bench.verdict.cases import Case, Recipe
from bench.verdict.declared import LEAST_STEPS
from bench.verdict.hypotheses import Claimed, Evident, Hypothesis, against_each_other
from bench.verdict.measures import kid_position
from bench.verdict.record import Side
from bench.verdict.sides import Pair, side


def _hypotheses(evident: Evident) -> Iterator[Hypothesis]:
    for case in evident.cases:
        for other in evident.cases:
            if _is_one_class_of(other, case, evident) and "cvae" in case.recipes and "cvae" in other.recipes:
                part = f"the CVAE is nearer to {other.setting.label} than to {case.setting.label}"
                found = _pair(other, case, other.recipes["cvae"], case.recipes["cvae"])
                yield against_each_other(other, found, part)


def _is_one_class_of(one: Case, whole: Case, evident: Evident) -> bool:
    read = evident.datasets.get(one.setting.dataset)
    same = ("device", "precision", "mode", "budget")
    return (
        read is not None
        and read.classes == 1
        and one.setting.dataset.startswith(f"{whole.setting.dataset}[classes=")
        and all(getattr(one.setting, name) == getattr(whole.setting, name) for name in same)
    )


def _pair(one: Case, whole: Case, a: Recipe, b: Recipe) -> Pair:
    """Single class against all: KID by one extractor, each between its own noise and its own real pictures."""
    measured = [kid_position(recipe.finished) for recipe in (a, b)]
    found = [side(recipe, own) for recipe, own in zip((a, b), measured, strict=True)]
    names = [f"{recipe.name} on {case.setting.label}" for recipe, case in ((a, one), (b, whole))]
    lacking = [
        reason
        for recipe, case, own, name in zip((a, b), (one, whole), found, names, strict=True)
        if (reason := case.outside or recipe.outside or (f"{name}: {own}" if isinstance(own, str) else None))
    ]
    extractors = {own.protocol.extractor for own in measured}
    if not lacking and len(extractors) > 1:
        lacking.append(f"not comparable: scored by different extractors ({' and '.join(map(str, extractors))})")
    first, second = (
        own.model_copy(update={"recipe": name}) if isinstance(own, Side) else None
        for own, name in zip(found, names, strict=True)
    )
    comparison = None
    if not lacking and first is not None and second is not None:
        comparison = compare(first.values, second.values, "higher")
    evidence = Evidence(min(a.steps, b.steps), LEAST_STEPS)
    return Pair(measured[0].protocol, (first, second), comparison, "; ".join(lacking), evidence, one.over, 0.0)


CLAIM = Claimed(
    id=7,
    claim="A CVAE suits data of a single class better.",
    measure="KID, which does not depend on the number of pictures, between uniform noise (0) and real pictures (1) of "
    "the data set: of cvae on one class of a data set, and on all of it",
    direction="higher on the single class",
    threshold="none: any difference",
    test="the larger p of the exact permutation test and Welch's t-test over the seeds",
    models=("cvae",),
    hypotheses=_hypotheses,
    otherwise="the run has no cvae on a single class, such as mnist-mini[classes=0], beside the whole data set",
    datasets="mnist-mini,mnist-mini[classes=0]",
)
