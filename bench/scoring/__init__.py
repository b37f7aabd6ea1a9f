"""Scores of images that anybody made: a folder, an .npz file, a finished trial (`python -m bench score`)."""

from bench.scoring.score import Scored, ScoreOrder, score_images

__all__ = ["ScoreOrder", "Scored", "score_images"]
