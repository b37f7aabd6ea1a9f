"""A tiny data set in four idx files, places of its own to look for it, and a server to fetch it from."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets import ImageSet, find, places
from bench.datasets.idx_source import FILES, IdxSource


def _idx_bytes(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">I{array.ndim}I", 0x0800 | array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def idx_bytes() -> Callable[[NDArray[np.uint8]], bytes]:
    """The idx file of a uint8 array, written by other code than that which reads it."""
    return _idx_bytes


@dataclass
class Places:
    """The three folders in which the data set "tiny" is looked for, in that order."""

    named: Path
    cache: Path
    system: Path


@pytest.fixture
def three_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "named"))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", (tmp_path / "system",))
    return Places(tmp_path / "named/tiny", tmp_path / "cache/datasets/tiny", tmp_path / "system/tiny")


@dataclass
class Tiny:
    """Seven training and three test images of 4×5 pixels: their arrays, their files, their source."""

    arrays: dict[str, NDArray[np.uint8]]
    files: dict[str, bytes]
    source: IdxSource

    def put(self, folder: Path, compressed: bool = True) -> None:
        folder.mkdir(parents=True)
        for part, content in self.files.items():
            if compressed:
                (folder / f"{FILES[part]}.gz").write_bytes(gzip.compress(content))
            else:
                (folder / FILES[part]).write_bytes(content)


@pytest.fixture
def tiny() -> Tiny:
    rng = np.random.default_rng(0)
    arrays = {
        "train_images": rng.integers(0, 256, (7, 4, 5), np.uint8),
        "train_labels": np.array([0, 1, 2, 0, 1, 2, 0], np.uint8),
        "test_images": rng.integers(0, 256, (3, 4, 5), np.uint8),
        "test_labels": np.array([2, 1, 0], np.uint8),
    }
    files = {part: _idx_bytes(array) for part, array in arrays.items()}
    source = IdxSource(
        name="tiny",
        title="noise",
        licence="none",
        origin="this test",
        domain="noise",
        class_names=("a", "b", "c"),
        checksums={part: hashlib.sha256(content).hexdigest() for part, content in files.items()},
        mirrors=(),
    )
    return Tiny(arrays, files, source)


@dataclass
class Server:
    """Serves `files` (by path) over HTTP; any other path is a 404.

    `asked` lists the paths in order, `ranges` the ranges asked for ("" for all). Ranges are honoured if `resumes`; the
    next answers for a path break off after so many bytes as `breaks` lists for it.
    """

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    resumes: bool = False
    breaks: dict[str, list[int]] = field(default_factory=dict)

    def folder(self, name: str) -> str:
        return f"{self.address}/{name}/"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            content = served.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            wanted = self.headers.get("Range", "")
            served.ranges.append(wanted)
            headers = served.headers.get(self.path, {})
            if served.resumes and wanted:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if start >= len(content):
                    self.send_error(416)
                    return
                headers = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} | headers
                content = content[start:]
            self.send_response(206 if "Content-Range" in headers else 200)
            headers = {"Content-Length": str(len(content))} | headers
            content = content[: served.breaks[self.path].pop(0)] if served.breaks.get(self.path) else content
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Keep the test's output free of the server's log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        served = Server(f"http://127.0.0.1:{http.server_address[1]}")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served
        http.shutdown()
        thread.join()


@pytest.fixture
def full() -> Callable[[str], ImageSet]:
    """Load a full data set; the test is skipped where `$BENCH_DATA` is not set."""
    if not os.environ.get("BENCH_DATA"):
        pytest.skip("needs the full data sets: set BENCH_DATA to the folder that holds them")
    return lambda name: find(name).load()
