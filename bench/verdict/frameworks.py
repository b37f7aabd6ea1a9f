"""Is it the framework? One model on one data set, PyTorch against TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bench.models.titles import called
from bench.numbers import significant
from bench.results.groups import FRAMEWORKS
from bench.results.pairs import shares_all_chance, unproved
from bench.results.record import Framework, TrialRecord
from bench.statistics.decision import LEAST_SEEDS
from bench.statistics.equivalence import LEAST_PAIRS, equivalence
from bench.statistics.estimate import Estimate
from bench.statistics.means import mean
from bench.statistics.seeds import both_halves
from bench.verdict.cases import Case, Recipe
from bench.verdict.declared import ALIKE, LEAST_STEPS, QUALITY_MARGIN
from bench.verdict.measures import distance
from bench.verdict.record import FrameworkAnswer
from bench.verdict.sides import NOT_OVER, interval
from bench.verdict.words import counted, listed, sentences

FIRST: Framework = "torch"
SECOND: Framework = "tensorflow"
NAMES = (FRAMEWORKS[FIRST], FRAMEWORKS[SECOND])
ONE_FRAMEWORK = "it ran in one framework only"
UNEVEN = "in equal seconds the halves saw different numbers of images, so their pictures are not compared"


def frameworks(found: Sequence[Case]) -> list[FrameworkAnswer]:
    """Every model of every case."""
    return [_answer(case, recipe) for case in found for recipe in case.recipes.values()]


def _answer(case: Case, recipe: Recipe) -> FrameworkAnswer:
    lacking = _lacking(case, recipe)
    measure = distance(recipe.finished)
    values: dict[tuple[int, str], float | None] = {
        (trial.seed, trial.framework): measure.get(trial)[0] for trial in recipe.finished
    }
    pairs = both_halves(values, FIRST, SECOND)
    uneven = lacking or (UNEVEN if case.setting.budget.seconds is not None else "")
    alike = None if uneven else equivalence(pairs.values(), QUALITY_MARGIN, NAMES)
    if alike is not None and alike.verdict != "undecided" and (early := _early(case, recipe, len(pairs))):
        alike = replace(alike, verdict="undecided", reason=f"{alike.reason}; but {early}")
    speed = None if lacking else throughput_ratio(recipe.finished)
    too_early = _early(case, recipe, len(_speeds(recipe.finished)))
    faster = None if too_early else _faster(speed)
    quality = alike.reason if alike else uneven
    if not shares_all_chance(recipe.name):
        own = "its dropout is each framework's own, so that its halves are not one experiment run twice"
        quality = sentences(quality, own)
    proof = _proof(recipe)
    return FrameworkAnswer(
        setting=case.setting,
        model=recipe.name,
        sentence=_sentence(case, recipe, lacking, speed, faster, too_early, alike.verdict if alike else None),
        verdict=alike.verdict if alike else "not tested",
        reason=quality,
        protocol=measure.protocol if alike else None,
        quality_ratio=interval(alike.ratio) if alike else None,
        quality_margin=QUALITY_MARGIN,
        p_value=alike.p_value if alike else None,
        seeds=tuple(pairs),
        seeds_needed=alike.pairs_needed if alike else None,
        throughput=_throughput(recipe.finished),
        throughput_ratio=interval(speed) if speed else None,
        faster=faster,
        proved=_proved(recipe),
        certificate=next((trial.pair.certificate for trial in recipe.finished if trial.pair), None),
        proof=proof,
        commands={framework: trial.command for framework, trial in _first(recipe.trials).items()},
    )


def _lacking(case: Case, recipe: Recipe) -> str:
    """Why the frameworks are not compared; empty where they are."""
    if case.outside is not None:
        return case.outside
    if len({trial.framework for trial in recipe.finished}) < 2:
        alone = f"only {FRAMEWORKS[recipe.finished[0].framework]} has figures" if recipe.finished else ""
        return "; ".join(filter(None, (alone, recipe.ended)))
    return recipe.outside or ""


def _early(case: Case, recipe: Recipe, seeds: int) -> str:
    """Why a verdict would be too early; empty where it is not. `seeds` are those of which both halves have a figure."""
    if not case.over:
        return NOT_OVER
    needs, has = [], []
    if seeds < LEAST_SEEDS:
        needs.append(f"{LEAST_SEEDS} seeds of both halves")
        has.append(f"{seeds}")
    if recipe.steps < LEAST_STEPS:
        needs.append(counted(LEAST_STEPS, "step"))
        has.append(f"{recipe.steps:,}")
    return f"a verdict needs {listed(needs)}, there are {listed(has)}" if needs else ""


def throughput_ratio(trials: Sequence[TrialRecord]) -> Estimate | None:
    """PyTorch / TensorFlow, of images per second; None where one of them has none.

    From three seeds on, the geometric mean over the seeds with Student's t interval of the logarithms. With fewer, the
    interval is of the quartiles of the timed calls, and says nothing of other runs.
    """
    pairs = _speeds(trials)
    if not pairs:
        return None
    found = mean([first / second for first, second in pairs.values()], scale="log")
    if len(pairs) >= LEAST_PAIRS:
        return found
    quartiles = {
        (trial.seed, trial.framework): trial.images_per_second_quartiles for trial in trials if trial.seed in pairs
    }
    ends = [(quartiles[seed, FIRST], quartiles[seed, SECOND]) for seed in pairs]
    if any(first is None or second is None for first, second in ends):
        return Estimate(found.value, None, None, reason="so few seeds, and no quartiles of their calls")
    low = min(first[0] / second[1] for first, second in ends if first and second)
    high = max(first[1] / second[0] for first, second in ends if first and second)
    return Estimate(found.value, low, high, 0.5, "quartiles of the timed calls within a trial, not over seeds")


def _speeds(trials: Sequence[TrialRecord]) -> dict[int, tuple[float, float]]:
    """Images per second of both halves of each seed that has both."""
    speeds: dict[tuple[int, str], float | None] = {
        (trial.seed, trial.framework): trial.images_per_second or None for trial in trials
    }
    return both_halves(speeds, FIRST, SECOND)


def _faster(ratio: Estimate | None) -> Framework | None:
    """Who is faster by more than what does not matter, where the seeds say so."""
    if ratio is None or ratio.low is None or ratio.high is None or ratio.method.startswith("quartiles"):
        return None
    return FIRST if ratio.low > ALIKE else SECOND if ratio.high < 1 / ALIKE else None


def _throughput(trials: Sequence[TrialRecord]) -> dict[Framework, float]:
    found = {}
    for framework in (FIRST, SECOND):
        speeds = [t.images_per_second for t in trials if t.framework == framework and t.images_per_second]
        if speeds:
            found[framework] = math.exp(math.fsum(map(math.log, speeds)) / len(speeds))
    return found


def _proved(recipe: Recipe) -> bool | None:
    made = [trial.pair for trial in recipe.finished if trial.pair is not None]
    return all(pair.proved for pair in made) if made else None


def _proof(recipe: Recipe) -> str:
    if not recipe.finished:
        return "no trial ended ok"
    if (reason := unproved(recipe.trials)) is not None:
        return f"not proved to be one model: {reason}"
    pair = recipe.finished[0].pair
    if pair is None:
        return recipe.finished[0].absent.get("pair", ONE_FRAMEWORK)
    worst = max(pair.deviations.values(), default=0.0)
    digits = math.floor(-math.log10(worst)) if worst > 0 else None
    if digits is None:
        return "proved to be one model: in float64 both halves agree to the last bit"
    if digits < 1:
        return "proved to be one model: in float64 both halves agree within the declared tolerances"
    return f"proved to be one model: in float64 both halves agree to {counted(digits, 'digit')}"


def _first(trials: Sequence[TrialRecord]) -> dict[Framework, TrialRecord]:
    found: dict[Framework, TrialRecord] = {}
    for trial in trials:
        found.setdefault(trial.framework, trial)
    return found


def _sentence(
    case: Case,
    recipe: Recipe,
    lacking: str,
    ratio: Estimate | None,
    faster: Framework | None,
    early: str,
    quality: str | None,
) -> str:
    head = f"{called(recipe.name)} on {case.setting.label}:"
    if lacking:
        return f"{head} not compared, because {_in_short(case, recipe)}."
    told = {
        "equivalent": f"pictures are alike, to within a factor of {QUALITY_MARGIN:g} in distance",
        "different": f"pictures differ by more than a factor of {QUALITY_MARGIN:g} in distance",
    }.get(quality or "", "whether the pictures are alike is open")
    if ratio is None or ratio.value is None:
        return f"{head} no throughput was measured in both; {told}."
    leader, times = (FIRST, ratio.value) if ratio.value >= 1 else (SECOND, 1 / ratio.value)
    pace = f"{FRAMEWORKS[leader]} trains {significant(times)} times as fast"
    if early:
        known = f"; {told}" if quality in ("equivalent", "different") else ""
        return f"{head} open: {early}; so far {pace}{known}."
    if faster is None:
        return f"{head} {pace} here, but the seeds do not settle it; {told}."
    return f"{head} it is the framework, as {pace}; {told}."


def _in_short(case: Case, recipe: Recipe) -> str:
    """Why the frameworks are not compared, without the details."""
    if case.outside is not None:
        return case.outside
    if not recipe.finished:
        skipped = all(trial.status == "skipped" for trial in recipe.trials)
        return "it was skipped" if skipped else "no trial of it ended well"
    if recipe.outside is None:
        return ONE_FRAMEWORK
    return "its halves are not proved to be one model"
