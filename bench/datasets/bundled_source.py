"""Data sets that are part of the installation: one .npz file each, in `bench/datasets/bundled/`."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bench.datasets.imageset import ImageSet
from bench.datasets.source import Source
from bench.errors import UserError

FOLDER = Path(__file__).parent / "bundled"
"""Where the bundled files are, with their licences and the script that made them."""


@dataclass(frozen=True, eq=False, kw_only=True)
class BundledSource(Source):
    """Labelled images in a bundled .npz file with the arrays of an `ImageSet`, the labels as uint8."""

    class_names: tuple[str, ...]
    """What the labels mean, in their order."""
    sha256: str
    """SHA-256 (hex) of the file as it was committed."""
    always_here: ClassVar[bool] = True
    bundled: ClassVar[bool] = True

    @property
    def path(self) -> Path:
        """The bundled file."""
        return FOLDER / f"{self.name}.npz"

    @property
    def how_to_get(self) -> str:
        """One line for the one case in which the file is not here: an incomplete installation."""
        return "bundled: install pairbench again if it is missing"

    @property
    def known_checksums(self) -> dict[str, str]:
        """Of the file; see `Source.known_checksums`."""
        return {self.path.name: self.sha256}

    def where(self) -> Path:
        """The bundled file: always named, because nothing but a broken installation lacks it."""
        return self.path

    def load(self) -> ImageSet:
        """Read the file and verify its checksum; see `Source.load`."""
        import numpy as np

        with np.load(io.BytesIO(self._content()), allow_pickle=False) as arrays:
            return ImageSet(
                name=self.name,
                train_images=arrays["train_images"],
                train_labels=arrays["train_labels"].astype(np.int64),
                test_images=arrays["test_images"],
                test_labels=arrays["test_labels"].astype(np.int64),
                class_names=self.class_names,
                domain=self.domain,
            )

    def fetch(self, progress: bool) -> Path:  # noqa: ARG002 - nothing is fetched, so nothing is shown
        """Verify the bundled file and return it: there is nothing to fetch."""
        self._content()
        return self.path

    def _content(self) -> bytes:
        """The bytes of the file, once they are found to be those that were committed."""
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise UserError(
                f"cannot read {self.path}, which belongs to the installation: {error.strerror}.\n"
                "Install pairbench again."
            ) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise UserError(
                f"{self.path} is damaged: its checksum is not the bundled file's.\nInstall pairbench again."
            )
        return content
