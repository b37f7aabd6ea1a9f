"""From a run to its answer: cases, families, verdicts."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping, Sequence

import bench.verdict.claims as own
from bench.results.folder import RunFolder
from bench.results.groups import collect
from bench.results.record import RunRecord
from bench.statistics.decision import LEAST_SEEDS
from bench.statistics.holm import ALPHA, holm
from bench.verdict.advice import MOST_ADVISED, run_command
from bench.verdict.answers import answers
from bench.verdict.cases import Case, cases, single_classes
from bench.verdict.declared import LEAST_DATASETS, LEAST_STEPS, QUALITY_MARGIN, WEIGHTS
from bench.verdict.frameworks import frameworks
from bench.verdict.hypotheses import Claimed, Evident
from bench.verdict.onesample import Leans
from bench.verdict.overall import summaries
from bench.verdict.record import AnswerRecord, Claim, ClaimVerdict, Declared, Family, Finding
from bench.verdict.words import clause, listed, sentences

WHOLE = "fashion-mnist-mini"
"""A data set with classes and a background, on which all parts of a claim can be tested that can be tested anywhere."""


def judge(run: RunRecord, folder: RunFolder) -> AnswerRecord:
    """What a run answers, finished or not; `folder` is looked into for pictures alone."""
    found = cases(run)
    made, families = answers(found)
    together, more = summaries(found)
    evident = Evident(found, run.datasets, folder, single_classes(run), bool(run.study.get("experiments")))
    claimed, family = claims(evident, found)
    return AnswerRecord(
        run=run.name,
        over=run.over,
        declared=Declared(
            least_seeds=LEAST_SEEDS,
            least_steps=LEAST_STEPS,
            least_datasets=LEAST_DATASETS,
            weights=dict(WEIGHTS),
            quality_margin=QUALITY_MARGIN,
            families=(*families, *more, *([family] if family else [])),
        ),
        answers=tuple(made),
        overall=tuple(together),
        frameworks=tuple(frameworks(found)),
        claims=tuple(claimed),
    )


@functools.cache
def declared() -> tuple[Claimed, ...]:
    """Every claim, by its number."""
    modules = (importlib.import_module(f"{own.__name__}.{info.name}") for info in pkgutil.iter_modules(own.__path__))
    return tuple(sorted((module.CLAIM for module in modules), key=lambda claim: claim.id))


def claims(evident: Evident, found: Sequence[Case]) -> tuple[list[Claim], Family | None]:
    """The claims with their verdicts, and the one family that all their hypotheses are."""
    hypotheses = {claim.id: list(claim.hypotheses(evident)) for claim in declared()}
    p_values = {
        f"{number} {place}": hypothesis.p_value
        for number, own_ones in hypotheses.items()
        for place, hypothesis in enumerate(own_ones)
    }
    adjusted = holm(p_values)
    tested = sum(p is not None for p in p_values.values())
    family = Family(name="the claims", size=len(p_values), tested=tested, alpha=ALPHA) if p_values else None
    return [
        _claim(
            claim, [h.conclude(adjusted[f"{claim.id} {place}"]) for place, h in enumerate(hypotheses[claim.id])], found
        )
        for claim in declared()
    ], family


def _claim(claim: Claimed, findings: list[Finding], found: Sequence[Case]) -> Claim:
    verdict, leans, reason = overall(claim, findings)
    return Claim(
        id=claim.id,
        claim=claim.claim,
        measure=claim.measure,
        direction=claim.direction,
        threshold=claim.threshold,
        test=claim.test,
        verdict=verdict,
        leans=leans,
        reason=reason,
        command=None if verdict in ("supported", "refuted") else _command(claim, findings, found),
        findings=tuple(findings),
        figures=tuple(figure for finding in findings for figure in finding.figures),
    )


def overall(claim: Claimed, findings: Sequence[Finding]) -> tuple[ClaimVerdict, Leans | None, str]:
    """What all data sets and parts say together: a verdict is theirs only where those that were tested agree.

    It takes a setting in which every part of the claim was tested: half a claim that holds is a leaning at most. What
    was not tested beside something that was is named in the reason.
    """
    tested = [finding for finding in findings if finding.verdict != "not tested"]
    if not tested:
        reasons = dict.fromkeys(finding.reason for finding in findings)
        return "not tested", None, sentences(*reasons) or claim.otherwise
    places = {finding.setting for finding in tested}
    beside = [finding for finding in findings if finding.verdict == "not tested" and finding.setting in places]
    whole = len(places) > len({finding.setting for finding in beside})
    sides = {finding.verdict if finding.verdict != "leaning" else finding.leans for finding in tested}
    verdicts = {finding.verdict for finding in tested}
    one_finding = len(tested) == 1
    reason = sentences(tested[0].reason if one_finding else _each(tested), *map(_not_tested, beside))
    pointed = sides - {"undecided"}
    if whole and len(verdicts) == 1 and len(sides) == 1 and verdicts != {"leaning"}:
        return tested[0].verdict, None, reason
    if len(pointed) == 1:
        leans: Leans = "supported" if "supported" in pointed else "refuted"
        return "leaning", leans, reason
    return "undecided", None, sentences("it depends", reason) if len(pointed) > 1 else reason


def _not_tested(finding: Finding) -> str:
    """What could not be tested on a data set, and why."""
    # What a part says of its outcome stands behind a colon, and it has none.
    return f"not tested on {finding.setting.label}: {finding.part.partition(': ')[0]} ({clause(finding.reason)})"


def _each(findings: Sequence[Finding]) -> str:
    """Verdict by verdict, where it was found."""
    places: dict[str, dict[str, list[str]]] = {}
    for finding in findings:
        verdict = f"leaning to {finding.leans}" if finding.verdict == "leaning" else finding.verdict
        parts = places.setdefault(verdict, {}).setdefault(finding.setting.label, [])
        parts += [finding.part] * (finding.part not in parts)
    return "; ".join(f"{verdict} on {_places(by_label)}" for verdict, by_label in places.items())


def _places(parts: Mapping[str, list[str]]) -> str:
    """Data sets with the parts that were judged there, those of the same parts together."""
    alike = collect(parts, lambda label: tuple(parts[label]))
    return listed([f"{listed(labels)} ({listed(own)})" for own, labels in alike.items()])


def _command(claim: Claimed, findings: Sequence[Finding], found: Sequence[Case]) -> str:
    """What to type to test it: at the budget that it was tried at, unless that has too few steps for a verdict."""
    verdicts = {finding.verdict for finding in findings}
    asked = [finding for finding in findings if finding.verdict not in ("supported", "refuted", "not tested")]
    needed = max([LEAST_SEEDS, *map(_seeds, asked)])
    settings = [finding.setting for finding in asked] or [case.setting for case in found]
    names = ",".join(dict.fromkeys(setting.dataset for setting in settings))
    # More seeds of half a claim do not make a whole one.
    elsewhere = WHOLE if "not tested" in verdicts and verdicts & {"supported", "refuted"} else names
    own_sets = names if asked else claim.datasets or elsewhere
    budgets = {case.setting.budget for case in found if _long_enough(case, claim)}
    budget = budgets.pop() if len(budgets) == 1 and asked else None
    return run_command(claim.models, own_sets, needed, budget, ["--experiments"] if claim.experiments else [])


def _seeds(finding: Finding) -> int:
    """Seeds that would decide it; where no number would and there were enough, as many as are ever advised."""
    if finding.seeds_needed is not None:
        return finding.seeds_needed
    had = min((len(figure.side.values) for figure in finding.figures), default=0)
    return MOST_ADVISED if had >= LEAST_SEEDS and finding.verdict == "undecided" else LEAST_SEEDS


def _long_enough(case: Case, claim: Claimed) -> bool:
    recipes = [case.recipes[name] for name in claim.models if name in case.recipes]
    return case.outside is None and bool(recipes) and all(recipe.steps >= LEAST_STEPS for recipe in recipes)
