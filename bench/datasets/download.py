"""Downloads from several mirrors, verified by content, that go on where they were broken off.

What has come of a file is kept in the cache under the address that it comes from, and asked for no second time (HTTP
Range, RFC 9110, section 14). Nothing needs to be remembered of the server's own version of the file: should two of
them have been stitched together, the checksum tells, and the file is fetched again from its beginning.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from bench.datasets import places
from bench.datasets.integrity import DamagedError, verified
from bench.errors import UserError

if TYPE_CHECKING:
    from rich.progress import Progress

_TIMEOUT_SECONDS = 30.0
_CHUNK_BYTES = 64 * 1024
_TIMES = 3  # that a connection may break off before the next mirror is asked
MOST_BYTES = 512 * 2**20
"""What a mirror may send for a file, whose size nobody knows beforehand: ten times the largest one that we know."""


class BrokenOffError(OSError):
    """A connection that ended before the file did."""


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
    bytes, or more than `MOST_BYTES` of them, is passed over. Raises `UserError` with each mirror's failure when none
    is left; what has come by then is kept for the next time, unless it is whole and wrong.
    """
    failures = []
    for mirror in mirrors:
        bar = _Bar(shown, file)
        try:
            with _part(mirror + file) as part:
                content = _fetched(mirror + file, part, sha256, bar)
        except (OSError, DamagedError) as error:  # all that the HTTP library raises is an OSError
            failures.append(f"{urlsplit(mirror).netloc}: {_reason(error)}")
        else:
            for other in mirrors:
                _forget(other + file)
            return content
    raise UserError(
        f"cannot fetch {file} from any mirror ({'; '.join(failures)}).\n"
        "Try again once the network is there: what has been fetched so far is kept."
    )


@dataclass
class _Bar:
    """One line of a progress display, if there is one."""

    shown: Progress | None
    label: str

    def __post_init__(self) -> None:
        self._task = self.shown.add_task(self.label, total=None) if self.shown else None

    def move(self, done: int, total: int | None = None) -> None:
        """So many bytes are here, of so many."""
        if self.shown is not None and self._task is not None:
            self.shown.update(self._task, completed=done, total=total)


@contextlib.contextmanager
def _part(address: str) -> Iterator[IO[bytes]]:
    """The file that collects what comes from an address, for one process at a time; gone once it is empty."""
    path = _path(address)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.open("a+b")
    except OSError as error:
        raise places.cache_refused(error) from error
    with part:
        fcntl.flock(part, fcntl.LOCK_EX)
        try:
            yield part
        finally:
            if not part.seek(0, 2):
                path.unlink(missing_ok=True)


def _forget(address: str) -> None:
    """Remove what has come from an address, unless another process goes on with it."""
    path = _path(address)
    with contextlib.suppress(OSError), path.open("rb") as part:
        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


def _path(address: str) -> Path:
    return places.unfinished() / hashlib.sha256(address.encode()).hexdigest()[:32]


def _fetched(address: str, part: IO[bytes], sha256: str, bar: _Bar) -> bytes:
    """The unpacked content of the file at `address`; `part` holds its beginning, and nothing once it is whole."""
    had = part.seek(0, 2)
    if had:
        # Another process may have completed it while this one waited for its turn.
        with contextlib.suppress(DamagedError):
            return _verified(part, sha256)
        _receive(address, part, bar)
        # What was here before may have been the beginning of another file: then all of it is fetched again.
        with contextlib.suppress(DamagedError):
            return _verified(part, sha256)
        part.truncate(0)
    _receive(address, part, bar)
    try:
        return _verified(part, sha256)
    except DamagedError:
        part.truncate(0)
        raise


def _verified(part: IO[bytes], sha256: str) -> bytes:
    """The unpacked content of a whole file, which is then not kept as a part any more; else `DamagedError`."""
    part.seek(0)
    content = verified(part.read(), sha256)
    part.truncate(0)
    return content


def _receive(address: str, part: IO[bytes], bar: _Bar) -> None:
    """Append to `part` what is missing of the file, however often the connection breaks off while there is progress."""
    broken = 0
    while True:
        before = part.seek(0, 2)
        try:
            _receive_once(address, part, bar)
        except BrokenOffError:
            broken += 1
            if broken == _TIMES or part.seek(0, 2) <= before:
                raise
        else:
            return


def _receive_once(address: str, part: IO[bytes], bar: _Bar) -> None:
    """Append what one answer of the server brings; a server that knows no ranges sends all, which starts anew."""
    import requests
    from urllib3.exceptions import HTTPError

    had = part.seek(0, 2)
    # Bytes as they are stored, so that a range means the same every time.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={had}-"} if had else {})
    with requests.get(address, headers=headers, stream=True, timeout=_TIMEOUT_SECONDS) as answer:
        if had and answer.status_code == requests.codes.requested_range_not_satisfiable:
            # The file has become shorter than what is here of it, which therefore is of another file.
            part.truncate(0)
            return _receive_once(address, part, bar)
        answer.raise_for_status()
        partial = answer.status_code == requests.codes.partial_content
        if not (partial and answer.headers.get("Content-Range", "").startswith(f"bytes {had}-")):
            part.truncate(0)
            had = 0
        length = answer.headers.get("Content-Length", "")
        total = had + int(length) if length.isdecimal() and len(length) < 20 else None
        _check_size(part, max(had, total or 0))
        bar.move(had, total)
        try:
            for piece in answer.raw.stream(_CHUNK_BYTES, decode_content=False):
                part.write(piece)
                had += len(piece)
                _check_size(part, had)
                bar.move(had, total)
        except HTTPError as error:
            raise BrokenOffError(f"broke off after {had:,} bytes") from error
        finally:
            part.flush()


def _check_size(part: IO[bytes], size: int) -> None:
    """Stop before a server fills the disk; nothing of such a file is worth keeping."""
    if size > MOST_BYTES:
        part.truncate(0)
        raise DamagedError(f"it sends more than {MOST_BYTES:,} bytes")


def _reason(error: Exception) -> str:
    """Why a mirror failed, in a few words: the HTTP library's own texts fill several lines."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"HTTP status {status}"
    return str(error) if isinstance(error, (DamagedError, BrokenOffError)) else type(error).__name__
