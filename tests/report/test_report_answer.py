"""The answer as the page reads it: tolerant of what is missing, in the page's own names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bench.numbers import significant, span
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
    assert (case.word, case.place, case.sights) == ("A leaning", "cats · 10 images", [])  # cvae has no mean
    assert case.reason == ""  # the sentence says it
    (row,) = case.criteria.groups[0].rows
    assert [value.text for value in row if value] == ["leaning", "FD", "40.0", "n/a", "0.500 ×", "0.012", "few"]
    assert "cvae was not tried" in case.criteria.footnotes
    assert list(case.doubts) == [
        "gan overtakes",
        "Drawn anew from the same seeds, 25.0\N{NO-BREAK SPACE}% of runs would recommend another recipe. With few "
        "seeds this number is too small.",
        "nearer: 9 seeds of each would decide it.",
        "GAN (gan): seed 2 failed: out of memory",
    ]
    assert [(weight.id, weight.weight) for weight in found.weights] == [("distance", 0.5)]
    assert found.data["answers"][0] == {"a": "GAN (gan)", "b": "Convolutional VAE (cvae)", "shares": {"distance": 0.9}}


def test_the_page_opens_with_the_question_and_the_answer(made: MadeUp) -> None:
    text = made.open(written(made, {"answers": [ANSWER], "over": False})).text
    assert text.index("GAN or CVAE?") < text.index("gan, perhaps.") < text.index("Run it again")
    assert "Trials are still to come, so there is no verdict" in text


def test_a_card_has_what_decides_and_how_sure_it_is(made: MadeUp) -> None:
    sided = {**TESTED, "b": {**SIDE, "recipe": "cvae", "mean": {"value": 52.0}}}
    criteria = [
        {**CRITERION, "share": 0.9, "decides": sided},
        {**CRITERION, "id": "variety", "winner": "cvae", "decides": {**sided, "protocol": {"title": "coverage"}}},
    ]
    more = {"confidence": "Both are shown.", "command": "python -m bench run --models gan"}
    folder = written(made, {"answers": [{**ANSWER, **more, "criteria": criteria}]})
    found = answer(folder, {})
    assert found is not None
    (case,) = found.cases
    assert [(sight.a, sight.b, sight.winner) for sight in case.sights] == [("40.0", "52.0", "a"), ("40.0", "52.0", "b")]
    assert [sight.hint for sight in case.sights] == ["FD, lower is better", "coverage"]
    assert case.word == "Split"
    page = made.open(folder)
    text = page.text
    assert "40.0 (better)" in text
    assert "52.0 (better)" in text
    assert text.count("(better)") == 2
    assert "gan and cvae on cats · 10 images" in page.values("aria-label")
    assert "What to run next: python -m bench run --models gan" in text
    assert text.index("gan, perhaps.") < text.index("Both are shown.") < text.index("What do you care for?")
    assert "python -m bench run --models gan" in text


OVERALL = {
    "a": "gan",
    "b": "cvae[equal]",
    "budget_words": "51,200 images in batches of 64",
    "sentence": "Over 3 data sets, gan wins.",
    "reason": "It is better.",
    "left_out": [{"dataset": "cats", "reason": "Another budget."}],
    "criteria": [
        {
            "title": "nearer",
            "score": "FD between noise (0) and real (1)",
            "better": "higher",
            "a": {"value": 0.9, "low": 0.85, "high": 0.95, "confidence": 0.95},
            "b": {"value": 0.8, "low": None, "high": None},
            "improvement": {"value": 0.97, "low": 0.8, "high": 1.0, "confidence": 0.95},
            "datasets": ["x", "y", "z"],
            "seeds": 6,
            "left_out": [{"dataset": name, "reason": "Measured as KID."} for name in ("dogs", "birds")],
            "verdict": "supported",
            "winner": "gan",
            "reason": "Better.",
        }
    ],
}


def test_over_all_data_sets_there_is_a_table_below_the_cards(made: MadeUp) -> None:
    folder = written(made, {"answers": [ANSWER], "overall": [{**OVERALL, "criteria": []}, OVERALL]})
    found = answer(folder, {})
    assert found is not None
    (one,) = found.overall  # what has no numbers is not told beside what has
    assert one.table is not None
    (row,) = one.table.groups[0].rows
    percent = "97\N{NO-BREAK SPACE}%"
    assert [value.text for value in row if value] == ["0.900", "0.800", percent, "3", "supported"]
    assert one.table.footnotes == ["Without dogs, birds: Measured as KID.", "Better."]
    text = made.open(folder).text
    assert text.index("What do you care for?") < text.index("Over 3 data sets, gan wins.")
    assert "How to read this. Scores of different data sets" in text
    assert "cats: Another budget." in text


def test_one_data_set_alone_says_why_there_is_nothing_over_all(made: MadeUp) -> None:
    lone = {**OVERALL, "criteria": [], "sentence": "No answer over all data sets: x is the only one.", "left_out": []}
    text = made.open(written(made, {"answers": [ANSWER], "overall": [lone, lone]})).text
    assert text.count("x is the only one.") == 1


def test_both_arms_over_all_data_sets_are_named(made: MadeUp) -> None:
    arms = [{**OVERALL, "arm": "equal footing", "headline": True}, {**OVERALL, "arm": "as in the seed"}]
    text = made.open(written(made, {"answers": [ANSWER], "overall": arms})).text
    rest = text[text.index("Over all data sets") :]
    assert rest.index("On equal footing") < rest.index("As in the notebooks")


QUARTILES = {"value": 1.5, "low": 1.4, "high": 1.6, "confidence": 0.5, "method": "quartiles of the timed calls"}
FRAMEWORK = {
    "setting": {"dataset": "x", "label": "set: v2", "budget_words": "10 images"},
    "model": "gan",
    "sentence": "The GAN (gan) on set: v2: PyTorch is faster: by far.",
    "verdict": "undecided",
    "reason": "Few seeds.",
    "quality_ratio": {"value": None, "reason": "one seed alone"},
    "throughput_ratio": {"value": 1.25, "low": 1.2, "high": 1.3, "confidence": 0.95},
}


def test_a_row_of_the_framework_says_once_of_what_it_is(made: MadeUp) -> None:
    found = answer(
        written(
            made,
            {
                "answers": [ANSWER],
                "frameworks": [FRAMEWORK, {"sentence": "Not compared: x.", "throughput_ratio": QUARTILES}],
            },
        ),
        {},
    )
    assert found is not None
    table = found.frameworks
    assert table is not None
    first, second = ([value for value in group.rows[0] if value] for group in table.groups)
    assert first[-1].text == "PyTorch is faster: by far. Few seeds."
    assert second[-1].text == "Not compared: x."
    assert first[3].detail == f"95 %: {span(1.2, 1.3, significant)}"
    assert second[3].detail == f"quartiles: {span(1.4, 1.6, significant)}"
    # A reason as wide as a column would push the words out of the page.
    assert (first[2].text, first[2].detail, first[2].notes) == ("n/a", "", (1,))
    assert table.footnotes == ["one seed alone"]
    assert table.stacked


def test_a_claim_says_how_it_is_tested(made: MadeUp) -> None:
    claim = {"id": 1, "claim": "It is so.", "measure": "distance", "threshold": "one half", "test": "Student's t"}
    page = made.open(written(made, {"answers": [ANSWER], "claims": [claim]}))
    assert "Measured: distance. Threshold: one half. Test: Student's t." in page.text


def test_numbers_of_tables_are_no_powers_of_ten(made: MadeUp) -> None:
    huge = {**SIDE, "mean": {"value": 3.2e9, "low": 3.1e9, "high": 3.3e9}}
    tested = {**TESTED, "a": huge, "b": huge, "protocol": {"title": "peak memory", "unit": "bytes"}, "adjusted": 1e-9}
    found = answer(written(made, {"answers": [{**ANSWER, "criteria": [{**CRITERION, "decides": tested}]}]}), {})
    assert found is not None
    (row,) = found.cases[0].criteria.groups[0].rows
    texts = [value.text for value in row if value]
    assert texts[2] == "2.98 GiB"
    assert texts[5] == "< 0.0001"
