"""What `list` lists, as rows of plain values: everything for JSON, the gist for people. Imports no framework."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import models
from bench.budget import BUDGETS

Row = dict[str, Any]


def models_() -> list[Row]:
    """Every model and named variant."""
    return [
        {
            "model": choice.text,
            "title": choice.description.title,
            "family": choice.description.family,
            "objective": choice.description.objective,
            "source": choice.description.source,
            "config": choice.settings,
        }
        for choice in models.every_choice()
    ]


def datasets_() -> list[Row]:
    """Every data set, and where it is."""
    from bench import datasets

    return [row.as_json() for row in datasets.rows()]


def budgets() -> list[Row]:
    """The presets."""
    return [
        {
            "budget": budget.name,
            "images": "recipe's epochs" if budget.images is None else budget.images,
            "batch_size": "recipe's" if budget.batch_size is None else budget.batch_size,
            "seeds": budget.seeds,
            "purpose": budget.purpose,
        }
        for budget in BUDGETS.values()
    ]


def extractors() -> list[Row]:
    """The bundled and the user's extractors by their cards, random features, and whether Inception-2015 is here."""
    from bench.errors import UserError
    from bench.quality.cards import BUNDLED, cards, folders
    from bench.quality.inception_file import find_inception_weights
    from bench.quality.random_weights import DIMENSION, NAME

    rows = [
        {
            "extractor": name,
            "kind": "domain",
            "for": card.domain if card.fingerprint is None else card.dataset,
            "dimension": card.dimension,
            "test_accuracy": card.test_accuracy,
            "where": "bundled" if folder == BUNDLED else str(folder),
            "how_to_get": None,
        }
        for folder in folders()
        for name, card in cards(folder).items()
    ]
    where, how_to_get = None, None
    try:
        where = str(find_inception_weights())
    except UserError as error:
        how_to_get = " ".join(str(error).split())
    inception = {
        "extractor": "Inception-2015",
        "kind": "inception",
        "for": "any images",
        "dimension": 2048,
        "test_accuracy": None,
        "where": where,
        "how_to_get": how_to_get,
    }
    random = {
        "extractor": NAME,
        "kind": "random",
        "for": "images without a domain extractor",
        "dimension": DIMENSION,
        "test_accuracy": None,
        "where": "drawn by a fixed seed",
        "how_to_get": None,
    }
    return [*rows, random, inception]


def runs(out: Path) -> list[Row]:
    """The runs in OUT."""
    from bench.errors import UserError
    from bench.results.folder import runs as folders

    rows: list[Row] = []
    for folder in folders(out):
        try:
            record = folder.read()
        except UserError as error:
            rows.append({"run": folder.name, "created": None, "trials": None, "planned": None, "note": str(error)})
            continue
        failed = sum(trial.status not in ("ok", "skipped") for trial in (*record.trials, *record.experiments))
        done, extra = len(record.experiments), record.experiments_planned
        notes = [f"{failed} failed"] * bool(failed) + [f"{done} of {extra} experiments"] * (done < extra)
        rows.append(
            {
                "run": folder.name,
                "created": record.created,
                "trials": len(record.trials),
                "planned": record.planned,
                "note": ", ".join(notes) or None,
            }
        )
    return rows


LISTINGS: dict[str, Callable[[], list[Row]]] = {
    "models": models_,
    "datasets": datasets_,
    "budgets": budgets,
    "extractors": extractors,
}
"""`runs` needs to know where and is called by itself."""


def brief(what: str, rows: list[Row]) -> list[Row]:
    """The columns of a listing that a terminal has room for; `--json` has them all."""
    return [BRIEF[what](row) for row in rows] if what in BRIEF else rows


def _brief_model(row: Row) -> Row:
    return {key: row[key] for key in ("model", "title", "family", "config")}


def _brief_dataset(row: Row) -> Row:
    size = None
    if row["sizes"]:
        shape = "×".join(map(str, row["sizes"]["image_shape"]))
        size = f"{row['sizes']['train']:,} + {row['sizes']['test']:,} of {shape}"
    absent = row["how_to_get"] if row["always_here"] else f"not here: {row['how_to_get']}"
    where = "bundled" if row["bundled"] else row["where"] or absent
    return {"name": row["name"], "title": row["title"], "size": size, "licence": row["licence"], "where": where}


def _brief_extractor(row: Row) -> Row:
    where = row["where"] or "not here: see python -m bench doctor"
    return {**{key: value for key, value in row.items() if key != "how_to_get"}, "where": where}


BRIEF: dict[str, Callable[[Row], Row]] = {
    "models": _brief_model,
    "datasets": _brief_dataset,
    "extractors": _brief_extractor,
}
