"""Downloads from several mirrors, verified by content, with a progress bar."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bench.datasets.integrity import DamagedError, verified
from bench.errors import UserError

if TYPE_CHECKING:
    from rich.progress import Progress

_TIMEOUT_SECONDS = 30.0
_CHUNK_BYTES = 64 * 1024


class Bar:
    """One line of a progress display, in the form that pooch drives (`total`, `update`, `reset`, `close`)."""

    def __init__(self, display: Progress, label: str) -> None:
        self._display = display
        self._task = display.add_task(label, total=None)

    @property
    def total(self) -> float | None:
        """Bytes expected; None as long as no server has told."""
        return self._display.tasks[self._task].total

    @total.setter
    def total(self, total: float) -> None:
        self._display.update(self._task, total=total or None)

    def update(self, count: float) -> None:
        """Count so many bytes more."""
        self._display.advance(self._task, count)

    def reset(self) -> None:
        """Begin again from nothing, as pooch does before it fills the bar at the end."""
        self._display.reset(self._task)

    def close(self) -> None:
        """End the line: whatever was expected has come."""
        self._display.stop_task(self._task)


@contextlib.contextmanager
def display(progress: bool) -> Iterator[Progress | None]:
    """A progress display on standard error for a number of downloads, or None where none is wanted."""
    if not progress:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        yield shown


def from_mirrors(file: str, mirrors: Sequence[str], sha256: str, shown: Progress | None = None) -> bytes:
    """The unpacked content of `file` from the first mirror that delivers it right.

    `mirrors` are addresses of folders, each with its final slash; `sha256` (hex) is of the unpacked content,
    so that every mirror may wrap it as it likes. A mirror that cannot be reached, refuses, or delivers other
    bytes is passed over. Raises `UserError` with each mirror's failure when none is left. Nothing is written
    to disk.
    """
    from pooch import HTTPDownloader

    failures = []
    for mirror in mirrors:
        bar = Bar(shown, file) if shown else False
        download = HTTPDownloader(progressbar=bar, chunk_size=_CHUNK_BYTES, timeout=_TIMEOUT_SECONDS)
        received = io.BytesIO()
        try:
            download(mirror + file, received, None)
            return verified(received.getvalue(), sha256)
        except (OSError, DamagedError) as error:  # all that the HTTP library raises is an OSError
            failures.append(f"{urlsplit(mirror).netloc}: {_reason(error)}")
    raise UserError(
        f"cannot fetch {file} from any mirror ({'; '.join(failures)}).\n"
        "Try again once the network is there: what has been fetched so far is kept."
    )


def _reason(error: Exception) -> str:
    """Why a mirror failed, in a few words: the HTTP library's own texts fill several lines."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"HTTP status {status}"
    return str(error) if isinstance(error, DamagedError) else type(error).__name__
