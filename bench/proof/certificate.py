"""Certificates: what was proved of a pair, where and of which code, kept so that it is proved once."""

from __future__ import annotations

import functools
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bench import machine
from bench.code import code_hash
from bench.models import Choice
from bench.paths import cache_folder, write_atomically
from bench.proof.cases import EXACT
from bench.proof.compare import Row
from bench.proof.place import Place
from bench.results.record import Framework, PairRecord

FRAMEWORKS: tuple[Framework, ...] = ("torch", "tensorflow")
CODE = ("bench/models", "bench/proof", "bench/training", "models_tf", "models_torch")
"""What a proof depends on, with the frameworks' versions, the machine, the device, the precision and the mode."""


class Certificate(BaseModel):
    """The outcome of one proof: a model, in one mode, for training in one precision on one device."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    key: str
    model: str
    config: dict[str, Any]
    subject: dict[str, Any]
    """All that the key was made of."""
    made: str
    """ISO 8601, UTC."""
    rows: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        """Whether every quantity was within its tolerance."""
        return bool(self.rows) and all(row.passed for row in self.rows)

    @property
    def failures(self) -> list[str]:
        """What was not within its tolerance, each in a few words."""
        return [failure(row) for row in self.rows if not row.passed]

    def record(self) -> PairRecord:
        """The certificate as a trial's record carries it."""
        exact = [row for row in self.rows if row.precision == EXACT]
        largest: dict[str, float] = {}
        for row in exact:
            if row.deviation is not None:
                largest[row.quantity] = max(row.deviation, largest.get(row.quantity, 0.0))
        return PairRecord(
            certificate=self.key,
            proved=self.passed,
            reason=None if self.passed else self.failures[0] if self.rows else "nothing was compared",
            deviations=largest,
        )


def failure(row: Row) -> str:
    """A row that did not pass, in one line."""
    far = "not comparable" if row.deviation is None else f"{row.deviation:.1e} > {row.tolerance:.0e}"
    return f"{row.quantity} at {row.shape}, {row.precision}, {row.mode}, {row.between}: {far} ({row.where})"


def subject_of(choice: Choice, mode: str, place: Place) -> dict[str, Any]:
    """What a certificate is about."""
    return {
        "model": choice.description.name,
        "config": choice.settings,
        "code": code_hash(*CODE),
        "versions": {name: _versions(name, place.interpreters.get(name)) for name in FRAMEWORKS},
        "machine": machine.fingerprint()["fingerprint"],
        "device": place.device,
        "precision": place.precision,
        "mode": mode,
    }


@functools.cache
def _versions(framework: str, interpreter: str | None) -> dict[str, str] | None:
    found = machine.framework_versions(framework, interpreter)
    return None if found is None else dict(found)


def key_of(choice: Choice, mode: str, place: Place) -> str:
    """Sixteen hex digits that change with anything that a proof depends on."""
    content = json.dumps(subject_of(choice, mode, place), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def make(choice: Choice, mode: str, place: Place, rows: list[Row]) -> Certificate:
    """The certificate that follows from the rows of this model and mode among these."""
    return Certificate(
        key=key_of(choice, mode, place),
        model=choice.text,
        config=choice.settings,
        subject=subject_of(choice, mode, place),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        rows=tuple(row for row in rows if (row.model, row.mode) == (choice.text, mode)),
    )


def store(certificate: Certificate) -> Certificate:
    """Keep a certificate that passed; a failure is looked at again each time. Returns it."""
    if certificate.passed:
        write_atomically(_path(certificate.key), certificate.model_dump_json(indent=1) + "\n")
    else:
        _path(certificate.key).unlink(missing_ok=True)
    return certificate


def find_certificate(choice: Choice, mode: str, place: Place) -> Certificate | None:
    """The certificate that is kept of this very proof, if any; a damaged one counts as none."""
    try:
        return Certificate.model_validate_json(_path(key_of(choice, mode, place)).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _path(key: str) -> Path:
    return cache_folder() / "certificates" / f"{key}.json"
