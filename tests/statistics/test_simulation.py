"""What intervals and verdicts do over many repetitions with a known truth.

`python -m pytest tests/statistics/test_simulation.py -n 0 -s -m slow` prints the numbers of `docs/statistics.md`;
without the marker the same runs with a tenth of the repetitions. Bounds leave three standard errors of a simulated
share.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.statistics.aggregate import interquartile_mean
from bench.statistics.comparison import compare
from bench.statistics.crossover import crossover
from bench.statistics.decision import Evidence, decide
from bench.statistics.equivalence import equivalence
from bench.statistics.holm import holm
from bench.statistics.improvement import over_data_sets, probability_of_improvement
from bench.statistics.means import difference
from bench.statistics.power import power_of_comparison, power_of_equivalence, seeds_to_compare

TIMES = pytest.mark.parametrize("times", [1, pytest.param(10, marks=pytest.mark.slow)])
SEEDS = pytest.mark.parametrize("n", [3, 6, 10])
ENOUGH = Evidence(steps=2, least_steps=1)

# Noise of mean 0; the skewed ones are as skewed as 1.75 (moderate), 2 and 6.2.
NOISE = {
    "normal": lambda chance, size: chance.normal(size=size),
    "Student's t with 3 degrees": lambda chance, size: chance.standard_t(3, size=size),
    "log-normal, sigma 0.5": lambda chance, size: chance.lognormal(0, 0.5, size) - math.exp(0.125),
    "exponential": lambda chance, size: chance.exponential(size=size) - 1,
    "log-normal, sigma 1": lambda chance, size: chance.lognormal(0, 1, size) - math.exp(0.5),
    "one seed in ten collapses": lambda chance, size: chance.normal(size=size) + 20 * (chance.random(size) < 0.1) - 2,
}
SYMMETRIC = ("normal", "Student's t with 3 degrees")


def generator(*place: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(place)))


def say(*words: object) -> None:
    print(*(f"{word:.3f}" if isinstance(word, float) else word for word in words), sep=" | ")


def slack(share: float, repeats: int) -> float:
    return 3 * math.sqrt(share * (1 - share) / repeats)


def percentile_bootstrap(statistic, sides, chance, resamples=300) -> tuple[float, float]:
    """The plain interval, for comparison; sides are [n, ...] each."""
    drawn = [side[chance.integers(len(side), size=(resamples, len(side)))] for side in sides]
    low, high = np.quantile(statistic(*drawn), [0.025, 0.975])
    return low - 1e-9, high + 1e-9


@TIMES
@SEEDS
@pytest.mark.parametrize("ratio", [1, 3])
def test_welchs_interval_covers(n, ratio, times):
    repeats = 400 * times
    for name, noise in NOISE.items():
        chance = generator(1, n, ratio)
        covered = 0
        for _ in range(repeats):
            a, b = noise(chance, n), ratio * noise(chance, n)
            covered += difference(a, b).estimate.holds(0)
        say("difference of means", f"{n} seeds", f"spread 1:{ratio}", name, covered / repeats)
        # Equal skew on both sides cancels in the difference; unequal skew does not, and no method mends it at small n.
        least = 0.945 if ratio == 1 else 0.935 if name in SYMMETRIC else 0.91 if name == "log-normal, sigma 0.5" else 0
        assert covered / repeats >= least - slack(0.95, repeats), name


@TIMES
@SEEDS
def test_on_the_log_scale_multiplicative_noise_is_no_trouble(n, times):
    repeats, chance, covered = 500 * times, generator(2, n), 0
    for _ in range(repeats):
        covered += difference(chance.lognormal(0, 0.2, n), chance.lognormal(0, 0.6, n), "log").estimate.holds(1)
    say("ratio of geometric means", f"{n} seeds", "sigma 0.2 and 0.6", covered / repeats)
    assert covered / repeats >= 0.945 - slack(0.95, repeats)


@TIMES
@SEEDS
@pytest.mark.parametrize("ratio", [1, 5])
@pytest.mark.parametrize("effect", [0, 1, 2])
def test_the_interval_of_improvement_covers_and_the_bootstraps_does_not(n, ratio, effect, times):
    repeats, chance = 250 * times, generator(3, n, ratio, effect)
    truth = float(stats.norm.cdf(effect / math.sqrt(2)))
    covered = plain = 0
    for _ in range(repeats):
        a = chance.normal(effect * math.sqrt((1 + ratio**2) / 2), 1, n)
        b = chance.normal(0, ratio, n)
        covered += probability_of_improvement(a, b, "higher").holds(truth)
        low, high = percentile_bootstrap(
            lambda x, y: (x[:, :, np.newaxis] > y[:, np.newaxis]).mean((1, 2)), (a, b), chance
        )
        plain += low <= truth <= high
    say("improvement", f"{n} seeds", f"spread 1:{ratio}", f"effect {effect}", covered / repeats, plain / repeats)
    assert covered / repeats >= 0.935 - slack(0.95, repeats)
    if n == 3 and effect:
        assert plain / repeats <= 0.85 + slack(0.85, repeats)


@TIMES
@SEEDS
def test_the_aggregated_interval_of_improvement_covers(n, times):
    repeats, chance, covered = 400 * times, generator(4, n), 0
    effects = np.array([0.0, 1.0, 3.0])
    truth = float(stats.norm.cdf(effects / math.sqrt(2)).mean())
    for _ in range(repeats):
        sets = {str(effect): (chance.normal(effect, 1, n), chance.normal(0, 1, n)) for effect in effects}
        covered += over_data_sets(sets, "higher").holds(truth)
    say("improvement over 3 data sets", f"{n} seeds", covered / repeats)
    assert covered / repeats >= 0.95 - slack(0.95, repeats)


@TIMES
@SEEDS
@pytest.mark.parametrize("sets", [1, 3])
def test_the_interval_of_the_interquartile_mean_covers(n, sets, times):
    repeats = 80 * times
    for name in ("normal", "Student's t with 3 degrees", "log-normal, sigma 0.5"):
        chance, covered, plain = generator(5, n, sets), 0, 0
        places = np.array([0.0, 0.7, 1.5])[:sets, np.newaxis]
        truth = float(stats.trim_mean((NOISE[name](chance, (sets, 50_000)) + places).ravel(), 0.25))
        for _ in range(repeats):
            values = NOISE[name](chance, (sets, n)) + places
            found = interquartile_mean({str(place): row for place, row in enumerate(values)}, resamples=1000)
            covered += found.holds(truth)
            low, high = percentile_bootstrap(
                lambda *rows: stats.trim_mean(np.concatenate(rows, axis=1), 0.25, axis=1), values, chance
            )
            plain += low <= truth <= high
        say("interquartile mean", f"{sets} data sets of {n} seeds", name, covered / repeats, plain / repeats)
        assert covered / repeats >= 0.91 - slack(0.92, repeats), name


def verdicts(groups, scale="linear"):
    """The verdicts of one declared family."""
    comparisons = {str(i): compare(a, b, "lower", scale) for i, (a, b) in enumerate(groups)}
    adjusted = holm({name: one.p_value for name, one in comparisons.items()})
    return [decide(one, adjusted[name], ENOUGH, ("a", "b")).verdict for name, one in comparisons.items()]


@TIMES
@pytest.mark.parametrize("name", NOISE)
def test_no_more_than_one_family_in_twenty_has_a_false_winner(name, times):
    repeats, chance = 200 * times, generator(6)
    false = sum(
        "supported" in verdicts([(NOISE[name](chance, 6), NOISE[name](chance, 6)) for _ in range(4)])
        for _ in range(repeats)
    )
    say("false winner in a family of 4", "6 seeds", "same noise", name, false / repeats)
    assert false / repeats <= 0.05 + slack(0.05, repeats)


@TIMES
@pytest.mark.parametrize("ratio", [3, 10])
@pytest.mark.parametrize("name", SYMMETRIC)
def test_nor_where_one_recipe_spreads_more(name, ratio, times):
    """The permutation test alone fails here, which is why the larger of two p-values counts."""
    repeats, chance = 200 * times, generator(7, ratio)
    false = permutation_alone = 0
    for _ in range(repeats):
        groups = [(NOISE[name](chance, 6), ratio * NOISE[name](chance, 6)) for _ in range(4)]
        false += "supported" in verdicts(groups)
        least = min(compare(a, b, "lower").p_permutation for a, b in groups)
        permutation_alone += least <= 0.05 / 4
    say("false winner, unequal spread", f"1:{ratio}", name, false / repeats, permutation_alone / repeats)
    assert false / repeats <= 0.05 + slack(0.05, repeats)
    if ratio == 10:
        assert permutation_alone / repeats > 0.07 - slack(0.07, repeats)


@TIMES
def test_nor_for_multiplicative_noise_on_the_log_scale(times):
    repeats, chance = 200 * times, generator(8)
    false = sum(
        "supported" in verdicts([(chance.lognormal(0, 0.2, 6), chance.lognormal(0, 0.6, 6)) for _ in range(4)], "log")
        for _ in range(repeats)
    )
    say("false winner, log scale", "sigma 0.2 and 0.6", false / repeats)
    assert false / repeats <= 0.05 + slack(0.05, repeats)


@TIMES
def test_skewed_noise_of_unequal_spread_is_a_stated_limit(times):
    """Where this holds no more, `docs/statistics.md` is too modest."""
    repeats, chance = 200 * times, generator(9)
    noise = NOISE["exponential"]
    false = sum(
        "supported" in verdicts([(noise(chance, 6), 3 * noise(chance, 6)) for _ in range(4)]) for _ in range(repeats)
    )
    say("false winner, skewed and unequal spread", "exponential 1:3", false / repeats)
    assert 0.05 < false / repeats < 0.25


@TIMES
@pytest.mark.parametrize("n", [3, 4, 5])
def test_a_leaning_by_chance_alone_is_not_rare(n, times):
    repeats, chance = 500 * times, generator(10, n)
    leaning = sum(verdicts([(chance.normal(size=n), chance.normal(size=n))]) == ["leaning"] for _ in range(repeats))
    # Of all ways to deal 2n ranks: U = 0 for three, U <= 1 for four, U <= 2 for five, on either side.
    expected = {3: 2 / 20, 4: 4 / 70, 5: 8 / 252}[n]
    say("false leaning", f"{n} seeds", leaning / repeats, expected)
    assert leaning / repeats == pytest.approx(expected, abs=slack(expected, repeats))


@TIMES
@pytest.mark.parametrize(("effect", "n", "family"), [(1.5, 6, 1), (2, 6, 1), (2, 6, 4), (3, 6, 4), (1.5, 9, 1)])
def test_the_power_is_as_planned(effect, n, family, times):
    repeats, chance = 400 * times, generator(11, n, family)
    found = sum(
        compare(chance.normal(effect, 1, n), chance.normal(0, 1, n), "higher").p_value <= 0.05 / family
        for _ in range(repeats)
    )
    planned = power_of_comparison(effect, n, 0.05 / family)
    say("power", f"effect {effect}", f"{n} seeds", f"family of {family}", found / repeats, planned)
    # Welch's test has fewer degrees of freedom than the plan's, and the permutation test's p-values come in steps.
    assert planned - 0.06 - slack(planned, repeats) <= found / repeats <= planned + slack(planned, repeats)
    if (effect, family) == (1.5, 1):
        assert (n >= seeds_to_compare(effect, 0.05)) == (planned >= 0.8)


@TIMES
@SEEDS
def test_equivalence_is_not_claimed_at_the_margin(n, times):
    repeats, chance = 400 * times, generator(12, n)

    def claimed(ratio: float) -> float:
        halves = ratio * np.exp(chance.normal(0, 0.05, (repeats, n)))
        verdict = [equivalence([(x, 1.0) for x in row], 1.1, ("a", "b")).verdict for row in halves]
        return verdict.count("equivalent") / repeats

    at_margin, at_one = claimed(1.1), claimed(1.0)
    planned = power_of_equivalence(0.05, math.log(1.1), n, 0.05)
    say("equivalence, margin 1.1, deviation 5 %", f"{n} seeds", at_margin, at_one, planned)
    assert at_margin <= 0.05 + slack(0.05, repeats)
    assert at_one >= planned - slack(0.5, repeats)


@TIMES
@SEEDS
@pytest.mark.parametrize("spreads", [(0.05, 0.05), (0.02, 0.1)], ids=["alike", "unequal"])
def test_the_interval_of_a_crossover_covers(n, spreads, times):
    """Curves 40 + 400/√t and 20 + 600/√t cross at t = 100."""
    repeats, chance, truth = 50 * times, generator(13, n), 100
    checkpoints = np.geomspace(10, 640, 7)

    def curves(floor, height, spread):
        found = []
        for _ in range(n):
            own = checkpoints * math.exp(chance.normal(0, 0.02))
            level = np.exp(chance.normal(0, spread) + chance.normal(0, spread / 2, len(own)))
            found.append(list(zip(own, (floor + height / np.sqrt(own)) * level, strict=True)))
        return found

    covered = 0
    for _ in range(repeats):
        found = crossover(curves(40, 400, spreads[0]), curves(20, 600, spreads[1]), "lower")
        assert found.low is not None  # it crosses, so there is an interval
        covered += (found.low <= truth or found.low == found.start) and truth <= (found.high or math.inf)
    say("crossover", f"{n} seeds", spreads, covered / repeats)
    assert covered / repeats >= 0.94 - slack(0.95, repeats)
