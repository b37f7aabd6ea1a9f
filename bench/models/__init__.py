"""The models, framework-free: one file a model, found by walking this folder; no registry to edit.

A file that has a `DESCRIPTION` describes a model. Other people's packages add theirs through the entry-point
group `pairbench.models`, each naming a `Description`.
"""

from bench.models.catalogue import descriptions, find
from bench.models.choice import Choice, choose, every_choice

__all__ = ["Choice", "choose", "descriptions", "every_choice", "find"]
