"""Data sets are found by folder and entry point, and asking for them is cheap."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest

from bench import datasets
from bench.datasets import catalogue
from bench.datasets.imageset import ImageSet
from bench.errors import UserError


@pytest.fixture
def plugins(monkeypatch):
    """Call with modules by entry point name: they stand in for other people's packages."""

    def install(**modules):
        points = [metadata.EntryPoint(name, f"their_{name}", catalogue.ENTRY_POINT_GROUP) for name in modules]
        for name, module in modules.items():
            if module is not None:
                monkeypatch.setitem(sys.modules, f"their_{name}", module)
        monkeypatch.setattr(metadata, "entry_points", lambda *, group: metadata.EntryPoints(points))
        catalogue._modules.cache_clear()

    yield install
    catalogue._modules.cache_clear()


def offer(name, **attributes):
    return SimpleNamespace(__name__=f"their_{name}", **attributes)


def test_our_data_sets_stand_in_a_fixed_order():
    ours = ["fashion-mnist", "fashion-mnist-mini", "mnist", "mnist-mini", "monsters", "pokemon"]
    assert [name for name in datasets.sources() if name in ours] == ours


@pytest.mark.parametrize("source", datasets.sources().values(), ids=lambda source: source.name)
def test_every_source_says_what_it_is(source):
    assert datasets.find(source.name) is source
    for words in (source.title, source.licence, source.origin, source.how_to_get):
        assert words
        assert "\n" not in words
    assert source.where() is not None or not source.always_here


def test_a_name_that_is_nearly_right_is_suggested():
    with pytest.raises(UserError, match=r"unknown data set 'mnits'.*did you mean mnist"):
        datasets.find("mnits")
    with pytest.raises(UserError, match="unknown data set"):
        datasets.load("mnits")
    with pytest.raises(UserError, match="unknown data set"):
        datasets.fetch("mnits")


def test_other_packages_bring_data_sets(plugins, tiny, three_places):
    plugins(noise=offer("noise", SOURCES=(tiny.source,)))
    assert list(datasets.sources())[-1] == "tiny"
    tiny.put(three_places.named)
    assert isinstance(datasets.load("tiny"), ImageSet)
    assert datasets.fetch("tiny") == three_places.named


def test_a_module_may_answer_for_names_with_an_argument(plugins, tiny):
    def resolve(name):
        return dataclasses.replace(tiny.source, name=name) if name.startswith("noise:") else None

    plugins(noise=offer("noise", resolve=resolve))
    assert datasets.find("noise:7").name == "noise:7"
    assert "noise:7" not in datasets.sources()
    with pytest.raises(UserError, match="unknown data set"):
        datasets.find("silence:7")


def test_one_name_for_two_data_sets_is_refused(plugins, tiny):
    plugins(one=offer("one", SOURCES=(tiny.source,)), two=offer("two", SOURCES=(tiny.source,)))
    with pytest.raises(UserError, match="two data sets are called 'tiny': one in their_one and one in their_two"):
        datasets.sources()


def test_a_package_that_cannot_be_imported_is_named(plugins):
    plugins(missing=None)
    with pytest.raises(UserError, match=r"the package their_missing cannot be loaded.*\nRepair or uninstall"):
        datasets.sources()


def test_listing_imports_nothing_heavy():
    code = (
        "import json, sys; from bench import datasets; datasets.rows();"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(json.loads(ran.stdout))
    assert imported.isdisjoint({"numpy", "pooch", "requests", "rich", "torch", "tensorflow"})


def test_one_new_file_in_the_folder_is_a_new_data_set(plugins, tmp_path, monkeypatch):
    (tmp_path / "one_new_file.py").write_text(
        "from bench.datasets.sources.mnist import MNIST\n"
        "from dataclasses import replace\n"
        "SOURCES = (replace(MNIST, name='new'),)\n"
    )
    monkeypatch.setattr(catalogue.own, "__path__", [*catalogue.own.__path__, str(tmp_path)])
    plugins()
    try:
        assert datasets.find("new").title == datasets.find("mnist").title
    finally:
        del sys.modules["bench.datasets.sources.one_new_file"]
