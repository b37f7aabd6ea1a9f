"""Scores of generated images: extractors, metrics, and the process that runs them.

Importing what the harness needs of it (`record`, `cards`, `availability`, `inception_file`, `extractors`, `score`)
brings no framework along; the rest runs in the evaluator's process (`python -m bench.quality.evaluator`), which has
PyTorch.
"""
