"""Downloads: the second mirror steps in, what broke off goes on, and only the right content counts."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io

import pytest
from rich.console import Console
from rich.progress import Progress

from bench.datasets import download, places
from bench.datasets.download import from_mirrors
from bench.errors import UserError

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
RIGHT = gzip.compress(CONTENT, mtime=0)


@pytest.fixture
def mirrors(server):
    return server.folder("one"), server.folder("two")


def test_the_first_mirror_suffices(server, mirrors):
    server.files = {"/one/data.gz": RIGHT, "/two/data.gz": RIGHT}
    assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT
    assert server.asked == ["/one/data.gz"]


@pytest.mark.parametrize(
    "wrong", [None, b"<html>log in first</html>", RIGHT[:-20], gzip.compress(b"of last year", mtime=0)]
)
def test_the_second_mirror_steps_in(server, mirrors, wrong):
    server.files = {"/two/data.gz": RIGHT}
    if wrong is not None:
        server.files["/one/data.gz"] = wrong
    assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT
    assert server.asked == ["/one/data.gz", "/two/data.gz"]


def test_a_connection_that_breaks_off_counts_as_a_failure(server, mirrors):
    server.files = {"/one/data.gz": RIGHT[:100], "/two/data.gz": RIGHT}
    server.headers = {"/one/data.gz": {"Content-Length": str(len(RIGHT))}}
    assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT
    assert kept() == []


def test_what_another_process_goes_on_with_is_left_to_it(server, mirrors):
    server.files, server.resumes = {"/one/data.gz": RIGHT, "/two/data.gz": RIGHT}, True
    server.breaks = {"/one/data.gz": [100, 0], "/two/data.gz": [50, 0]}
    with pytest.raises(UserError):
        from_mirrors("data.gz", mirrors, SHA256)
    (other,) = (path for path in places.unfinished().iterdir() if path.stat().st_size == 50)
    with other.open("rb") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT
    assert kept() == [RIGHT[:50]]


@pytest.mark.parametrize("length", [None, "", str(10**9), "9" * 5000])
def test_a_mirror_that_sends_too_much_is_passed_over(server, mirrors, monkeypatch, length):
    monkeypatch.setattr(download, "MOST_BYTES", 100_000)
    server.files = {"/one/data.gz": bytes(200_000)}
    server.headers = {"/one/data.gz": {} if length is None else {"Content-Length": length}}
    with pytest.raises(UserError, match="it sends more than 100,000 bytes"):
        from_mirrors("data.gz", mirrors[:1], SHA256)
    assert kept() == []
    server.files["/two/data.gz"] = RIGHT
    assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT


def test_a_server_may_unwrap_on_the_way(server, mirrors):
    server.files = {"/one/data.gz": RIGHT}
    server.headers = {"/one/data.gz": {"Content-Encoding": "gzip"}}
    assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT


def test_when_all_mirrors_fail_each_reason_is_given(server, mirrors):
    server.files = {"/two/data.gz": b"<html>"}
    unreachable = "http://127.0.0.1:1/"
    with pytest.raises(UserError) as caught:
        from_mirrors("data.gz", (*mirrors, unreachable), SHA256)
    problem, advice = str(caught.value).splitlines()
    assert problem.startswith("cannot fetch data.gz from any mirror (127.0.0.1:")
    for reason in ("HTTP status 404", "its content has the SHA-256", "127.0.0.1:1: ConnectionError"):
        assert reason in problem
    assert advice.startswith("Try again")


def test_the_bar_ends_full(server, mirrors):
    server.files = {"/two/data.gz": RIGHT}
    with Progress(console=Console(file=io.StringIO())) as shown:
        from_mirrors("data.gz", mirrors, SHA256, shown)
    failed, done = shown.tasks
    assert failed.completed == 0
    assert done.completed == done.total == len(RIGHT)


def kept():
    """What lies in the folder of unfinished downloads."""
    folder = places.unfinished()
    return [path.read_bytes() for path in folder.iterdir()] if folder.exists() else []


def test_a_broken_connection_goes_on_where_it_broke(server, mirrors):
    server.files, server.resumes = {"/one/data.gz": RIGHT}, True
    server.breaks = {"/one/data.gz": [100, 50]}
    assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT
    assert server.ranges == ["", "bytes=100-", "bytes=150-"]
    assert kept() == []


def test_the_next_call_goes_on_where_the_last_one_failed(server, mirrors):
    server.files, server.resumes = {"/one/data.gz": RIGHT}, True
    server.breaks = {"/one/data.gz": [100, 0]}
    with pytest.raises(UserError, match="broke off after 100 bytes"):
        from_mirrors("data.gz", mirrors[:1], SHA256)
    assert kept() == [RIGHT[:100]]
    assert from_mirrors("data.gz", mirrors[:1], SHA256) == CONTENT
    assert server.ranges[-1] == "bytes=100-"
    assert kept() == []


def test_a_server_without_ranges_begins_again(server, mirrors):
    server.files = {"/one/data.gz": RIGHT}
    server.breaks = {"/one/data.gz": [100]}
    assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT
    assert kept() == []


def test_what_goes_on_with_another_version_is_fetched_again_as_a_whole(server, mirrors):
    server.files, server.resumes = {"/one/data.gz": b"an older file that was longer " * 10}, True
    server.breaks = {"/one/data.gz": [100, 0]}
    with pytest.raises(UserError):
        from_mirrors("data.gz", mirrors[:1], SHA256)
    server.files = {"/one/data.gz": RIGHT}
    assert from_mirrors("data.gz", mirrors[:1], SHA256) == CONTENT
    assert server.ranges[-2:] == ["bytes=100-", ""]


def test_what_is_longer_than_the_file_is_thrown_away(server, mirrors):
    server.files, server.resumes = {"/one/data.gz": RIGHT * 2}, True
    server.breaks = {"/one/data.gz": [len(RIGHT) + 5, 0]}
    with pytest.raises(UserError):
        from_mirrors("data.gz", mirrors[:1], SHA256)
    server.files = {"/one/data.gz": RIGHT}
    assert from_mirrors("data.gz", mirrors[:1], SHA256) == CONTENT


def test_wrong_bytes_are_not_kept(server, mirrors):
    server.files, server.resumes = {"/one/data.gz": b"wrong", "/two/data.gz": b"wrong as well"}, True
    with pytest.raises(UserError):
        from_mirrors("data.gz", mirrors, SHA256)
    assert kept() == []


def test_a_cache_that_cannot_be_written_to_is_said_to_be(server, mirrors, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"cannot write to the cache .*\n.*BENCH_CACHE"):
        from_mirrors("data.gz", mirrors, SHA256)
