"""The page as a browser shows it: silent, offline, readable by everybody, on paper too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Browser

HOSTILE = "</script><script>document.title='owned'</script>\"'<img src=x onerror=document.title=1>"
WIDTHS = (360, 1600)


def violations(browser: Browser, axe: str) -> list[tuple[str, str, str]]:
    """Everything that axe-core finds wrong, all details unfolded: rule, first element, what is wrong."""
    browser.run("for (const e of document.querySelectorAll('details')) e.open = true")
    browser.run(axe)
    found = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then(done, e => done(String(e)))"
    )
    return [
        (violation["id"], violation["nodes"][0]["html"][:200], violation["nodes"][0]["failureSummary"])
        for violation in found["violations"]
    ]


def shown_cases(browser: Browser) -> list[int]:
    """The places of the answers that are shown, criterion by criterion."""
    found = browser.run(
        "return [...document.querySelectorAll('.answer')].flatMap((e, at) => (e.checkVisibility() ? [at] : []))"
    )
    return [int(place) for place in found]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_is_silent_offline_and_no_wider_than_the_window(
    browser: Browser, page: Path, tmp_path: Path, width: int, dark: bool
) -> None:
    browser.open(page, width, dark=dark)
    assert browser.complaints() == []
    assert browser.requests() == [page.as_uri()]
    assert browser.run("return document.documentElement.scrollWidth") == width
    shot = tmp_path / f"{width}-{'dark' if dark else 'light'}.png"
    assert browser.driver.save_screenshot(str(shot))
    assert shot.stat().st_size > 10_000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_accessibility_has_no_violation(browser: Browser, page: Path, axe: str, width: int, dark: bool) -> None:
    browser.open(page, width, dark=dark)
    assert violations(browser, axe) == []


def test_what_did_not_work_is_one_click_from_the_top(browser: Browser, page: Path) -> None:
    browser.open(page)
    link = "const link = document.querySelector('.tally a');"
    assert browser.run(f"{link} return [link.textContent, link.getAttribute('href')]") == ["1 failed", "#failures"]
    assert browser.run(f"{link} return link.getBoundingClientRect().bottom < innerHeight")
    assert "out of memory" in browser.run("return document.getElementById('failures').textContent")


def test_contents_mark_the_section_that_is_read(browser: Browser, page: Path) -> None:
    browser.open(page)
    for section in ("quality", "throughput", "samples"):
        browser.run("document.getElementById(arguments[0]).scrollIntoView()", section)
        browser.run("return new Promise(done => setTimeout(done, 150))")
        marked = "return [...document.querySelectorAll('.contents [aria-current]')].map(e => e.hash)"
        assert browser.run(marked) == [f"#{section}"]


def test_paper_has_what_is_folded_on_a_screen(browser: Browser, page: Path) -> None:
    browser.open(page)
    is_open = "return [...document.querySelectorAll('details.more:not(.again)')].map(e => e.open)"
    before = browser.run(is_open)
    assert not all(before)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert all(browser.run(is_open))
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    heads = "return [...document.querySelectorAll('#quality-1 thead th')].every(e => e.innerText.trim() !== '')"
    assert browser.run(heads)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run(is_open) == before


def test_sliders_weigh_anew_and_come_back(browser: Browser, page: Path) -> None:
    browser.open(page)
    shown = (
        "const box = document.getElementById('weighed-0'), text = name => box.querySelector(name).textContent;"
        "return `${text('.recipe')} ${text('.score')}`"
    )
    assert browser.run(shown) == "GAN (gan) 75 to 25"
    browser.set_range("#weights [name=distance]", 0)
    assert browser.run(shown) == "Convolutional VAE on equal footing (cvae[equal]) 0 to 100"
    browser.set_range("#weights [name=speed]", 0)
    assert browser.run(shown).startswith("nothing to weigh")
    browser.reset("#weights")
    assert browser.run(shown) == "GAN (gan) 75 to 25"


def test_a_reader_chooses_the_case(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.visible(".answer") == 1
    browser.run("const s = document.getElementById('case'); s.value = 2; s.dispatchEvent(new Event('change'))")
    assert shown_cases(browser) == [2]
    assert "as in the seed" in browser.run("return document.querySelectorAll('.answer')[2].textContent")


def test_the_link_of_a_card_leads_to_its_own_case(browser: Browser, page: Path) -> None:
    browser.open(page)
    links = browser.driver.find_elements("css selector", ".verdict-card a")
    assert len(links) == 3
    places = [int(str(link.get_attribute("hash")).split("-")[1]) for link in links]
    assert sorted(places) == [0, 1, 2]
    for link, place in [*zip(links, places, strict=True), (links[0], places[0])]:
        link.click()
        assert shown_cases(browser) == [place]
        assert browser.run("return Number(document.getElementById('case').value)") == place
        title = "return document.getElementById(`answer-${arguments[0]}-title`).getBoundingClientRect().top"
        assert 0 <= browser.run(title, place) < 1000


def test_an_address_leads_to_its_case(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("location.hash = '#answer-2-title'; return new Promise(done => setTimeout(done, 50))")
    assert shown_cases(browser) == [2]
    browser.run("history.back(); return new Promise(done => setTimeout(done, 200))")
    browser.run("location.hash = '#no-such-place'; return new Promise(done => setTimeout(done, 50))")
    assert shown_cases(browser) == [2]
    assert browser.complaints() == []


def test_filters_leave_no_empty_answer(browser: Browser, page: Path) -> None:
    browser.open(page)
    everything = browser.visible("#answer h3, .verdicts")
    browser.tick("dataset", "fashion-mnist-mini")
    assert shown_cases(browser) == [1]  # the chosen one is hidden, the next one takes its place
    disabled = "return [...document.querySelectorAll('#case option')].map(e => e.disabled)"
    assert browser.run(disabled) == [True, False, True]
    assert browser.run("return document.getElementById('case').value") == "1"
    # The second arm has no card left, and so no heading.
    assert browser.visible(".verdicts") == 1
    assert browser.visible("#answer h3") == browser.run("return document.querySelectorAll('#answer h3').length") - 1
    browser.tick("dataset", "mnist-mini")
    assert shown_cases(browser) == []
    assert browser.visible("#why-title, .chooser, .verdicts") == 0
    browser.reset("#filters")
    assert browser.visible("#answer h3, .verdicts") == everything
    assert browser.run(disabled) == [False] * 3
    assert len(shown_cases(browser)) == 1


def test_letting_go_of_a_slider_announces_the_cards_that_are_shown(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.tick("dataset", "mnist-mini")
    browser.set_range("#weights [name=distance]", 0)
    recommended = "Convolutional VAE on equal footing (cvae[equal]), 0 to 100"
    place = "fashion-mnist-mini · 51,200 images"
    assert browser.announced() == f"Weighed anew. {place}: {recommended}; {place}: Convolutional VAE (cvae), 0 to 100"
    assert browser.run(
        "return [...document.querySelectorAll('output')].every(e => e.getAttribute('aria-live') === 'off')"
    )
    slider = browser.driver.find_element("css selector", "#weights [name=speed]")
    assert "%" not in slider.accessible_name  # its share is its value, not part of its name
    assert slider.get_attribute("aria-valuetext") == "100 %"


def test_everything_is_readable_without_the_script(browser: Browser, page: Path) -> None:
    from selenium.common.exceptions import WebDriverException

    browser.open(page, script=False)
    try:
        source = browser.driver.execute_cdp_cmd("DOM.getDocument", {"depth": 0})["root"]["nodeId"]

        def found(selector: str) -> list[int]:
            nodes = browser.driver.execute_cdp_cmd("DOM.querySelectorAll", {"nodeId": source, "selector": selector})
            return list(nodes["nodeIds"])

        def shown(selector: str) -> int:
            """How many have a box: of what a style hides, there is none."""
            boxes = 0
            for node in found(selector):
                try:
                    box = browser.driver.execute_cdp_cmd("DOM.getBoxModel", {"nodeId": node})["model"]
                except WebDriverException:
                    continue
                boxes += box["width"] * box["height"] > 0
            return boxes

        assert found("#filters")
        assert found("#weights")
        assert shown("#filters, #weights, .walk .moves") == 0
        assert not found("button.sort, button.csv, .controls, .chooser, .play")
        assert shown(".walk img") == 2
        for selector, number in ((".answer", 3), (".answer > .table", 3), (".verdict-card", 3), ("#trials tbody", 27)):
            assert shown(selector) == len(found(selector)) == number
        assert shown(".film .picture") == len(found(".film .picture")) > 0
    finally:
        browser.open(page)


def test_hostile_names_do_nothing(
    browser: Browser, make_page: Callable[..., Path], make_answer: Callable[..., dict[str, Any]]
) -> None:
    def trials(made: Any) -> list[Any]:
        return [*made.trials(models=["gan", HOSTILE], dataset=HOSTILE), made.walking("cvae", dataset=HOSTILE)]

    hostile = json.loads(json.dumps(make_answer(HOSTILE)).replace("cvae[equal]", json.dumps(HOSTILE)[1:-1]))
    browser.open(make_page(trials, hostile))
    assert browser.complaints() == []
    assert browser.run("return document.title") == "demo · pairbench"
    assert browser.run("return document.querySelectorAll('script').length") == 2
    browser.set_range("#weights [name=distance]", 0)
    assert browser.run("return document.querySelector('#weighed-0 .recipe').textContent") == HOSTILE
    browser.driver.find_element("css selector", ".walk button").send_keys(" ")
    assert browser.visible(".walk .moves") == 1
    assert browser.complaints() == []
    assert browser.run("return document.querySelectorAll('img[src=x]').length") == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_real_run_has_such_a_page(browser: Browser, axe: str, tmp_path: Path) -> None:
    command = ["run", "--models", "gan,cvae[equal]", "--datasets", "mnist-mini", "--budget", "smoke", "--seeds", "1"]
    arguments = [sys.executable, "-m", "bench", *command, "--out", str(tmp_path), "--name", "real"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = tmp_path / "real" / "report.html"
    for width in WIDTHS:
        for dark in (False, True):
            browser.open(page, width, dark=dark)
            assert browser.complaints() == []
            assert browser.requests() == [page.as_uri()]
            assert browser.run("return document.documentElement.scrollWidth") == width
            assert violations(browser, axe) == []
            assert browser.driver.save_screenshot(str(tmp_path / f"{width}-{dark}.png"))
    assert browser.visible("svg.network") == 4

    numbers = "return [...document.querySelectorAll('#trials td:nth-child(9)')].map(e => +e.dataset.n)"
    for falling in (False, True):
        browser.run("document.querySelector('#trials thead th:nth-child(9) button').click()")
        found = browser.run(numbers)
        assert len(set(found)) > 1
        assert found == sorted(found, reverse=falling)

    browser.tick("model", "gan")
    assert browser.visible("main [data-model=gan]") == 0
    assert browser.visible("figure.chart svg [data-model='cvae[equal]']") > 0
    browser.reset("#filters")
    assert browser.visible("main [data-model=gan]") > 0

    weighed = "return document.getElementById('weighed-0').textContent"
    before = browser.run(weighed)
    for name in browser.run("return [...document.querySelectorAll('#weights [type=range]')].map(e => e.name)"):
        browser.set_range(f"#weights [name={name}]", 100 if name == "cost" else 0)
    assert browser.run(weighed) != before
    assert browser.complaints() == []
    assert browser.requests() == []
