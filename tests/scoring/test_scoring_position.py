"""A distance stands at a rung, between two or beyond all; exactly only at the ladder's N and reference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import datasets
from bench.quality.cards import Rung, card_of_domain
from bench.quality.record import Quality
from bench.scoring.position import position

RUNGS = {"real": (0.5, 0.01), "blurred": (20.0, 0.4), "noise": (100.0, 2.0)}


@pytest.fixture
def card():
    """A card with three rungs, of N = 2,000."""
    rungs = {name: Rung(fd=fd, inception_score=None, kid=kid) for name, (fd, kid) in RUNGS.items()}
    return card_of_domain("mnist").model_copy(update={"ladder": rungs, "floor_n": 2000})


@pytest.fixture
def mnist():
    """The data set that the card was made with, by its name."""
    return replace(datasets.load("mnist-mini"), name="mnist")


def quality(n=2000, **figures):
    absent = dict.fromkeys(set(Quality.figures()) - figures.keys(), "N too small")
    return Quality(extractor="random-0", title="FD", n=n, reference="test", absent=absent, **figures)


@pytest.mark.parametrize(
    ("fd", "text"),
    [
        (0.4, "FD 0.400 is at 'real' (0.500)"),
        (0.5, "FD 0.500 is at 'real' (0.500)"),
        (0.6, "FD 0.600 is between 'real' (0.500) and 'blurred' (20.0)"),
        (20.0, "FD 20.0 is not told apart from 'blurred' (20.0)"),
        (19.9, "FD 19.9 is between 'real' (0.500) and 'blurred' (20.0)"),
        (25.0, "FD 25.0 is between 'blurred' (20.0) and 'noise' (100)"),
        (101.0, "FD 101 is beyond 'noise' (100), the highest rung"),
    ],
)
def test_it_names_the_rungs_on_both_sides(card, mnist, fd, text):
    assert position(quality(fd=fd), card, mnist) == f"{text} (exact: the ladder has the same N = 2,000)"


def test_at_another_n_it_is_about(card, mnist):
    said = position(quality(n=1500, fd=25.0), card, mnist)
    assert said.endswith("(about: the ladder is of N = 2,000, this of N = 1,500, and FD falls with N)")


def test_against_another_data_set_it_is_about(card, mnist):
    mini = datasets.load("mnist-mini")
    said = position(quality(fd=25.0), card, mini)
    assert said.endswith("(about: the ladder is of mnist, this of mnist-mini)")
    mine = card.model_copy(update={"fingerprint": mini.fingerprint})
    assert position(quality(fd=25.0), mine, mini).endswith("(exact: the ladder has the same N = 2,000)")
    assert "(about: " in position(quality(fd=25.0), mine.model_copy(update={"fingerprint": "0" * 64}), mnist)


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ({"kid": 0.3, "kid_std": 0.06}, "not told apart from 'blurred' (0.400)"),
        ({"kid": 0.3, "kid_std": 0.04}, "between 'real' (0.0100) and 'blurred' (0.400)"),
        ({"kid": 0.2, "kid_std": 0.1}, "not told apart from 'real' (0.0100), 'blurred' (0.400)"),
        ({"kid": -0.02, "kid_std": 0.01}, "at 'real' (0.0100)"),
        ({"kid": 0.005, "kid_std": 0.3}, "at 'real' (0.0100), and not told apart from 'blurred' (0.400)"),
        ({"kid": 0.02, "kid_floor": 0.03}, "at 'real' (0.0100)"),
        ({"fd": 19.0, "fd_interval": (18.0, 21.0)}, "not told apart from 'blurred' (20.0)"),
        ({"fd": 17.0, "fd_interval": (18.0, 19.0)}, "between 'real' (0.500) and 'blurred' (20.0)"),
        ({"fd": 3.0, "floor": 4.0}, "at 'real' (0.500)"),
    ],
    ids=str,
)
def test_what_lies_within_its_spread_is_not_told_apart(card, mnist, figures, text):
    said = position(quality(**figures), card, mnist)
    assert said.partition(" is ")[2].startswith(f"{text} (")
    assert "below 'real'" not in said


def test_rungs_are_set_in_order_by_their_distance(card, mnist):
    swapped = card.model_copy(update={"ladder": dict(reversed(card.ladder.items()))})
    assert position(quality(fd=25.0), swapped, mnist) == position(quality(fd=25.0), card, mnist)
    unreal = card.model_copy(update={"ladder": {name: card.ladder[name] for name in ("noise", "blurred")}})
    assert position(quality(fd=5.0), unreal, mnist).startswith("FD 5.00 is below 'blurred' (20.0), the lowest rung")


def test_where_there_is_no_fd_kid_decides(card, mnist):
    said = position(quality(n=300, kid=0.3), card, mnist)
    assert said.startswith("KID 0.300 is between 'real' (0.0100) and 'blurred' (0.400) (by KID")
    without = {name: rung.model_copy(update={"fd": None}) for name, rung in card.ladder.items()}
    assert position(quality(fd=25.0, kid=0.3), card.model_copy(update={"ladder": without}), mnist).startswith("KID 0.3")


def test_what_cannot_be_said_has_its_reason(card, mnist):
    assert position(quality(), card, mnist) == "no distance was measured: N too small"
    assert position(quality(fd=1.0), None, mnist) == "random-0 has no ladder: only trained domain extractors have one"


def test_the_bundled_ladders_are_told_by_both_distances():
    for domain in ("mnist", "fashion-mnist", "monsters"):
        ladder = card_of_domain(domain).ladder
        assert all(rung.fd is not None and rung.kid is not None for rung in ladder.values())
        assert min(ladder, key=lambda name: ladder[name].kid) == "real"
