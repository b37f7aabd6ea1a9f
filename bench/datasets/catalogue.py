"""Every data set by name, found by walking `bench/datasets/sources/`: there is no list to edit.

Other people's packages add theirs with an entry point of the group `pairbench.datasets` that names a module
of the same form; `bench/datasets/sources/__init__.py` describes that form.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

# The folder has the name of the function below that reads it. It is imported here, before `bench.datasets`
# takes the function over, so that `bench.datasets.sources` is the function ever after.
import bench.datasets.sources as own
from bench.datasets.imageset import ImageSet
from bench.datasets.source import Source
from bench.errors import UserError, unknown

ENTRY_POINT_GROUP = "pairbench.datasets"


def sources() -> dict[str, Source]:
    """Every known data set by its name: ours by file name, then those of other packages.

    The order is the same on every machine that has the same packages. Raises `UserError` when another
    package's data sets cannot be imported, or when two data sets have one name.
    """
    known: dict[str, Source] = {}
    origin: dict[str, str] = {}
    for module in _modules():
        for source in getattr(module, "SOURCES", ()):
            if source.name in known:
                raise UserError(
                    f"two data sets are called '{source.name}': one in {origin[source.name]} and one in "
                    f"{module.__name__}.\nUninstall one of the packages that bring them."
                )
            known[source.name] = source
            origin[source.name] = module.__name__
    return known


def find(name: str) -> Source:
    """The data set of that name. Raises `UserError` with the nearest known names when there is none."""
    known = sources()
    if name in known:
        return known[name]
    for module in _modules():
        resolve = getattr(module, "resolve", None)
        source: Source | None = resolve(name) if resolve else None
        if source is not None:
            return source
    if Path(name).expanduser().is_dir():
        raise UserError(f"unknown data set '{name}': it is a folder here, so write folder:{name}")
    raise unknown("data set", name, known)


def load(name: str, fingerprint: str | None = None) -> ImageSet:
    """The images of the data set of that name, read and verified.

    Raises `UserError`, which says what to do, when the name is unknown or the images are absent or damaged, or when
    they have another `fingerprint` than the one that is asked for, as those of a folder have that has changed.
    """
    images = find(name).load()
    if fingerprint is not None and images.fingerprint != fingerprint:
        raise UserError(f"{images.name} has changed since the run began: start the run again")
    return images


def fetch(name: str, progress: bool = False, path: Path | None = None) -> Path:
    """Bring a data set to this machine unless it is here, and return where it is.

    `progress` shows a progress bar on standard error; `path` is a folder or archive of the user's to take the images
    from. Raises `UserError` when the name is unknown, or when no mirror delivers the right bytes.
    """
    source = find(name)
    return source.fetch(progress) if path is None else source.bring(path)


@functools.cache
def _modules() -> tuple[ModuleType, ...]:
    """The modules that bring data sets: ours in alphabetical order, then the entry points' in theirs."""
    from importlib import metadata  # slow to import, and needed only once somebody asks for a data set

    found = [
        importlib.import_module(f"{own.__name__}.{name}")
        for name in sorted(info.name for info in pkgutil.iter_modules(own.__path__))
    ]
    for entry in sorted(metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name):
        try:
            found.append(entry.load())
        except (ImportError, AttributeError) as error:
            package = entry.dist.name if entry.dist else entry.value
            raise UserError(
                f"the data sets of the package {package} cannot be loaded ({entry.value}): {error}\n"
                f"Repair or uninstall {package}."
            ) from error
    return tuple(found)
