"""The page as a browser shows it: silent, offline, and everything on it works."""

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


def side(recipe: str, value: float) -> dict[str, Any]:
    mean = {"value": value, "low": value - 1, "high": value + 1, "confidence": 0.95, "reason": None}
    return {"recipe": recipe, "mean": mean, "missing": [], "command": f"python -m bench run --models {recipe}"}


def criterion(name: str, share: float | None, weight: float) -> dict[str, Any]:
    tested = {
        "protocol": {"title": "FD", "better": "lower", "scale": "log", "how": "Fréchet distance", "unit": None},
        "a": side("gan", 40.0),
        "b": side("cvae[equal]", 65.0),
        "difference": {"value": 0.6, "low": 0.5, "high": 0.7, "confidence": 0.95, "reason": None},
        "p_value": 0.002,
        "adjusted": 0.01,
        "seeds_needed": 7,
    }
    found = {"id": name, "title": name, "asks": f"{name}?", "verdict": "supported", "winner": "gan", "reason": "so"}
    return {**found, "share": share, "weight": weight, "decides": tested, "beside": []}


def answer(dataset: str) -> dict[str, Any]:
    one = {
        "setting": {"dataset": dataset, "label": dataset, "budget_words": "51,200 images"},
        "arm": "equal footing",
        "headline": True,
        "a": "gan",
        "b": "cvae[equal]",
        "sentence": f"gan wins on {dataset}.",
        "verdict": "supported",
        "winner": "gan",
        "reason": "nearer and more varied",
        "criteria": [criterion("distance", 1.0, 0.75), criterion("speed", 0.0, 0.25), criterion("control", None, 0.0)],
        "recommendation": {"recipe": "gan", "score": 0.75, "flips": 0.1, "reason": "gan scores 75 of 100"},
        "flips": [{"reason": "gan overtakes at 3,200 images"}],
    }
    return {
        "over": True,
        "declared": {"least_seeds": 6, "weights": {"distance": 0.75, "speed": 0.25}},
        "answers": [one, {**one, "headline": False, "arm": "as in the seed", "b": "cvae"}],
        "frameworks": [],
        "claims": [{"id": 1, "claim": "GANs are fine", "verdict": "refuted", "reason": "no", "findings": []}],
    }


@pytest.fixture(scope="module")
def page(make_page: Callable[..., Path]) -> Path:
    def trials(made: Any) -> list[Any]:
        models, shape = ["gan", "cvae[equal]", "cond_vae"], (28, 28, 1)
        quality = made.quality(coverage_by_class=(0.5, 0.75), coverage=0.6)
        failed = made.trial("dcgan", dataset="mnist-mini", status="failed", reason="out of memory")
        return [
            *made.trials(models=models, image_shape=shape),
            *(made.walking("cvae", framework, image_shape=shape) for framework in ("tensorflow", "torch")),
            *made.trials(models=models, dataset="mnist-mini", image_shape=shape, quality=quality),
            failed,
        ]

    return make_page(trials, answer("fashion-mnist-mini"))


def visible(browser: Browser, selector: str) -> int:
    # Of a part of a drawing checkVisibility is true even where nothing of it is drawn.
    script = (
        "return [...document.querySelectorAll(arguments[0])]"
        ".filter(e => e.checkVisibility() && !e.closest('[hidden]')).length"
    )
    return int(browser.run(script, selector))


def first_headers(browser: Browser) -> list[str]:
    headers = browser.run(
        "return [...document.querySelectorAll('#throughput-1 tbody th')].map(e => e.firstChild.data.trim())"
    )
    return [str(header) for header in headers]


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


def set_range(browser: Browser, selector: str, value: int) -> None:
    browser.run(
        "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
        "e.dispatchEvent(new Event('input', { bubbles: true }))",
        selector,
        value,
    )


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


def test_columns_sort_both_ways_and_back(browser: Browser, page: Path) -> None:
    browser.open(page)
    before = first_headers(browser)
    button = "#throughput-1 thead th:nth-child(5) button"  # first step: equal in all models
    speed = "#throughput-1 thead th:nth-child(1) button"
    orders = []
    for _ in range(3):
        browser.run("document.querySelector(arguments[0]).click()", speed)
        head = browser.run("return document.querySelector(arguments[0]).closest('th').getAttribute('aria-sort')", speed)
        orders.append((head, first_headers(browser)))
    assert orders == [("ascending", sorted(before)), ("descending", sorted(before)[::-1]), (None, before)]
    browser.run("document.querySelector(arguments[0]).click()", button)
    assert visible(browser, "#throughput [aria-sort]") == 1
    assert "sorted by First step, ascending" in browser.run("return document.getElementById('announce').textContent")


def test_numbers_sort_by_their_size_not_their_text(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelector('#trials thead th:nth-child(9) button').click()")
    values = browser.run(
        "return [...document.querySelectorAll('#trials td:nth-child(9)')].map(e => e.dataset.n ?? null)"
    )
    numbers = [float(value) for value in values if value is not None]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 2
    assert values[-1] is None  # what failed stands last


def test_filters_hide_what_is_not_asked_for_and_show_all_brings_it_back(browser: Browser, page: Path) -> None:
    browser.open(page)
    rows = visible(browser, "tbody tr")

    def tick(name: str, value: str) -> None:
        browser.run(
            "document.querySelector(`#filters [name='${arguments[0]}'][value='${arguments[1]}']`).click()", name, value
        )

    tick("framework", "tensorflow")
    assert visible(browser, "[data-framework=tensorflow]") == 0
    # The header of two rows moved to the one that is left.
    assert visible(browser, "#throughput-1 tbody th") == len(first_headers(browser))
    assert browser.run("return document.querySelector('#throughput-1 tbody th').rowSpan") == 1
    tick("dataset", "mnist-mini")
    assert visible(browser, "[data-dataset=mnist-mini]") == 0
    tick("model", "gan")
    assert visible(browser, "[data-model=gan]") == 0
    assert "4 of 5 models" in browser.run("return document.getElementById('announce').textContent")
    browser.run("document.querySelector('#filters [type=reset]').click()")
    browser.driver.implicitly_wait(0)
    browser.run("return new Promise(done => setTimeout(done, 50))")
    assert visible(browser, "tbody tr") == rows
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

    def tick(name: str, value: str) -> None:
        browser.run(
            "document.querySelector(`#filters [name='${arguments[0]}'][value='${arguments[1]}']`).click()", name, value
        )

    everywhere = visible(browser, "figure.chart [data-model]")
    tick("model", "gan")
    assert visible(browser, "figure.chart [data-model=gan], .legend [data-model=gan]") == 0
    assert visible(browser, "figure.chart svg [data-model='cvae[equal]']") > 0
    # A name and a curve without their model would be nobody's.
    assert "gan" not in browser.run(
        "return [...document.querySelectorAll('#throughput-1 svg text')].filter(e => !e.closest('[hidden]'))"
        ".map(e => e.textContent.trim())"
    )
    tick("framework", "torch")
    assert visible(browser, "figure.chart svg [data-framework~=torch], .legend [data-framework=torch]") == 0
    names = "#throughput-1 svg [data-frameworks]"
    assert visible(browser, names) > 0
    tick("framework", "tensorflow")
    assert visible(browser, names) == 0  # nothing is left to be named
    tick("framework", "tensorflow")
    assert visible(browser, "#curves-1 svg [data-framework=tensorflow]") > 0
    browser.run("document.querySelector('#filters [type=reset]').click()")
    browser.run("return new Promise(done => setTimeout(done, 50))")
    assert visible(browser, "figure.chart [data-model]") == everywhere


def test_classes_have_bars_that_can_be_filtered(browser: Browser, page: Path) -> None:
    browser.open(page)
    lengths = browser.run(
        "return ['tensorflow', 'torch'].map(name => [...document.querySelectorAll(`#quality-2-classes-1-1 "
        "[data-framework=${name}] path`)].map(e => e.getBoundingClientRect().width))"
    )
    for shorter, longer in lengths:
        assert longer == pytest.approx(1.5 * shorter, rel=0.05)  # 0.75 and 0.5 of their classes


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
    assert not any(before)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert all(browser.run(is_open))
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    heads = "return [...document.querySelectorAll('#quality-1 thead th')].every(e => e.innerText.trim() !== '')"
    assert browser.run(heads)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.run(is_open) == before


def test_a_film_shows_one_checkpoint_and_the_slider_another(browser: Browser, page: Path) -> None:
    browser.open(page)
    films = visible(browser, ".film")
    assert visible(browser, ".film .picture") == films
    captions = (
        "return [...document.querySelectorAll('.films .film .picture')]"
        ".filter(e => e.checkVisibility()).map(e => e.textContent.trim())"
    )
    assert set(browser.run(captions)) == {"51,200 images"}
    set_range(browser, ".films input", 0)
    assert "512 images" in browser.run(captions)
    assert "checkpoint 1 of 3" in browser.run(
        "return document.querySelector('.films input').getAttribute('aria-valuetext')"
    )


def test_a_walk_moves_while_its_button_is_pressed(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.run("return document.querySelectorAll('.walk').length") == 1
    state = (
        "return [...document.querySelectorAll('.walk img')].map(e => [e.className, e.checkVisibility(), e.complete"
        " && e.naturalWidth])"
    )
    still = [["", True, 233], ["moves", False, 0], ["", True, 233], ["moves", False, 0]]
    assert [shown[:2] for shown in browser.run(state)] == [shown[:2] for shown in still]
    button = browser.driver.find_element("css selector", ".walk button")
    assert button.accessible_name == "Play: cvae on fashion-mnist-mini"
    assert button.get_attribute("aria-pressed") == "false"
    button.send_keys(" ")
    assert button.get_attribute("aria-pressed") == "true"
    browser.run("return Promise.all([...document.querySelectorAll('.moves')].map(e => e.decode()))")
    assert browser.run(state) == [["", False, 233], ["moves", True, 117]] * 2
    button.send_keys("\ue007")  # the Enter key
    assert button.get_attribute("aria-pressed") == "false"
    assert [shown[:2] for shown in browser.run(state)] == [shown[:2] for shown in still]


def test_paper_shows_the_strip_even_of_a_walk_that_moves(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.driver.find_element("css selector", ".walk button").send_keys(" ")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = "return [...document.querySelectorAll('.walk img')].map(e => e.checkVisibility())"
        assert browser.run(shown) == [True, False] * 2
        assert visible(browser, ".walk button") == 0
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_sliders_weigh_anew_and_come_back(browser: Browser, page: Path) -> None:
    browser.open(page)
    shown = (
        "const box = document.getElementById('weighed-0'), text = name => box.querySelector(name).textContent;"
        "return `${text('.recipe')} ${text('.score')}`"
    )
    assert browser.run(shown) == "GAN (gan) 75 to 25"
    set_range(browser, "#weights [name=distance]", 0)
    assert browser.run(shown) == "Convolutional VAE on equal footing (cvae[equal]) 0 to 100"
    set_range(browser, "#weights [name=speed]", 0)
    assert browser.run(shown).startswith("nothing to weigh")
    browser.run("document.querySelector('#weights [type=reset]').click()")
    browser.run("return new Promise(done => setTimeout(done, 50))")
    assert browser.run(shown) == "GAN (gan) 75 to 25"


def test_a_reader_chooses_the_case(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert visible(browser, ".answer") == 1
    browser.run("const s = document.getElementById('case'); s.value = 1; s.dispatchEvent(new Event('change'))")
    assert "as in the seed" in browser.run(
        "return [...document.querySelectorAll('.answer')].find(e => e.checkVisibility()).textContent"
    )


def test_a_table_downloads_as_csv_with_plain_numbers(browser: Browser, page: Path) -> None:
    browser.open(page)
    text = browser.run(
        "const blobs = []; URL.createObjectURL = blob => { blobs.push(blob); return '#'; };"
        "document.querySelector('#throughput-1 button.csv').click(); return blobs[0].text()"
    )
    lines = text.lstrip("\ufeff").splitlines()
    assert lines[0].startswith('"Model","Model, small print","Framework",')
    assert '"First step (in a fresh process) [s]"' in lines[0]
    assert lines[1].startswith('"gan"')
    assert ',"1515",' in lines[1]
    assert lines[2].startswith('"gan"')  # a header of two rows is written in both


def test_everything_is_readable_without_the_script(browser: Browser, page: Path) -> None:
    browser.open(page, script=False)
    try:
        source = browser.driver.execute_cdp_cmd("DOM.getDocument", {"depth": 0})["root"]["nodeId"]

        def shown(selector: str) -> list[int]:
            found = browser.driver.execute_cdp_cmd("DOM.querySelectorAll", {"nodeId": source, "selector": selector})
            return list(found["nodeIds"])

        assert shown("#filters[hidden]")
        assert shown("#weights[hidden]")
        assert not shown("button.sort, button.csv, .controls, .chooser, .other-case, .film [hidden], .play")
        assert len(shown(".walk img:not([hidden])")) == len(shown(".walk .moves[hidden]")) == 2
        assert len(shown(".answer")) == 2
    finally:
        browser.open(page)


def test_hostile_names_do_nothing(browser: Browser, make_page: Callable[..., Path]) -> None:
    def trials(made: Any) -> list[Any]:
        return [*made.trials(models=["gan", HOSTILE], dataset=HOSTILE), made.walking("cvae", dataset=HOSTILE)]

    hostile = json.loads(json.dumps(answer(HOSTILE)).replace("cvae[equal]", json.dumps(HOSTILE)[1:-1]))
    browser.open(make_page(trials, hostile))
    assert browser.complaints() == []
    assert browser.run("return document.title") == "demo · pairbench"
    assert browser.run("return document.querySelectorAll('script').length") == 2
    set_range(browser, "#weights [name=distance]", 0)
    assert browser.run("return document.querySelector('#weighed-0 .recipe').textContent") == HOSTILE
    browser.driver.find_element("css selector", ".walk button").send_keys(" ")
    assert visible(browser, ".walk .moves") == 1
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
    assert visible(browser, "svg.network") == 4

    numbers = "return [...document.querySelectorAll('#trials td:nth-child(9)')].map(e => +e.dataset.n)"
    for falling in (False, True):
        browser.run("document.querySelector('#trials thead th:nth-child(9) button').click()")
        found = browser.run(numbers)
        assert len(set(found)) > 1
        assert found == sorted(found, reverse=falling)

    browser.run("document.querySelector(`#filters [name='model'][value='gan']`).click()")
    assert visible(browser, "main [data-model=gan]") == 0
    assert visible(browser, "figure.chart svg [data-model='cvae[equal]']") > 0
    browser.run("document.querySelector('#filters [type=reset]').click()")
    browser.run("return new Promise(done => setTimeout(done, 50))")
    assert visible(browser, "main [data-model=gan]") > 0

    weighed = "return document.getElementById('weighed-0').textContent"
    before = browser.run(weighed)
    for name in browser.run("return [...document.querySelectorAll('#weights [type=range]')].map(e => e.name)"):
        set_range(browser, f"#weights [name={name}]", 100 if name == "cost" else 0)
    assert browser.run(weighed) != before
    assert browser.complaints() == []
    assert browser.requests() == []
