"""Experiments stand in a section of their own, beside the whole set's trials of the same seed, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bench.report import imagesets
from bench.report.experiments import experiments

if TYPE_CHECKING:
    from bench.report.table import Table
    from bench.results.folder import RunFolder
    from bench.results.record import TrialRecord
    from tests.report.conftest import MadeUp

WHOLE = "folder:/home/someone/pictures/<q>"
PART = f"{WHOLE}[classes=cats %26 dogs]"
KID = {"kid": 0.3, "kid_floor": 0.1, "kid_ceiling": 1.1}


def extra(made: MadeUp, seed: int = 0, **changes: Any) -> TrialRecord:
    facts = {"id": f"extra-{seed}", "quality": made.quality(None, **KID, n=190 + seed)}
    return made.trial("cvae", "torch", PART, seed, **facts | changes)


def run(made: MadeUp, *records: TrialRecord, name: str = "demo", **changes: Any) -> RunFolder:
    """Two seeds of the whole set, and these experiments."""
    trials = [
        made.trial("cvae", "torch", WHOLE, seed, quality=made.quality(40.0, **KID | {"kid": 0.6})) for seed in (0, 1)
    ]
    sets = {
        PART: made.dataset(PART, label="folder:<q>[classes=cats & dogs]", class_names=("cats & dogs",), classes=1),
        WHOLE: made.dataset(WHOLE, label="folder:<q>"),
    }
    facts = {"experiments": records, "experiments_planned": len(records), "datasets": sets}
    return made.run(trials, name, **facts | changes)


def table(folder: RunFolder) -> Table:
    found = experiments(*imagesets.labelled(folder.read()))
    assert found is not None
    return found


def test_a_row_has_class_kid_its_ends_and_both_positions(made: MadeUp) -> None:
    (group,) = table(run(made, extra(made))).groups
    assert (group.header, group.dataset, group.model) == ("folder:<q>", "folder:<q>", "cvae")
    texts = [value.text for value in group.rows[0] if value]
    command = extra(made).command
    assert texts == ["cats & dogs", "PyTorch", "0", "0.300", "0.800", "0.500", "ok", command]
    assert group.rows[0][3] is not None
    assert group.rows[0][3].detail == "real 0.100, noise 1.10"


@pytest.mark.parametrize("changes", [{"kid_floor": 1.1}, {"kid_ceiling": None}])
def test_a_position_needs_a_scale(made: MadeUp, changes: dict[str, Any]) -> None:
    (group,) = table(run(made, extra(made, quality=made.quality(None, **KID | changes)))).groups
    assert [value.text for value in group.rows[0][3:5] if value] == ["0.300", "n/a"]


def test_what_is_absent_says_why(made: MadeUp) -> None:
    few = extra(made, 1, quality=made.quality(None, absent={"kid": "N too small: 12 images"}))
    skipped = extra(made, 2, status="skipped", reason="99 + 20 images of this class are too few", quality=None)
    other = extra(made, 0, quality=made.quality(None, **KID, extractor="random-1"))
    found = table(run(made, few, skipped, other))
    rows = [[value.text for value in group.rows[0] if value] for group in found.groups]
    assert [row[3] for row in rows] == ["n/a", "n/a", "0.300"]
    assert [row[5] for row in rows] == ["0.500", "n/a", "n/a"]
    assert "N too small: 12 images" in found.footnotes
    assert "no trial on all classes has ended" in found.footnotes
    assert "not comparable: all classes were scored by fashion-mnist-162c87b7" in found.footnotes
    status = found.groups[1].rows[0][6]
    assert status is not None
    assert status.detail == "99 + 20 images of this class are too few"


def test_the_page_has_a_section_only_where_there_are_any(made: MadeUp) -> None:
    page = made.open(run(made, extra(made)))
    assert "experiments" in page.values("id")
    assert "#experiments" in page.values("href")
    assert "finished: 2 trials and 1 experiment" in page.text
    assert "<q>" not in page.html
    bare = made.open(run(made, name="bare"))
    assert "experiments" not in bare.values("id")
    assert "Experiments" not in bare.text


def test_a_run_whose_experiments_are_to_come_says_so(made: MadeUp) -> None:
    page = made.open(run(made, extra(made), experiments_planned=3))
    assert "running: 2 of 2 trials and 1 of 3 experiments" in page.text


def test_nothing_else_of_the_page_shows_an_experiment(made: MadeUp) -> None:
    """All but the section and what says how far the run is are the same to the byte."""
    with_one, without = (
        made.open(run(made, *some, name=name)).html.replace(name, "NAME")
        for some, name in (((extra(made), extra(made, 1)), "page-a"), ((), "page-b"))
    )
    start = with_one.index('<section id="experiments"')
    end = with_one.index("</section>", start) + len("</section>\n")
    rest = with_one[:start] + with_one[end:]
    rest = rest.replace('    <li><a href="#experiments">Experiments</a></li>\n', "")
    assert rest.replace(" and 2 experiments</span>", "</span>").split() == without.split()
