"""A folder of pictures as a data set: `folder:PATH[,size=64][,channels=3]`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.datasets.folders.names import FOLDER, FolderName, read_folder_name
from bench.datasets.folders.scan import shown
from bench.datasets.imageset import ImageSet
from bench.datasets.source import Source
from bench.paths import cache_folder

if TYPE_CHECKING:
    from bench.datasets.folders.entry import Entry
    from bench.datasets.preparation import Skipped


@dataclass(frozen=True, eq=False, kw_only=True)
class FolderSource(Source):
    """Pictures in a folder of the user's; prepared when they are first asked for, and kept in the cache."""

    folder: FolderName
    """Which folder, and the form of its pictures."""

    @property
    def label(self) -> str:
        """The folder's own name and the options."""
        return f"{FOLDER}{shown(self.folder.path.name)}{self.folder.options}"

    @property
    def how_to_get(self) -> str:
        """For the case that the folder has gone since its name was read."""
        return f"put pictures into {shown(str(self.folder.path))}"

    def where(self) -> Path | None:
        """The folder."""
        return self.folder.path if self.folder.path.is_dir() else None

    def load(self) -> ImageSet:
        """The pictures, prepared now unless they are in the cache; see `Source.load`."""
        entry, skipped = self._prepared()
        return entry.images(self.name, self.folder.path, skipped)

    def fetch(self, progress: bool) -> Path:  # noqa: ARG002 - preparing shows its own progress on a terminal
        """Prepare the pictures, and return the folder of the cache in which they are kept."""
        return self._prepared()[0].folder

    def _prepared(self) -> tuple[Entry, tuple[Skipped, ...]]:
        """The entry in the cache, and the files left out before their content counted."""
        from bench.code import code_hash
        from bench.datasets.folders.content import content
        from bench.datasets.folders.entry import obtain
        from bench.datasets.folders.layout import layout
        from bench.datasets.folders.prepare import prepare
        from bench.datasets.folders.scan import scan

        scanned = scan(self.folder.path)
        found = layout(scanned)
        cache = cache_folder() / "prepared"
        held = content(found.files, cache / "seen")
        skipped = (*scanned.skipped, *found.skipped, *held.unreadable)
        # Not Pillow's version: the interpreters of two frameworks may have two, and both are to get the same bytes.
        key = [
            held.digest,
            self.folder.size,
            self.folder.channels,
            found.given,
            code_hash("bench/datasets/folders"),
        ]
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]
        make = partial(prepare, name=self.folder, found=found, digest=held.digest, skipped_before=skipped)
        return obtain(cache / name, make), skipped


def folder_source(name: str) -> FolderSource:
    """The source that a name says, which begins with `folder:`. Raises `UserError` (see `read_folder_name`)."""
    folder = read_folder_name(name)
    path = shown(str(folder.path))
    return FolderSource(
        name=str(folder),
        title=f"your pictures in {path}",
        licence="yours to know",
        origin=path,
        folder=folder,
    )
