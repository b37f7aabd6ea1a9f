"""Bounds of the autoencoders: nats that mean different things never share a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.report.bounds import GIVEN_CLASS, bounds
from bench.report.table import Table, Value
from bench.results.groups import Setting
from bench.results.record import BoundRecord

if TYPE_CHECKING:
    from tests.report.conftest import MadeUp

SETTING = Setting("fashion-mnist-mini", "cpu", "fp32", "compiled")


def bound(pixels: str = "binary", elbo: float = -120.0, **changes: Any) -> BoundRecord:
    given: dict[str, Any] = {"n": 2000, "reconstruction": elbo + 20.25, "kl": 20.25, "iwae": elbo + 9, "iwae_n": 256}
    return BoundRecord(pixels=pixels, elbo=elbo, **(given | {"iwae_samples": 64} | changes))  # type: ignore[arg-type]


def texts(table: Table, group: int, line: int) -> list[str]:
    return [value.text for value in table.groups[group].rows[line] if isinstance(value, Value)]


def test_binarised_and_grey_bounds_have_tables_of_their_own(made: MadeUp) -> None:
    trials = [
        *made.trials(models=["cvae[equal]", "vae_dense"], bound=bound("grey", -210.0)),
        *made.trials(models=["cvae"], bound=bound()),
        *made.trials(models=["gan"], absent={"bound": "only autoencoders have one"}),
    ]
    binary, grey = bounds(SETTING, trials)
    assert [group.header for group in binary.groups] == ["cvae"]
    assert [group.header for group in grey.groups] == ["cvae[equal]", "vae_dense"]
    assert "binarised pixels" in binary.caption
    assert "training bound on grey values, not a normalised likelihood" in grey.caption
    assert [(column.title, column.hint) for column in binary.columns][4] == ("IWAE", "k = 64, n = 256")
    assert "In nats an image, means over n = 2,000 test images" in binary.protocol


def test_bounds_of_other_samples_are_not_set_beside_each_other(made: MadeUp) -> None:
    trials = [
        *made.trials(models=["cvae"], bound=bound()),
        *made.trials(models=["vae_conv"], bound=bound(iwae_samples=8)),
    ]
    assert [[group.header for group in table.groups] for table in bounds(SETTING, trials)] == [["cvae"], ["vae_conv"]]


def test_a_row_is_the_mean_over_seeds(made: MadeUp) -> None:
    trials = [made.trial("cvae", seed=seed, bound=bound(elbo=-120.0 - seed)) for seed in range(2)]
    (table,) = bounds(SETTING, trials)
    assert texts(table, 0, 0) == ["PyTorch", "−120.5", "−100.2", "20.2", "−111.5", "2"]
    elbo = table.groups[0].rows[0][1]
    assert elbo is not None
    assert [part.strip() for part in elbo.detail.replace("\N{WORD JOINER}", "").split("–")] == ["−121.0", "−120.0"]


def test_without_the_costly_bound_there_is_no_column_and_a_reason(made: MadeUp) -> None:
    none = bound(iwae=None, iwae_n=None, iwae_samples=None)
    (table,) = bounds(SETTING, made.trials(models=["cvae"], bound=none))
    assert "IWAE" not in [column.title for column in table.columns]
    assert "No IWAE: it is taken at standard and above" in table.protocol


def test_a_half_without_a_bound_says_why(made: MadeUp) -> None:
    trials = [
        made.trial("cvae", "tensorflow", bound=bound()),
        made.trial("cvae", "torch", status="diverged", reason="NaN at step 3", bound=None),
    ]
    (table,) = bounds(SETTING, trials)
    assert texts(table, 0, 1)[1] == "n/a"
    assert table.footnotes == ["seed 0 diverged: NaN at step 3"]


def test_a_conditional_bound_says_what_it_is_given(made: MadeUp) -> None:
    (table,) = bounds(SETTING, made.trials(models=["cvae", "cond_vae"], bound=bound()))
    assert [group.notes for group in table.groups] == [(), (1,)]
    assert table.footnotes == [GIVEN_CLASS]


def test_a_page_without_autoencoders_has_no_section_for_them(made: MadeUp) -> None:
    without = made.page(made.trials(models=["gan"], seeds=1))
    assert "bounds" not in without.values("id")
    with_one = made.open(made.run(made.trials(models=["cvae"], seeds=1, bound=bound()), name="cvae"))
    assert "bounds" in with_one.values("id")
    assert "#bounds" in with_one.values("href")


def test_an_iwae_of_a_few_images_is_no_figure(made: MadeUp) -> None:
    (few,) = bounds(SETTING, made.trials(models=["vae_conv"], bound=bound(iwae_n=9)))
    (enough,) = bounds(SETTING, made.trials(models=["vae_conv"], bound=bound(iwae_n=10)))
    assert [table.groups[0].rows[0][4].text for table in (few, enough)] == ["n/a", "−111.0"]
    assert few.footnotes == ["taken over 9 images only, and a mean needs 10 at least"]
