"""The answer as the page reads it: tolerant of what is missing, in the page's own names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bench.report.answer import answer

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

SIDE = {
    "recipe": "gan",
    "mean": {"value": 40.0, "low": 38.0, "high": 42.0, "confidence": 0.95},
    "missing": ["seed 2 failed: out of memory"],
    "command": "run --models gan",
}
TESTED = {
    "protocol": {"title": "FD", "unit": None, "better": "lower", "scale": "log", "how": "at the end"},
    "a": SIDE,
    "b": None,
    "difference": {"value": 0.5, "low": None, "high": None},
    "p_value": 0.002,
    "adjusted": 0.012,
    "seeds_needed": 9,
    "reason": "cvae was not tried",
}
CRITERION = {
    "id": "distance",
    "title": "nearer",
    "asks": "who?",
    "verdict": "leaning",
    "winner": "gan",
    "reason": "few",
}
ANSWER = {
    "setting": {"dataset": "folder:/home/me/cats", "label": "cats", "budget_words": "10 images"},
    "a": "gan",
    "b": "cvae",
    "sentence": "gan, perhaps.",
    "verdict": "leaning",
    "reason": "perhaps",
    "criteria": [{**CRITERION, "share": 0.9, "weight": 1.0, "decides": TESTED}],
    "recommendation": {"recipe": "gan", "score": 0.9, "flips": 0.25, "reason": "gan scores 90 %"},
    "flips": [{"reason": "gan overtakes"}],
}


def written(made: MadeUp, content: Any) -> Any:
    folder = made.run([made.trial()])
    text = content if isinstance(content, str) else json.dumps(content)
    (folder.path / "answer.json").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("content", ["", "{", "[1]", "null"])
def test_what_is_no_answer_is_none(made: MadeUp, content: str) -> None:
    folder = written(made, content)
    assert answer(folder, {}) is None
    assert 'id="answer"' not in made.open(folder).html


@pytest.mark.parametrize(
    "content", [{}, {"answers": [{}], "claims": [{}], "frameworks": [{}]}, {"answers": 3, "declared": None}]
)
def test_what_an_answer_leaves_out_costs_no_page(made: MadeUp, content: dict[str, Any]) -> None:
    assert 'id="answer"' in made.open(written(made, content)).html


def test_an_answer_is_told_with_its_doubts(made: MadeUp) -> None:
    folder = written(made, {"answers": [{}, {**ANSWER, "headline": True}], "declared": {"weights": {"distance": 0.5}}})
    found = answer(folder, {"cats": "folder:/home/me/cats"})
    assert found is not None
    case = found.cases[0]  # the headline first
    assert (case.dataset, case.title, case.commands) == ("cats", "cats, 10 images", {"gan": "run --models gan"})
    assert case.reason == ""  # the sentence says it
    (row,) = case.criteria.groups[0].rows
    assert [value.text for value in row if value] == ["leaning", "FD", "40.0", "n/a", "0.500 ×", "0.012", "few"]
    assert "cvae was not tried" in case.criteria.footnotes
    assert list(case.doubts) == [
        "gan overtakes",
        "Drawn anew from the same seeds, 25.0\N{NO-BREAK SPACE}% of runs would recommend another recipe: with few "
        "seeds this is too small a number.",
        "nearer: 9 seeds of each would decide it.",
        "gan: seed 2 failed: out of memory",
    ]
    assert [(weight.id, weight.weight) for weight in found.weights] == [("distance", 0.5)]
    assert found.data["answers"][0] == {"a": "gan", "b": "cvae", "shares": {"distance": 0.9}}


def test_the_page_opens_with_the_question_and_the_answer(made: MadeUp) -> None:
    text = made.open(written(made, {"answers": [ANSWER], "over": False})).text
    assert text.index("GAN or CVAE?") < text.index("gan, perhaps.") < text.index("Run it again")
    assert "Trials are still to come, so there is no verdict" in text
