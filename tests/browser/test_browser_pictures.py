"""Pictures in a browser: films of training and walks move when they are asked to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser.conftest import Browser


def test_a_film_shows_one_checkpoint_and_the_slider_another(browser: Browser, page: Path) -> None:
    browser.open(page)
    films = browser.visible(".film")
    assert browser.visible(".film .picture") == films
    captions = (
        "return [...document.querySelectorAll('.films .film .picture')]"
        ".filter(e => e.checkVisibility()).map(e => e.textContent.trim())"
    )
    assert set(browser.run(captions)) == {"51,200 images"}
    browser.set_range(".films input", 0)
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
        assert browser.visible(".walk button") == 0
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_controls_say_whose_films_they_move(browser: Browser, page: Path) -> None:
    browser.open(page)
    groups = browser.driver.find_elements("css selector", ".controls")
    assert [group.aria_role for group in groups] == ["group"] * 2
    assert [group.accessible_name for group in groups] == [
        "Training on fashion-mnist-mini",
        "Training on mnist-mini",
    ]
