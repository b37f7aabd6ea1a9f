"""A study: what to compare. From the command line or a TOML file, validated before anything runs."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bench import datasets, models
from bench.budget import DEFAULT, Budget, budget_of
from bench.datasets.listed import split_names
from bench.errors import UserError, unknown
from bench.models.choice import split_list
from bench.quality.extractors import kinds
from bench.results.record import Framework

SPELLINGS = {"extractor": "extractors", "timeout": "timeout_seconds"}
"""Options of the command line whose key in a study is another; dashes may stand for underscores besides."""
LIMITS = frozenset({"budget", "images", "seconds"})
"""Settings that say how long a trial trains; one stands in the place of another."""
FRAMEWORKS: tuple[Framework, ...] = ("torch", "tensorflow")
SLOW = 4.0
"""Cost of a training image, in those of `gan`, beyond which a model is slow."""


def _as_list(value: Any) -> Any:
    return split_list(value) if isinstance(value, str) else value


def _as_names(value: Any) -> Any:
    return split_names(value) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_list), Field(min_length=1)]
Datasets = Annotated[tuple[str, ...], BeforeValidator(_as_names), Field(min_length=1)]
Frameworks = Annotated[tuple[Framework, ...], BeforeValidator(_as_list), Field(min_length=1)]


class Study(BaseModel):
    """What to compare. Every field is a key of a study file; lists may also be written `"gan,cvae[equal]"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: Names
    """As written in a study: `gan`, `cvae[equal]`, `cvae[latent=16]`."""
    datasets: Datasets
    """By name: `mnist`, `mnist[classes=0,1]`, `folder:PATH,size=32`; a path is resolved when the study is checked."""
    without: Names | tuple[()] = ()
    """Cells to leave out, as `MODEL on DATASET`."""
    frameworks: Frameworks | None = None
    """None: both, and one that is not installed is skipped with that reason."""
    experiments: bool = Field(default=False, strict=True)
    """Whether to make the small experiments that only serve a claim: `--all` does at `standard` and as many images.

    Some are part of the trials; those of `bench.experiments` are extra ones.
    """
    budget: str | None = None
    """A preset; `images` or `seconds` stand in its place."""
    images: int | None = Field(default=None, strict=True, gt=0)
    seconds: float | None = Field(default=None, strict=True, gt=0, allow_inf_nan=False)
    batch_size: int | None = Field(default=None, strict=True, gt=0, le=65_536)
    seeds: int | None = Field(default=None, strict=True, gt=0, le=1_000)
    """None: as many as the budget says."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["fp32", "tf32", "bf16", "fp64"] = "fp32"
    mode: Literal["compiled", "eager"] = "compiled"
    executor: Literal["local"] = "local"
    extractors: Names | None = None
    """Which extractors score; the first is the primary one. None: domain on a CPU."""
    inception_weights: str | None = None
    """Where the weights of Inception-2015 are, if not in `$BENCH_DATA` or the cache."""
    threads: int | None = Field(default=None, strict=True, gt=0, le=1_024)
    """Threads within an operation. None: one a core."""
    timeout_seconds: float | None = Field(default=None, strict=True, gt=0, allow_inf_nan=False)
    """After which a trial is ended and counted as failed. None: from its budget."""
    interpreters: dict[Framework, str] = Field(default_factory=dict)
    """Python of each framework, where they live in different virtual environments."""

    def comparable(self) -> dict[str, Any]:
        """The settings that must not change when a run goes on: all but how patient it is."""
        return self.model_dump(mode="json", exclude={"timeout_seconds"})

    def resolved_budget(self) -> Budget:
        """The budget in numbers."""
        return budget_of(self.budget, self.images, self.seconds, self.batch_size)

    def checked(self) -> Study:
        """Refuse names that mean nothing, and anything named twice, before anything runs."""
        self.resolved_budget()
        known_as: dict[str, str] = {}
        for text in self.models:
            configuration = models.choose(text).config_hash
            if configuration in known_as:
                other = known_as[configuration]
                raise UserError(f"named twice: {text}" + (f", which is {other}" if other != text else ""))
            known_as[configuration] = text
        # One set has one name: a relative path would be another folder elsewhere.
        named = tuple(datasets.find(name).name for name in self.datasets)
        known = kinds()
        for name in self.extractors or ():
            if name not in known:
                raise unknown("extractor", name, known)
        without = tuple(self._cell(text) for text in self.without)
        for names in (named, self.frameworks or (), self.extractors or ()):
            repeated = sorted({name for name in names if names.count(name) > 1})
            if repeated:
                raise UserError(f"named twice: {', '.join(repeated)}")
        return self.model_copy(update={"datasets": named, "without": without})

    def _cell(self, text: str) -> str:
        """A cell to leave out, its data set under the one name that it has; refused where it means nothing."""
        model, on, name = text.partition(" on ")
        if not on:
            raise UserError(f"without: write MODEL on DATASET, such as 'dcgan on mnist', not {text!r}")
        if model not in self.models:
            raise unknown("model in without", model, self.models)
        return f"{model} on {datasets.find(name).name}"


def make_study(settings: dict[str, Any], where: str = "", *, fill: bool = False) -> Study:
    """A study from its settings; what is wrong is said in one line, with the nearest right name.

    `where` names the file that the settings come from. `fill` takes what `--all` means for models and data sets that
    are not named.
    """
    place = f"{where}: " if where else ""
    try:
        for key in settings:
            if key not in Study.model_fields:
                raise unknown("key", key, Study.model_fields)
        if settings.get("device") == "gpu":
            settings = {**settings, "device": "cuda"}
        if fill:
            # The budget decides which data sets, so it is checked first; the names stand for any.
            limits = {key: settings[key] for key in LIMITS if key in settings}
            budget = Study.model_validate({"models": "any", "datasets": "any", **limits}).resolved_budget()
            meant = everything(budget)
            if settings.keys() & {"models", "datasets"}:
                # Who names cells means them, and nothing besides.
                del meant["without"], meant["experiments"]
            settings = {**meant, **settings}
        if not settings.keys() & LIMITS:
            settings = {**settings, "budget": DEFAULT}
        return Study.model_validate(settings).checked()
    except ValidationError as error:
        raise UserError(f"{place}{_first_problem(error)}") from None
    except UserError as error:
        raise UserError(f"{place}{error}") from None


def _first_problem(error: ValidationError) -> str:
    """What the user should mend first, in one line."""
    first = error.errors()[0]
    key = str(first["loc"][0])
    if first["type"] == "literal_error":
        choices = [word.strip("' ") for word in first["ctx"]["expected"].replace(" or ", ",").split(",")]
        return str(unknown(key.removesuffix("s"), str(first["input"]), choices))
    if first["type"] == "missing":
        return f"'{key}' is missing: say which {key} to run, or --all"
    if first["type"] == "too_short":
        return f"{key}: name at least one"
    return f"{key}: {first['msg'].removeprefix('Value error, ')}, got {first['input']!r}"


def read_study(path: Path) -> dict[str, Any]:
    """The settings in a TOML file, which may leave out models and data sets; whatever is wrong names the file."""
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"no study file {path}") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} is not TOML: {error}") from None
    settings = {SPELLINGS.get(key, key.replace("-", "_")): value for key, value in settings.items()}
    make_study(settings, where=str(path), fill=True)
    return settings


def everything(budget: Budget) -> dict[str, Any]:
    """What `--all` means: every model, every data set that needs no download, and a long budget's experiments.

    That is what no machine lacks, bundled or drawn; at budgets for full sets, each full set that is found here stands
    in place of the mini of its domain. Where the budget is short, the slowest models run on the smallest pictures
    alone.
    """
    known = list(datasets.sources().values())
    chosen = [source for source in known if source.always_here]
    if budget.full_sets:
        full = [source for source in known if not source.always_here and source.where() is not None]
        have = {source.domain for source in full}
        chosen = [*full, *(source for source in chosen if source.domain not in have)]
    slow = [choice.text for choice in models.every_choice() if choice.description.cost > SLOW]
    by_size = sorted(chosen, key=lambda source: math.prod(source.sizes.image_shape) if source.sizes else math.inf)
    return {
        "models": [choice.text for choice in models.every_choice()],
        "datasets": [source.name for source in chosen],
        "without": [f"{model} on {source.name}" for model in slow for source in by_size[1:]]
        if budget.slow_models_once
        else [],
        "experiments": budget.experiments,
    }
