"""Scores of generated images: extractors, metrics, and the process that runs them.

The harness imports `record`, `cards`, `availability`, `inception_file` and no other module here: the others
are for the evaluator's process (`python -m bench.quality.evaluator`), which has PyTorch.
"""
