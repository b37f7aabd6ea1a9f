"""Every sentence of an answer, over runs of every kind: short, whole, and without a number that nobody can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from bench.verdict.words import clause, counted, listed, sentence, sentences

if TYPE_CHECKING:
    from bench.verdict.record import AnswerRecord

SAID = ("sentence", "reason", "confidence", "proof")
HEADLINE = 180
OF_FRAMEWORKS = 200
ENDED = re.compile(r"[.?!]$")
WRONG = {
    "a plural of one": re.compile(r"(?<![\d.,])1 (seeds|steps|trials|images|data sets|hypotheses|digits)\b"),
    "a singular of several": re.compile(r"\b([2-9]|\d\d+) (seed|step|trial|image|data set)\b"),
    "a power of ten": re.compile(r"\d[eE][-+−]?\d"),
    "doubled marks": re.compile(r"  |\.\.|,,|;;|::| [.,;:]|[;:,]\.|\.;|\( | \)"),
    "an empty pair of brackets": re.compile(r"\(\)|\[\]"),
    "a name of Python's": re.compile(r"\bNone\b|\bnan\b|\binf\b|\bTrue\b|\bFalse\b"),
}
NAMED = re.compile(r"(?<![\w(,'-])(gan|cvae\[equal\]|cvae|cond_vae|vae_\w+|dcgan)(?![\w)\],])")


def said(found: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every sentence of a record, and the field that it stands in."""
    if isinstance(found, dict):
        if found.keys() >= {"value", "low", "high"}:
            return  # an interval's reason is a footnote
        for key, value in found.items():
            if key in SAID and isinstance(value, str):
                yield f"{where}.{key}", value
            elif key != "budget":
                yield from said(value, f"{where}.{key}")
    elif isinstance(found, list | tuple):
        for place, value in enumerate(found):
            yield from said(value, f"{where}[{place}]")


def test_sentences_of_every_kind_read_well(every_kind: dict[str, AnswerRecord]) -> None:
    faults = []
    for kind, record in every_kind.items():
        found = list(said(record.model_dump(mode="json")))
        assert found
        for where, text in found:
            kept_empty = not text and where.endswith((".reason", ".confidence"))
            faults += [f"{kind}{where}: not a sentence: {text}"] * (not kept_empty and not ENDED.search(text))
            faults += [f"{kind}{where}: {name}: {text}" for name, wrong in WRONG.items() if wrong.search(text)]
            # Claims say what to type, and so by its name.
            named = not where.startswith(".claims") and NAMED.search(text)
            faults += [f"{kind}{where}: an identifier for a name: {text}"] * bool(named)
            halves = re.split(r"(?<=[a-z%)])[.;] ", text.rstrip("."))
            faults += [f"{kind}{where}: says it twice: {text}"] * (len(set(halves)) < len(halves))
    assert not faults, "\n".join(faults)


def test_headlines_are_short_and_no_reason_repeats_them(every_kind: dict[str, AnswerRecord]) -> None:
    for kind, record in every_kind.items():
        for found in (*record.answers, *record.overall, *record.frameworks):
            most = OF_FRAMEWORKS if found in record.frameworks else HEADLINE
            assert len(found.sentence) <= most, f"{kind}: {len(found.sentence)}: {found.sentence}"
            assert found.sentence.count(". ") == 0, f"{kind}: {found.sentence}"
            assert not found.reason or found.reason not in found.sentence, f"{kind}: {found.reason}"


def test_what_lacks_an_answer_says_what_to_type(every_kind: dict[str, AnswerRecord]) -> None:
    (smoke,) = every_kind["smoke"].answers
    assert smoke.sentence == (
        "No answer yet for fashion-mnist-mini: 32 steps and 1 seed; an answer needs 500 steps and 6 seeds."
    )
    assert smoke.command == (
        "python -m bench run --models 'gan,cvae[equal]' --datasets fashion-mnist-mini --seeds 6 --images 32000 "
        "--batch-size 64"
    )
    (seed,) = every_kind["one seed"].answers
    assert seed.sentence == "No answer yet for fashion-mnist-mini: 1 seed; an answer needs 6 seeds."
    assert seed.command == (
        "python -m bench run --models 'gan,cvae[equal]' --datasets fashion-mnist-mini --seeds 6 --budget quick"
    )
    assert every_kind["winner"].answers[0].command is None
    assert every_kind["unfinished smoke"].answers[0].command is None
    (unproved,) = every_kind["one unproved"].answers
    assert unproved.command == "python -m bench verify --models gan"


def test_confidence_is_said_of_every_answer(every_kind: dict[str, AnswerRecord]) -> None:
    def first(kind: str) -> str:
        return every_kind[kind].answers[0].confidence

    assert first("winner").startswith("Sure: 6 seeds of each")
    assert first("three seeds") == "Not sure: 3 seeds so far; a verdict needs 6 seeds."
    assert first("one seed") == "Open: one seed says nothing of other seeds."
    assert first("unfinished").startswith("Not sure yet: trials are still to come")
    assert first("unproved") == "Not tested."


@pytest.mark.parametrize(
    ("clause", "whole"),
    [
        ("few seeds", "Few seeds."),
        ("Few seeds.", "Few seeds."),
        ("vae_dense differs", "vae_dense differs."),
        ("", ""),
        ("p = 0.1", "P = 0.1."),
    ],
)
def test_a_clause_becomes_a_sentence(clause: str, whole: str) -> None:
    assert sentence(clause) == whole
    assert sentence(whole) == whole


def test_clauses_stand_one_after_the_other_once() -> None:
    assert sentences("a", "", "b.", "a") == "A. B."


def test_a_sentence_stands_within_another() -> None:
    assert clause("The GAN: not measured.") == "the GAN: not measured"
    assert clause("FD is absent.") == "FD is absent"


def test_plurals_and_rows() -> None:
    assert [counted(number, "seed") for number in (0, 1, 2, 1_000)] == ["0 seeds", "1 seed", "2 seeds", "1,000 seeds"]
    assert [listed("abc"[:size]) for size in range(4)] == ["", "a", "a and b", "a, b and c"]
