"""A headless Chromium for pages that stand alone: no network, and whatever they say to the console is kept."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM, DRIVER = "chromium", "chromedriver"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
REPORT = Path(__file__).parents[1] / "report" / "conftest.py"


def made_up(folder: Path) -> Any:
    """What makes made-up runs: that of the page's own tests."""
    spec = importlib.util.spec_from_file_location("report_conftest", REPORT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MadeUp(folder)


class Browser:
    """One page at a time, at a width, in a scheme."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, page: Path, width: int = 1600, *, dark: bool = False, script: bool = True) -> None:
        """Open a page of this machine."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
        self.complaints()
        self.requests()
        self.driver.get(page.as_uri())

    def run(self, script: str, *arguments: object) -> Any:
        """What a script in the page returns."""
        return self.driver.execute_script(script, *arguments)

    def visible(self, selector: str) -> int:
        """How many elements of a selector are shown."""
        # Of a part of a drawing checkVisibility is true even where nothing of it is drawn.
        script = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".filter(e => e.checkVisibility() && !e.closest('[hidden]')).length"
        )
        return int(self.run(script, selector))

    def reading(self, text: str) -> list[str]:
        """Where evidence that is shown reads so, and nothing else: table cells, words of drawings, legends.

        The answers are left out: they speak of two recipes at once.
        """
        script = """
            const own = e => {
                const copy = e.cloneNode(true);
                for (const small of copy.querySelectorAll('small, sup, .order')) small.remove();
                return copy.textContent.trim();
            };
            return [...document.querySelectorAll('main :is(td, th, svg text, .legend li)')]
                .filter(e => !e.closest('#answer, #claims, [hidden]') && own(e) === arguments[0])
                .map(e => `${e.closest('section').id}: ${e.tagName}`)"""
        return [str(place) for place in self.run(script, text)]

    def click(self, selector: str) -> None:
        """Click the first element of a selector, wherever it is."""
        self.run("document.querySelector(arguments[0]).click()", selector)

    def tick(self, name: str, value: str) -> None:
        """Click a box of the filters."""
        self.click(f"#filters [name='{name}'][value='{value}']")

    def reset(self, form: str) -> None:
        """Click a form's button that resets it, and wait for what follows."""
        self.click(f"{form} [type=reset]")
        self.run("return new Promise(done => setTimeout(done, 50))")

    def set_range(self, selector: str, value: int) -> None:
        """Move a slider, and let it go."""
        self.run(
            "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
            "for (const name of ['input', 'change']) e.dispatchEvent(new Event(name, { bubbles: true }))",
            selector,
            value,
        )

    def announced(self) -> str:
        """What a screen reader was told last."""
        return str(self.run("return document.getElementById('announce').textContent"))

    def csv(self, selector: str) -> list[str]:
        """The lines that the button of a table's download gives."""
        text = self.run(
            "const blobs = []; URL.createObjectURL = blob => { blobs.push(blob); return '#'; };"
            "document.querySelector(arguments[0]).click(); return blobs[0].text()",
            selector,
        )
        return str(text).lstrip("\ufeff").splitlines()

    def complaints(self) -> list[str]:
        """What the console was told since last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Addresses that were asked for since last asked, but for pictures that stand in the page."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [address for address in asked if not address.startswith("data:")]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser; without one, the test is skipped."""
    pytest.importorskip("selenium", reason="selenium is not installed: pip install -e '.[test]'")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    chromium, driver = shutil.which(CHROMIUM), shutil.which(DRIVER)
    if chromium is None or driver is None:
        pytest.skip("no chromium or no chromedriver here: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(chrome)
    finally:
        chrome.quit()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, by npm; where that has none, the test is skipped."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here: apt-get install npm")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not bring axe-core within two minutes")
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        pytest.skip(f"npm cannot bring axe-core: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")
    return source.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def make_page(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that builds the page of a made-up run: `make_page(lambda made: [trials], answer={...})`."""
    import bench.report

    def make(trials: Callable[[Any], list[Any]], answer: object = None) -> Path:
        made = made_up(tmp_path_factory.mktemp("run"))
        folder = made.run(trials(made))
        if answer is not None:
            (folder.path / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
        return bench.report.build(folder)

    return make


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


@pytest.fixture(scope="session")
def make_answer() -> Callable[..., dict[str, Any]]:
    """A function that makes up an answer for data sets: `make_answer("mnist-mini")`; the first has a second arm."""

    def make(*datasets: str) -> dict[str, Any]:
        def one(dataset: str) -> dict[str, Any]:
            return {
                "setting": {"dataset": dataset, "label": dataset, "budget_words": "51,200 images"},
                "arm": "equal footing",
                "headline": True,
                "a": "gan",
                "b": "cvae[equal]",
                "sentence": f"gan wins on {dataset}.",
                "verdict": "supported",
                "winner": "gan",
                "reason": "nearer and more varied",
                "criteria": [
                    criterion("distance", 1.0, 0.75),
                    criterion("speed", 0.0, 0.25),
                    criterion("control", None, 0.0),
                ],
                "recommendation": {"recipe": "gan", "score": 0.75, "flips": 0.1, "reason": "gan scores 75 of 100"},
                "flips": [{"reason": "gan overtakes at 3,200 images"}],
            }

        second = {**one(datasets[0]), "headline": False, "arm": "as in the seed", "b": "cvae"}
        return {
            "over": True,
            "declared": {"least_seeds": 6, "weights": {"distance": 0.75, "speed": 0.25}},
            "answers": [*map(one, datasets), second],
            "frameworks": [],
            "claims": [{"id": 1, "claim": "GANs are fine", "verdict": "refuted", "reason": "no", "findings": []}],
        }

    return make


@pytest.fixture(scope="session")
def page(make_page: Callable[..., Path], make_answer: Callable[..., dict[str, Any]]) -> Path:
    """A page with everything on it: two data sets, five models, walks, classes, an answer for three cases."""

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

    return make_page(trials, make_answer("fashion-mnist-mini", "mnist-mini"))
