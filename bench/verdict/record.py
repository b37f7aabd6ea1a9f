"""What a run answers once it is written down: the form of `answer.json`, and its JSON Schema. Framework-free.

Every number stands beside the protocol that it was measured by and the command that repeats it. What is null has its
reason in the sentence beside it. Names of data sets and models and the sentences that hold them are other people's
text: whoever shows them escapes them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from bench.results.record import BudgetRecord, Framework, Record
from bench.verdict.words import sentence

SCHEMA_VERSION: Literal[1] = 1

Verdict = Literal["supported", "leaning", "undecided", "not tested"]
"""Of a comparison: `supported` has a winner; `leaning` names one without the evidence of a verdict: too few seeds or
steps, a run that is not over, or one of two measures that decide together being open."""
ClaimVerdict = Literal["supported", "refuted", "leaning", "undecided", "not tested"]
Arm = Literal["equal footing", "as in the seed"]
Sentence = Annotated[str, AfterValidator(sentence)]
"""Words for people: whole sentences, each with its full stop."""


class Interval(Record):
    """A value and its confidence interval."""

    value: float | None
    low: float | None
    high: float | None
    confidence: float
    method: str = Field(description="how the interval was made; empty where there is none")
    reason: str | None = Field(description="why there is no interval, or no value; null where there is one")


class Setting(Record):
    """What must be alike for two recipes to be compared at all."""

    dataset: str = Field(description="as trials have it: what can be typed again")
    label: str = Field(description="short name for people")
    device: str
    precision: str
    mode: str
    budget: BudgetRecord
    budget_words: str = Field(description="such as '51,200 images in batches of 64'")


class Protocol(Record):
    """How a number was measured. Two numbers are compared only where all of this is alike."""

    measure: str = Field(description="key of the measure, such as fd, coverage, seconds_per_1000_images")
    title: str = Field(description="what a column of it is called; 'FID' for Inception-2015 alone")
    unit: str | None = Field(description="null: a number without one")
    better: Literal["lower", "higher"] | None = Field(description="null: neither is better")
    scale: Literal["linear", "log"] = Field(description="log: effects are ratios of geometric means")
    how: str = Field(description="the measurement in a sentence")
    extractor: str | None = Field(default=None, description="null: pictures' features have no part in it")
    n: int | None = Field(default=None, description="images on each side; null: likewise, or reference says how many")
    reference: str | None = Field(default=None, description="the real images, in words; null: likewise")


class Side(Record):
    """The seeds of one recipe on one measure; both frameworks are averaged within a seed."""

    recipe: str
    seeds: tuple[int, ...] = Field(description="the seeds that have a value")
    values: tuple[float, ...] = Field(description="a value a seed, in the order of seeds")
    mean: Interval = Field(description="over the seeds; on the log scale the geometric mean")
    tried: int = Field(description="trials of this recipe, seeds times frameworks")
    ended_ok: int
    missing: tuple[str, ...] = Field(description="why values are missing, trial by trial; empty where none is")
    note: str | None = Field(description="seeds of which one framework alone has a value; null: both have")
    real: float | None = Field(default=None, description="the same measure of real images; null: it has none")
    noise: float | None = Field(default=None, description="the same measure of uniform noise; null: it has none")
    command: str = Field(description="what to type to repeat one of these trials")


class Tested(Record):
    """Recipe A against recipe B on one measure."""

    protocol: Protocol
    a: Side | None = Field(description="null: see reason")
    b: Side | None = Field(description="null: see reason")
    difference: Interval | None = Field(description="A minus B; on the log scale the ratio A / B; null: see reason")
    improvement: Interval | None = Field(description="probability that a seed of A is better than one of B")
    effect: float | None = Field(description="difference in standard deviations of a seed, positive: A is better")
    p_value: float | None
    adjusted: float | None = Field(description="after Holm's correction; null: not in the family, it is only shown")
    verdict: Verdict
    winner: str | None = Field(description="the recipe that wins or that it leans to; null: neither")
    reason: Sentence
    seeds_needed: int | None = Field(description="seeds of each that would decide it; null: decided, or unknown")


class Criterion(Record):
    """One thing that a reader may care for."""

    id: str = Field(description="distance, sharpness, variety, speed, cost, sampling, stability, control")
    title: str
    asks: str = Field(description="the question in plain words")
    verdict: Verdict
    winner: str | None
    reason: Sentence
    weight: float = Field(description="declared share in the recommendation, before any slider is moved")
    share: float | None = Field(
        description="what it counts for A, 0 to 1, in the recommendation: probability that a seed of A is better, "
        "one half where the difference is too small to matter; null: it does not count"
    )
    decides: Tested | None = Field(description="the one measure that is tested; null: see reason")
    beside: tuple[Tested, ...] = Field(description="measures that are shown with it; they can only veto a verdict")


class Recommendation(Record):
    """What the weights make of all criteria; not a verdict."""

    recipe: str | None = Field(description="null: even, or nothing to weigh")
    score: float | None = Field(description="weighted mean of the shares of A: above one half, A is recommended")
    flips: float | None = Field(
        description="share of resamples of the seeds in which another recipe is recommended; too small with few seeds"
    )
    reason: Sentence


class Flip(Record):
    """The budget at which the recipe that is ahead at the end overtook the other one, by the curves of distance."""

    axis: Literal["images", "seconds"]
    figure: str = Field(description="fd or kid")
    extractor: str | None
    n: int | None
    ahead: str | None = Field(description="who is ahead at the end of the time that all curves cover")
    outcome: Literal["crosses", "from the start", "never", "not comparable"]
    at: float | None = Field(description="where it overtook for good; null unless it did within the budget")
    low: float | None
    high: float | None = Field(description="null: beyond the budget, or no interval")
    probability: float | None = Field(description="share of resamples of the seeds in which it is ahead at the end")
    start: float | None
    end: float | None
    reason: Sentence


class Answer(Record):
    """GAN or CVAE, for one data set, one budget, one arm."""

    setting: Setting
    arm: Arm
    headline: bool
    a: str = Field(description="recipe A, as it is written in a study")
    b: str
    sentence: Sentence = Field(description="the straight answer in one short sentence")
    verdict: Verdict = Field(description="by distance and variety together: neither decides alone")
    winner: str | None
    confidence: Sentence = Field(description="how sure that is, and what would make it surer, in plain words")
    reason: Sentence = Field(description="the numbers behind, or why there are none")
    command: str | None = Field(description="what to type for an answer; null: there is one, or no command gives it")
    steps: int | None = Field(description="optimiser steps of the shortest trial that ended ok")
    criteria: tuple[Criterion, ...]
    recommendation: Recommendation | None = Field(description="null: see reason")
    flips: tuple[Flip, ...]


class LeftOut(Record):
    """A data set that did not go into a mean over data sets."""

    dataset: str
    reason: Sentence


class OverallCriterion(Record):
    """One criterion over several data sets, on a scale that they share."""

    id: str = Field(description="distance, variety, sharpness, speed, cost, sampling")
    title: str
    score: str = Field(description="what is averaged, and on what scale")
    better: Literal["lower", "higher"] | None = Field(description="null: no data set has it")
    a: Interval | None = Field(description="interquartile mean of A over data sets and seeds; null: see reason")
    b: Interval | None
    improvement: Interval | None = Field(
        description="probability that a seed of A is better than one of B, mean over the data sets; null: see reason"
    )
    datasets: tuple[str, ...] = Field(description="labels of those that went in")
    seeds: int | None = Field(description="seeds of the recipe that has fewest on any of them; null: none went in")
    left_out: tuple[LeftOut, ...]
    p_value: float | None = Field(description="that the probability of improvement is one half; null: see reason")
    adjusted: float | None = Field(description="after Holm's correction over the family of its arm")
    verdict: Verdict
    winner: str | None
    reason: Sentence


class Overall(Record):
    """GAN or CVAE over all data sets of one budget, one arm: of those data sets, not of others."""

    arm: Arm
    headline: bool
    a: str
    b: str
    device: str
    precision: str
    mode: str
    budget: BudgetRecord
    budget_words: str
    sentence: Sentence
    verdict: Verdict = Field(description="by distance and variety together")
    winner: str | None
    reason: Sentence
    datasets: tuple[str, ...] = Field(description="labels of those that were trained at this budget")
    left_out: tuple[LeftOut, ...] = Field(description="the run's other data sets, and why they stand apart")
    criteria: tuple[OverallCriterion, ...] = Field(description="empty: one data set alone, see reason")


class FrameworkAnswer(Record):
    """Is it the framework? One model on one data set, PyTorch against TensorFlow."""

    setting: Setting
    model: str
    sentence: Sentence
    verdict: Literal["equivalent", "different", "undecided", "not tested"] = Field(description="of quality")
    reason: Sentence
    protocol: Protocol | None = Field(description="of quality; null: see reason")
    quality_ratio: Interval | None = Field(description="PyTorch / TensorFlow, geometric mean over the seeds")
    quality_margin: float = Field(description="the largest ratio, in either direction, that is declared not to matter")
    p_value: float | None = Field(description="the larger one of the two one-sided tests")
    seeds: tuple[int, ...] = Field(description="seeds of which both halves have a value")
    seeds_needed: int | None
    throughput: dict[Framework, float] = Field(description="training images per second, geometric mean over the seeds")
    throughput_ratio: Interval | None = Field(description="PyTorch / TensorFlow: above 1, PyTorch is faster")
    faster: Framework | None = Field(description="null where the interval holds 1, or there is none")
    proved: bool | None = Field(description="whether the halves were proved to be one model; null: no proof was made")
    certificate: str | None
    proof: Sentence = Field(description="the proof in a sentence, or why there is none")
    commands: dict[Framework, str] = Field(description="what to type to repeat one trial of each half")


class Figure(Record):
    """A number behind a claim."""

    title: str
    setting: Setting
    protocol: Protocol
    side: Side
    threshold: float | None = Field(default=None, description="what it is held against; null: another figure, or none")
    threshold_words: str | None = None


class Finding(Record):
    """What one data set says of a claim, or of a part of it."""

    setting: Setting
    part: str = Field(description="what is tested, in words; a claim may have several parts")
    verdict: ClaimVerdict
    leans: Literal["supported", "refuted"] | None = Field(description="where it leans to; null unless leaning")
    reason: Sentence
    p_value: float | None
    adjusted: float | None = Field(description="after Holm's correction over the claims' family; null: not tested")
    seeds_needed: int | None
    difference: Interval | None = Field(default=None, description="of two recipes, A minus B or A / B")
    figures: tuple[Figure, ...]


class Claim(Record):
    """One claim of the seed as a hypothesis, and what the run says of it."""

    id: int
    claim: str = Field(description="in the seed's words")
    measure: str
    direction: str
    threshold: str
    test: str
    verdict: ClaimVerdict = Field(description="over the data sets: what all of them say")
    leans: Literal["supported", "refuted"] | None
    reason: Sentence
    command: str | None = Field(description="what to type to test or to decide it; null: it is decided")
    findings: tuple[Finding, ...] = Field(description="data set by data set")
    figures: tuple[Figure, ...] = Field(description="the numbers behind, of all findings")


class Family(Record):
    """Hypotheses that were declared together and are corrected together (Holm 1979)."""

    name: str
    size: int
    tested: int = Field(description="of these, how many had a p-value; the others count as p = 1")
    alpha: float


class Declared(Record):
    """What was declared before anything was looked at."""

    least_seeds: int = Field(description="seeds of each recipe for a verdict")
    least_steps: int = Field(description="optimiser steps of the shortest trial for a verdict")
    least_datasets: int = Field(description="data sets for a verdict over all of them")
    weights: dict[str, float] = Field(description="criterion -> share in the recommendation")
    quality_margin: float = Field(description="ratio of distances between frameworks that does not matter")
    families: tuple[Family, ...]


class AnswerRecord(Record):
    """What a run answers: what `answer.json` holds."""

    schema_version: Literal[1] = Field(default=SCHEMA_VERSION, alias="schema")
    run: str = Field(description="the run's name")
    over: bool = Field(description="False: trials are still to come, and so there is no verdict yet")
    declared: Declared
    answers: tuple[Answer, ...]
    overall: tuple[Overall, ...] = Field(description="over all data sets, the headline arm first")
    frameworks: tuple[FrameworkAnswer, ...]
    claims: tuple[Claim, ...]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `answer.json`, as committed in docs/answer.schema.json."""
    return AnswerRecord.model_json_schema(by_alias=True, mode="serialization")
