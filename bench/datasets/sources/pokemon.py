"""Pokémon: the pictures of the notebooks, which have no open licence and so are never part of the installation."""

from __future__ import annotations

from bench.datasets.brought_source import BroughtSource

POKEMON = BroughtSource(
    name="pokemon",
    title="pictures of Pokémon, one a species, on white",
    licence="none that allows passing them on; Nintendo, Creatures, GAME FREAK",
    origin="https://www.kaggle.com/datasets/kvpratama/pokemon-images-dataset, or your own folder",
    kaggle="kvpratama/pokemon-images-dataset",
    kaggle_folder="pokemon",
)

SOURCES = (POKEMON,)
