"""Downloads: the second mirror steps in, and only the right content counts."""

from __future__ import annotations

import gzip
import hashlib
import io

import pytest
from rich.console import Console
from rich.progress import Progress

from bench.datasets.download import from_mirrors
from bench.errors import UserError

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
RIGHT = gzip.compress(CONTENT)


@pytest.fixture
def mirrors(server):
    return server.folder("one"), server.folder("two")


def test_the_first_mirror_suffices(server, mirrors):
    server.files = {"/one/data.gz": RIGHT, "/two/data.gz": RIGHT}
    assert from_mirrors("data.gz", mirrors, SHA256) == CONTENT
    assert server.asked == ["/one/data.gz"]


@pytest.mark.parametrize("wrong", [None, b"<html>log in first</html>", RIGHT[:-20], gzip.compress(b"of last year")])
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
