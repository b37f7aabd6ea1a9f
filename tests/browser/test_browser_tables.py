"""Tables and figures in a browser: they sort, filter and download."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Browser


def first_headers(browser: Browser) -> list[str]:
    headers = browser.run(
        "return [...document.querySelectorAll('#throughput-1 tbody th')].map(e => e.firstChild.data.trim())"
    )
    return [str(header) for header in headers]


def test_columns_sort_both_ways_and_back(browser: Browser, page: Path) -> None:
    browser.open(page)
    before = first_headers(browser)
    button = "#throughput-1 thead th:nth-child(5) button"  # first step: equal in all models
    speed = "#throughput-1 thead th:nth-child(1) button"
    orders = []
    for _ in range(3):
        browser.click(speed)
        head = browser.run("return document.querySelector(arguments[0]).closest('th').getAttribute('aria-sort')", speed)
        orders.append((head, first_headers(browser)))
    assert orders == [("ascending", sorted(before)), ("descending", sorted(before)[::-1]), (None, before)]
    browser.click(button)
    assert browser.visible("#throughput [aria-sort]") == 1
    assert "sorted by First step, ascending" in browser.announced()


def test_tables_of_sentences_stack_where_they_do_not_fit(browser: Browser, page: Path) -> None:
    script = """
        const cells = [...document.querySelectorAll('.stacked td')].filter(e => e.checkVisibility());
        return [
            cells.length,
            [...new Set(cells.map(e => getComputedStyle(e).display))],
            cells.filter(e => e.getBoundingClientRect().right > innerWidth || e.scrollWidth > e.clientWidth + 1).length,
            cells.filter(e => !getComputedStyle(e, '::before').content.includes(e.dataset.title)).length,
        ]"""
    browser.open(page, 360)
    count, display, beyond, nameless = browser.run(script)
    assert count > 20
    assert (display, beyond, nameless) == (["block"], 0, 0)
    browser.open(page, 1600)
    assert browser.run(script)[1] == ["table-cell"]


def test_numbers_sort_by_their_size_not_their_text(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.click("#trials thead th:nth-child(9) button")
    values = browser.run(
        "return [...document.querySelectorAll('#trials td:nth-child(9)')].map(e => e.dataset.n ?? null)"
    )
    numbers = [float(value) for value in values if value is not None]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 2
    assert values[-1] is None  # what failed stands last


def test_filters_hide_what_is_not_asked_for_and_show_all_brings_it_back(browser: Browser, page: Path) -> None:
    browser.open(page)
    rows = browser.visible("tbody tr")
    browser.tick("framework", "tensorflow")
    assert browser.visible("[data-framework=tensorflow]") == 0
    # The header of two rows moved to the one that is left.
    assert browser.visible("#throughput-1 tbody th") == len(first_headers(browser))
    assert browser.run("return document.querySelector('#throughput-1 tbody th').rowSpan") == 1
    browser.tick("dataset", "mnist-mini")
    assert browser.visible("[data-dataset=mnist-mini]") == 0
    assert browser.reading("gan")
    browser.tick("model", "gan")
    assert browser.visible("[data-model=gan]") == 0
    assert browser.reading("gan") == []
    assert "4 of 5 models" in browser.announced()
    browser.reset("#filters")
    assert browser.visible("tbody tr") == rows
    assert browser.run("return document.querySelector('#throughput-1 tbody th').rowSpan") == 2


def test_filters_reach_into_figures_and_their_legends(browser: Browser, page: Path) -> None:
    browser.open(page)
    for figure in (
        "throughput-1-figure-1",
        "quality-1-figure-1",
        "curves-1-figure-1-images",
        "cost-1-figure-1-train_seconds",
    ):
        for model in ("gan", "cvae[equal]"):
            found = browser.run(
                "return [...document.getElementById(arguments[0]).querySelectorAll('[data-model][data-framework]')]"
                ".filter(e => e.dataset.model === arguments[1]).flatMap(e => e.dataset.framework.split(' '))",
                figure,
                model,
            )
            assert set(found) == {"tensorflow", "torch"}

    everywhere = browser.visible("figure.chart [data-model]")
    browser.tick("model", "gan")
    assert browser.visible("figure.chart [data-model=gan], .legend [data-model=gan]") == 0
    assert browser.visible("figure.chart svg [data-model='cvae[equal]']") > 0
    assert browser.reading("gan") == []  # a name without its curve would be nobody's
    browser.tick("framework", "torch")
    assert browser.visible("figure.chart svg [data-framework~=torch], .legend [data-framework=torch]") == 0
    names = "#throughput-1 svg [data-frameworks]"
    assert browser.visible(names) > 0
    browser.tick("framework", "tensorflow")
    assert browser.visible(names) == 0  # nothing is left to be named
    browser.tick("framework", "tensorflow")
    assert browser.visible("#curves-1 svg [data-framework=tensorflow]") > 0
    browser.reset("#filters")
    assert browser.visible("figure.chart [data-model]") == everywhere


def test_classes_have_bars_that_can_be_filtered(browser: Browser, page: Path) -> None:
    browser.open(page)
    lengths = browser.run(
        "return ['tensorflow', 'torch'].map(name => [...document.querySelectorAll(`#quality-2-classes-1-1 "
        "[data-framework=${name}] path`)].map(e => e.getBoundingClientRect().width))"
    )
    for shorter, longer in lengths:
        assert longer == pytest.approx(1.5 * shorter, rel=0.05)  # 0.75 and 0.5 of their classes


def test_a_table_downloads_as_csv_with_plain_numbers(browser: Browser, page: Path) -> None:
    browser.open(page)
    lines = browser.csv("#throughput-1 button.csv")
    assert lines[0].startswith('"Model","Model, small print","Framework",')
    assert '"First step (in a fresh process) [s]"' in lines[0]
    assert lines[1].startswith('"gan"')
    assert ',"1515",' in lines[1]
    assert lines[2].startswith('"gan"')  # a header of two rows is written in both


NUMBERS = "#curves-1-figure-1-images"
"""A drawing of the curves, whose numbers stand in a table with a column a model and framework."""


def columns(browser: Browser) -> list[tuple[str, str]]:
    """Model and framework of the columns that the numbers of the curves show, as every row has them, too."""
    found = browser.run(
        "const table = document.querySelector(arguments[0]).closest('figure').querySelector('details table');"
        "return [...table.rows].map(row => [...row.cells].slice(1).filter(cell => !cell.hidden)"
        ".map(cell => [cell.dataset.model, cell.dataset.framework]))",
        NUMBERS,
    )
    assert all(row == found[0] for row in found)
    return [tuple(owner) for owner in found[0]]


def test_filters_hide_columns_and_the_csv_leaves_them_out(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert ("gan", "torch") in columns(browser)
    browser.tick("model", "gan")
    browser.tick("framework", "torch")
    assert columns(browser) == [(name, "tensorflow") for name in ("cvae[equal]", "cond_vae", "cvae")]
    browser.run(
        "document.querySelector(arguments[0]).closest('figure').querySelector('button.csv').id = 'numbers'", NUMBERS
    )
    head, first, *_ = browser.csv("#numbers")
    assert '"gan' not in head
    assert "PyTorch" not in head
    assert head.count("TensorFlow") == 3
    assert len(json.loads(f"[{first}]")) == len(json.loads(f"[{head}]"))


def test_a_sorted_table_stays_sorted_when_filters_change_what_it_goes_by(
    browser: Browser, make_page: Callable[..., Path]
) -> None:
    def trials(made: Any) -> list[Any]:
        speeds = {("a", "torch"): 1.0, ("a", "tensorflow"): 9.0, ("b", "torch"): 4.0, ("b", "tensorflow"): 4.5}
        return [made.trial(*which, images_per_second=speed) for which, speed in speeds.items()]

    browser.open(make_page(trials))
    browser.click("#throughput-1 thead th:nth-child(3) button")
    assert first_headers(browser) == ["b", "a"]
    browser.tick("framework", "tensorflow")
    assert first_headers(browser) == ["a", "b"]
    browser.reset("#filters")
    assert first_headers(browser) == ["b", "a"]


def test_a_column_that_differs_within_every_group_has_no_button(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.visible("#throughput-1 thead th:nth-child(2)") == 1
    assert browser.visible("#throughput-1 thead th:nth-child(2) button") == 0  # Framework: both in each group
    assert browser.visible("#throughput-1 thead th:nth-child(4) button") == 1  # Ratio: one for both
    assert browser.visible("#trials thead th:nth-child(2) button") == 1  # a group each


def test_csv_has_marks_and_the_numbers_of_its_notes(browser: Browser, make_page: Callable[..., Path]) -> None:
    def trials(made: Any) -> list[Any]:
        failed = made.trial("gan").pair.model_copy(update={"proved": False, "reason": "gradients differ"})
        return [trial.model_copy(update={"pair": failed}) for trial in made.trials(["gan"], seeds=1)]

    browser.open(make_page(trials))
    head, first, *rest = (json.loads(f"[{line}]") for line in browser.csv("#throughput-1 button.csv") if line)
    row = dict(zip(head, first, strict=True))
    assert row["Model, small print"] == "batch 64; pair not proved; note 1"
    assert row["Ratio, small print"] == "pair not proved; note 1"
    assert ["1: pair not proved: gradients differ"] in rest
