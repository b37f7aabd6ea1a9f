"""Helpers keep freed memory where glibc can be told so, and where the user has said nothing else."""

import pytest

from bench import allocator
from bench.allocator import KEEP_MEMORY, settings


@pytest.fixture(autouse=True)
def new_enough(monkeypatch):
    monkeypatch.setattr("os.confstr", lambda _: "glibc 2.36")


def test_freed_memory_is_kept_by_default():
    assert settings({"HOME": "/root"}) == KEEP_MEMORY


def test_who_sets_one_of_the_names_is_not_overruled():
    name, other = KEEP_MEMORY
    assert settings({name: "4096", "MALLOC_ARENA_MAX": "1"}) == {
        name: "4096",
        other: KEEP_MEMORY[other],
        "MALLOC_ARENA_MAX": "1",
    }


def test_tunables_and_another_allocator_are_left_alone_and_named():
    tuned = {"GLIBC_TUNABLES": "glibc.malloc.arena_max=1"}
    assert settings(tuned) == tuned
    preloaded = {"LD_PRELOAD": "libjemalloc.so"}
    assert settings(preloaded) == {**KEEP_MEMORY, **preloaded}
    assert settings({"GLIBC_TUNABLES": "glibc.cpu.hwcaps=x"}).keys() > KEEP_MEMORY.keys()


@pytest.mark.parametrize(
    ("said", "version"), [("glibc 2.31", (2, 31)), ("glibc 2.35.9", (2, 35)), ("musl", ()), (None, ())]
)
def test_an_older_or_another_library_is_told_nothing(monkeypatch, said, version):
    monkeypatch.setattr("os.confstr", lambda _: said)
    assert allocator.glibc() == version
    assert settings({}) == (KEEP_MEMORY if version >= allocator.LEAST_GLIBC else {})


def test_a_system_that_has_no_such_name_is_told_nothing(monkeypatch):
    def unknown(_):
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr("os.confstr", unknown)
    assert settings({}) == {}
