"""Certificates: what was proved of a pair, where and of which code, kept so that it is proved once."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bench import machine
from bench.code import code_hash, package_hash, read_code_hash
from bench.models import Choice
from bench.paths import cache_folder, write_atomically
from bench.proof.cases import EXACT
from bench.proof.compare import BETWEEN_HALVES, Row
from bench.proof.place import Place
from bench.results.record import PairRecord
from bench.study import FRAMEWORKS

OUR_PACKAGES = ("bench", "models_tf", "models_torch")
CODE = ("bench/models", "bench/proof", "bench/training", "models_tf", "models_torch")
"""What a proof depends on, with the frameworks' versions, the machine, the device, the precision and the mode."""


class Certificate(BaseModel):
    """The outcome of one proof: a model, in one mode, for training in one precision on one device."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    key: str
    model: str
    """As it was written in a study."""
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
        exact = [row for row in self.rows if row.precision == EXACT and row.between == BETWEEN_HALVES]
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
    """What a certificate is about, as plain JSON values: all that a proof depends on."""
    description = choice.description
    modules = {description.config.__module__, *(description.half(framework) for framework in FRAMEWORKS)}
    others = sorted(module for module in modules if module.partition(".")[0] not in OUR_PACKAGES)
    return {
        "model": description.name,
        "config": choice.settings,
        "code": code_hash(*CODE),
        "other_code": {module: package_hash(module) for module in others},
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


def key_of(subject: dict[str, Any]) -> str:
    """Sixteen hex digits that change with anything that a proof depends on."""
    return hashlib.sha256(json.dumps(subject, sort_keys=True).encode()).hexdigest()[:16]


def make(model: str, subject: dict[str, Any], rows: list[Row]) -> Certificate:
    """The certificate that follows from the rows of this model and mode among these."""
    return Certificate(
        key=key_of(subject),
        model=model,
        subject=subject,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        rows=tuple(row for row in rows if (row.model, row.mode) == (model, subject["mode"])),
    )


def store(certificate: Certificate) -> None:
    """Keep a certificate that passed, so that a run finds it; a failure is looked at again each time.

    Not kept is what was proved of code that has changed meanwhile, and what cannot be written: it is proved again.
    """
    with contextlib.suppress(OSError):
        if certificate.passed and certificate.subject["code"] == read_code_hash(*CODE):
            write_atomically(_path(certificate.key), certificate.model_dump_json(indent=1) + "\n")
        else:
            _path(certificate.key).unlink(missing_ok=True)


def find_certificate(choice: Choice, mode: str, place: Place) -> Certificate | None:
    """The certificate that is kept of this very proof, if any; a damaged one, or another's, counts as none."""
    subject = subject_of(choice, mode, place)
    try:
        found = Certificate.model_validate_json(_path(key_of(subject)).read_bytes())
    except (OSError, ValidationError):
        return None
    return found.model_copy(update={"model": choice.text}) if found.subject == subject and found.passed else None


def _path(key: str) -> Path:
    return cache_folder() / "certificates" / f"{key}.json"
