"""`python -m faked ...` is `python -m bench ...` with fake worker, probe and evaluator and an empty page."""

import signal
from functools import partial

from bench import machine, report, run
from bench.cli import main
from bench.execution import evaluation
from bench.execution.local import LocalExecutor
from bench.proof import Place

if __name__ == "__main__":
    # A shell that starts something in the background may tell it to ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    machine.gpus = list
    machine.framework_versions = lambda name, _=None: {name: "1.0"}
    report.build = lambda folder: folder.report.write_text("page")
    run.LocalExecutor = partial(LocalExecutor, worker="fake_worker")
    run.Place = partial(Place, probe="fake_probe")
    run.Evaluator = partial(evaluation.Evaluator, evaluator="fake_evaluator")
    evaluation.scoring_unavailable = lambda: None
    main()
