"""Tables fit, names are shown as they are written, and progress is lines where there is no terminal."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from bench import console, doctor, listing
from bench.experiments import Experiments
from bench.plan import Trial, expected_seconds
from bench.quality.record import Quality
from bench.results.folder import RunFolder
from bench.results.record import RunRecord, TrialRecord
from bench.run import Run
from bench.study import make_study

NASTY = "[bold]x[/] :boom: \\[y]"
"""What markup, emoji and escapes would make something else of."""


@pytest.fixture
def run(make_trial) -> Run:
    trials: list[Trial] = [make_trial(0), make_trial(1, dataset=NASTY), make_trial(2, dataset="b", skip=NASTY)]
    study = make_study({"models": "gan", "datasets": "mnist-mini"})
    return Run(RunFolder(Path("out/a")), study, trials, [], ("domain",), "cpu", 2)


@pytest.fixture
def terminal(monkeypatch) -> io.StringIO:
    """A terminal in place of standard error."""
    stream = io.StringIO()
    monkeypatch.setattr(
        console, "err", Console(file=stream, force_terminal=True, width=100, highlight=False, emoji=False)
    )
    return stream


def results(*records: TrialRecord) -> RunRecord:
    return RunRecord(
        name="a",
        created="2026",
        command="",
        study={},
        machine={},
        versions={},
        git=None,
        trials=records,
        experiments=(),
        planned=len(records),
    )


@pytest.mark.parametrize("what", listing.LISTINGS)
def test_tables_fit(what, capsys):
    rows = listing.LISTINGS[what]()
    console.print_rows(what, rows, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= console.WIDTH_WITHOUT_TERMINAL
    assert len(lines) <= 2 + 3 * len(rows)
    assert all(str(next(iter(row.values()))) in "\n".join(lines) for row in rows)


def test_no_rows_are_told(capsys):
    console.print_rows("runs", [], as_json=False)
    assert capsys.readouterr().out == "no runs here\n"
    console.print_rows("runs", [], as_json=True)
    assert capsys.readouterr().out == "[]\n"


def test_values_are_shown_as_they_are(capsys):
    console.print_rows("things", [{"name": NASTY, NASTY: 1_000_000, "flag": True, "none": None}], as_json=False)
    head, _, row = capsys.readouterr().out.splitlines()
    assert head.split("  ")[:1] == ["name"]
    assert NASTY in head
    assert NASTY in row
    assert "1,000,000" in row
    assert "yes" in row
    assert "None" not in row


def test_a_note_is_one_line_as_it_is(capsys):
    console.note(f"{NASTY} {'long ' * 60}end")
    written = capsys.readouterr().err
    assert written.startswith(NASTY)
    assert written.count("\n") == 1


def test_json_has_no_nan():
    with pytest.raises(ValueError, match="JSON compliant"):
        console.print_json({"a": float("nan")})


def test_a_plan_names_every_cell_and_why_one_is_skipped(run, capsys):
    console.print_plan(run)
    written = capsys.readouterr().out
    assert written.count(NASTY) == 2
    assert "gan" in written
    assert "3 trials, on cpu, 2 threads, extractors: domain; about " in written


def test_a_plan_that_goes_on_says_how_much_is_done(run, capsys):
    done = run.trials[0].record(status="ok")
    console.print_plan(Run(**{**vars(run), "finished": [done]}))
    assert "3 trials, 1 of them finished before, on cpu" in capsys.readouterr().out


@pytest.fixture
def extra(run, make_trial) -> Run:
    """The run with three experiments, of which one is skipped."""
    found = [
        make_trial(seed, id=f"extra-{seed}", dataset=f"mnist-mini[classes={seed}]", skip=NASTY if seed == 2 else None)
        for seed in range(3)
    ]
    return Run(**{**vars(run), "experiments": Experiments(found)})


def test_a_plan_has_a_row_for_the_experiments_of_a_set_and_counts_their_time(run, extra, capsys):
    console.print_plan(extra)
    written = capsys.readouterr().out
    rows = [line.split("  ") for line in written.splitlines() if "one class a seed" in line]
    assert [[cell.strip() for cell in row if cell.strip()][-1] for row in rows] == [
        "experiment",
        f"experiment: {NASTY}",
    ]
    assert [[cell.strip() for cell in row if cell.strip()][3] for row in rows] == ["2", "1"]
    assert "3 trials and 3 experiments, on cpu" in written
    assert sum(map(expected_seconds, extra.pending)) > sum(map(expected_seconds, run.pending))


def test_an_experiment_is_a_line_of_the_whole_that_says_so(extra, capsys):
    with console.display(extra) as shown:
        shown.trial_finished(extra.trials[0].record(status="failed", reason="no luck"))
        shown.trial_finished(extra.experiments.trials[1].record(status="failed", reason="no luck"))
    first, second = capsys.readouterr().err.splitlines()
    assert first == "[1/6] gan on mnist-mini, torch, seed 0: failed: no luck"
    assert second == "[2/6] experiment: gan on mnist-mini[classes=1], torch, seed 1: failed: no luck"


def test_bars_say_what_is_an_experiment(extra, terminal):
    with console.display(extra) as shown:
        shown.trial_progress(extra.experiments.trials[1], 0.5)
        shown.trial_finished(extra.experiments.trials[1].record(status="failed", reason="no luck"))
    written = terminal.getvalue()
    assert "experiment: gan on mnist-mini[classes=1]" in written
    assert "torch, seed 1: failed: no luck" in written


def test_results_of_experiments_stand_apart_and_a_run_without_them_is_not_over(extra, capsys):
    ended = [trial.record(status="failed", reason="no luck") for trial in extra.everything]
    record = results(*ended[:3]).model_copy(update={"experiments": tuple(ended[3:5]), "experiments_planned": 3})
    console.print_results(record)
    ordinary, apart = capsys.readouterr().out.split("Experiments, which only serve a claim:")
    assert "[classes=" not in ordinary
    assert apart.count("mnist-mini[classes=") == 2
    assert apart.splitlines()[-1] == "3 of 3 trials and 2 of 3 experiments; the run is not over"


@pytest.mark.parametrize("limit", [{"images": None, "seconds": 90.0}, {"images": None, "seconds": None}])
def test_a_plan_shows_seconds_and_what_is_not_known(run, capsys, limit):
    for trial in run.trials:
        object.__setattr__(trial, "budget", trial.budget.model_copy(update=limit))
    console.print_plan(run)
    assert ("90 s" if limit["seconds"] else "?") in capsys.readouterr().out


def test_results_are_a_row_each_with_the_reason(run, capsys):
    failed = run.trials[1].record(status="failed", reason=NASTY)
    ended = run.trials[0].record(status="ok", images_per_second=1234.5, absent={"quality": "scoring needs PyTorch"})
    console.print_results(results(ended, failed))
    lines = capsys.readouterr().out.splitlines()
    assert "1,234" in lines[2]
    assert "n/a" in lines[2]
    assert "failed" in lines[3]
    # The data set's name alone: a reason in the row would squeeze its columns.
    assert lines[3].count(NASTY) == 1
    assert lines[3].split()[-1] == "(1)"
    assert lines[4] == f"(1) {NASTY}"


def few(**figures) -> Quality:
    """The score of a set that is too small for a Fréchet distance."""
    absent = dict.fromkeys(Quality.figures(), "too few: KID decides")
    absent = {name: reason for name, reason in absent.items() if name not in figures}
    return Quality(extractor="random-0", title="FD-random", n=120, reference="test", absent=absent, **figures)


def test_kid_has_a_column_where_a_trial_has_one(run, capsys):
    scored = run.trials[0].record(status="ok", quality=few(kid=0.12345, kid_floor=0.01))
    console.print_results(results(scored, run.trials[1].record(status="failed", reason=NASTY)))
    head, _, first, second, protocol, reason = capsys.readouterr().out.splitlines()
    assert "KID" in head
    assert first.split()[-1] == "(1)"
    assert protocol == "(1) FD-random, N = 120 on each side, against test"
    assert reason == f"(2) {NASTY}"
    assert "0.1235" in first or "0.1234" in first
    assert second.count("n/a") == 4
    console.print_results(results(run.trials[0].record(status="ok", quality=few())))
    assert "KID" not in capsys.readouterr().out.splitlines()[0]
    assert console.outcome(scored).endswith("no FD: too few: KID decides; KID 0.1235 (real 0.0100)")
    assert console.outcome(run.trials[0].record(status="ok", quality=few())).endswith("no FD: too few: KID decides")


def test_scores_are_shown_with_their_interval_and_fit(run, capsys):
    figures = {"fd": 1234.5, "fd_interval": (1200.0, 1261.0), "is": 8.125, "kid": 0.12345}
    figures |= {"precision": 0.5, "recall": 0.25, "coverage": 0.125}
    title = "FD-domain [fashion-mnist-a1a97d04]"
    absent = {name: "n/a" for name in Quality.figures() if name not in figures}
    reference = "fashion-mnist-mini test, 1,500 of 2,000 images"
    quality = Quality(extractor="f", title=title, n=1500, reference=reference, absent=absent, **figures)
    trial = run.trials[0].record(status="ok", quality=quality, images_per_second=123_456.0)
    named = trial.model_copy(
        update={"model": "cvae[equal]", "dataset": "fashion-mnist-mini", "framework": "tensorflow"}
    )
    console.print_results(results(named, trial.model_copy(update={"quality": few(kid=0.1)})))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= console.WIDTH_WITHOUT_TERMINAL
    head, _, first, second, *protocols, interval = lines
    assert "1,230 (1,200–1,260)" in first
    assert head.split()[-1] == "by"
    assert "0.50 / 0.25" in first
    assert [line.split()[-1] for line in (first, second)] == ["(1)", "(2)"]
    assert protocols == [
        f"(1) {title}, N = 1,500 on each side, against {reference}",
        "(2) FD-random, N = 120 on each side, against test",
    ]
    assert "95 % bootstrap interval" in interval


def test_a_run_ends_with_its_straight_answers(capsys):
    told = SimpleNamespace(headline=True, sentence=f"The GAN wins on {NASTY}.", confidence="Sure.")
    beside = SimpleNamespace(headline=False, sentence="The other arm.", confidence="")
    console.print_headlines(SimpleNamespace(answers=[told, beside]))
    assert capsys.readouterr().out == f"\nThe GAN wins on {NASTY}. Sure.\n"
    console.print_headlines(SimpleNamespace(answers=[beside]))
    assert capsys.readouterr().out == ""


def test_an_outcome_is_one_line(run):
    ended = run.trials[0].record(status="ok", images_per_second=1000.0, absent={"quality": "scoring needs PyTorch"})
    assert console.outcome(ended) == "gan on mnist-mini, torch, seed 0: ok, 1,000 images/s, scoring needs PyTorch"
    failed = run.trials[0].record(status="failed", reason="no luck")
    assert console.outcome(failed) == "gan on mnist-mini, torch, seed 0: failed: no luck"


def test_findings_are_shown_with_their_marks(capsys):
    facts = {"cpu": "A [fast] CPU", "cores": 2, "memory_bytes": 2**33, "os": "Linux"}
    findings = doctor.Findings(facts, {"torch": "2.0"}, (doctor.Finding("GPU", "note", NASTY),))
    console.print_findings(findings)
    written = capsys.readouterr().out
    assert "A [fast] CPU, 2 cores, 8 GiB" in written
    assert f"note   GPU   {NASTY}" in written


def test_without_a_terminal_progress_is_a_line_a_trial(run, capsys):
    with console.display(run) as shown:
        for trial in run.trials[:2]:
            shown.trial_progress(trial, 0.5)
            shown.trial_finished(trial.record(status="failed", reason=NASTY))
    lines = capsys.readouterr().err.splitlines()
    assert [line[:6] for line in lines] == ["[1/3] ", "[2/3] "]
    assert all(line.endswith(f"failed: {NASTY}") for line in lines)


def test_on_a_terminal_progress_is_bars_that_end(run, terminal):
    with console.display(run) as shown:
        for trial in run.trials:
            shown.trial_progress(trial, 0.5)
            shown.trial_finished(trial.record(status="failed", reason=NASTY))
    written = terminal.getvalue()
    assert f"failed: {NASTY}" in written
    assert "\x1b[?25h" in written  # the cursor is back


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (89, "89 s"), (95, "2 min"), (5000, "83 min"), (9000, "2.5 h")]
)
def test_durations(seconds, text):
    assert console._duration(seconds) == text


def test_work_is_a_line_for_what_is_new(capsys):
    with console.work() as shown:
        for text, fraction in [("training", 0.0), ("training", 0.2), (NASTY, 0.5), (NASTY, 0.6)]:
            shown(text, fraction)
    assert capsys.readouterr().err.splitlines() == ["[0%] training", f"[50%] {NASTY}"]


def test_on_a_terminal_work_is_a_bar_that_ends(terminal):
    with console.work() as shown:
        shown(NASTY, 0.5)
    assert NASTY in terminal.getvalue()
    assert "\x1b[?25h" in terminal.getvalue()  # the cursor is back
