"""Statistics of verdicts: values per seed in, effects with intervals, p-values and decisions out.

The seed is the unit everywhere. The order of use: `seeds` (one value a seed), `comparison` (two recipes on one
measure), `holm` (one declared family), `decision` (who wins, how sure). Beside it: `aggregate` (several data sets),
`equivalence` (the two frameworks), `crossover` and `trend` (curves while training), `stability` (would it flip?).
NumPy and SciPy are imported where they are used, so that importing this costs nothing. `docs/statistics.md` says why
each method was taken, and what simulations say of it.
"""
