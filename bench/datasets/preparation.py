"""`Preparation`: how images came to be what they are, for sets that are made from other files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Skipped:
    """A file that is not in the data set, and why."""

    file: str
    """Relative to the folder, fit to be printed on one line."""
    reason: str
    """In a few words: "truncated"."""

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


@dataclass(frozen=True)
class Preparation:
    """What was done to the files of a data set before anybody saw it as images."""

    path: str
    """The folder or file that was read, fit to be printed on one line."""
    made: str
    """How a file became a picture, in words."""
    split: str
    """How training and test pictures were parted, in words."""
    near_duplicate_groups: int
    """Groups of two or more pictures that are nearly the same."""
    straddling_groups: int
    """How many of them have pictures on both sides: 0 unless the split was given."""
    skipped: tuple[Skipped, ...] = ()
    """Files that were left out, by name."""
