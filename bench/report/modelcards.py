"""What each model of a run is, in words and drawings: its objective, its name, its data, its networks."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bench.errors import UserError
from bench.models import Choice, choose
from bench.models.description import Description
from bench.models.geometry import check_image_shape
from bench.models.layers import Network
from bench.models.optimizers import Optimizer
from bench.numbers import count
from bench.report import networks
from bench.report.palette import Palette
from bench.results.groups import collect
from bench.results.record import TrialRecord

GAN_DATA = (
    "The discriminator alone sees real pictures: a batch of them in every step, beside as many generated ones. The "
    "generator never sees the data; it learns from the discriminator’s answers, and draws from noise."
)
AUTOENCODER_DATA = (
    "In every step the encoder sees a batch of real pictures, and the decoder tries to give them back: both learn from "
    "what is lost. To draw, the decoder works alone, on latent vectors from N(0, 1), and needs the data no more."
)
LABELS = " The class of each picture goes to both networks, and drawing asks for a class."


@dataclass(frozen=True)
class Drawing:
    """A network in pictures; `shape` is that of the images that it is drawn for."""

    title: str
    sense: str
    svg: Markup
    parameters: str


@dataclass(frozen=True)
class Arm:
    """A model as the study has it: how it is written, how it differs from its recipe, and its networks."""

    text: str
    changes: str
    drawings: Sequence[Drawing]
    shape: str


@dataclass(frozen=True)
class ModelCard:
    """A model with every arm that the run has of it."""

    name: str
    title: str
    facts: dict[str, str]
    arms: Sequence[Arm]
    command: str
    needs_labels: bool
    """Whether a folder of pictures must have a folder a class."""

    @property
    def models(self) -> list[str]:
        """The arms as studies write them."""
        return [arm.text for arm in self.arms]


def cards(trials: Sequence[TrialRecord], palette: Palette) -> list[ModelCard]:
    """A card a model that this installation knows, in the study's order, drawn for the first images it was tried on."""
    chosen = [(choice, trial) for trial in _first(trials) if (choice := _choice(trial.model)) is not None]
    by_model = collect(chosen, lambda found: found[0].description.name)
    return [_card([*found], palette) for found in by_model.values()]


def _first(trials: Sequence[TrialRecord]) -> list[TrialRecord]:
    """The first trial of each model; one that knows the shape of its images if there is one."""
    ordered = sorted(trials, key=lambda trial: trial.image_shape is None)
    return [
        next(trial for trial in ordered if trial.model == model)
        for model in dict.fromkeys(trial.model for trial in trials)
    ]


def _choice(model: str) -> Choice | None:
    try:
        return choose(model)
    except UserError:
        return None


def _card(found: Sequence[tuple[Choice, TrialRecord]], palette: Palette) -> ModelCard:
    description = found[0][0].description
    arms = [_arm(choice, trial, palette) for choice, trial in found]
    built = _networks(*found[0])
    command = shlex.join(["python", "-m", "bench", "run", "--models", found[0][0].text, "--datasets", "folder:PATH"])
    facts = _facts(found[0][0], built)
    return ModelCard(description.name, description.title, facts, arms, command, description.needs_labels)


def _facts(choice: Choice, built: Sequence[Network]) -> dict[str, str]:
    description = choice.description
    optimizers = {loss: _optimizer(optimizer) for loss, optimizer in choice.config.optimizers.items()}
    learning = optimizers.values() if len(optimizers) == 1 else (f"{_words(k)}: {v}" for k, v in optimizers.items())
    own = description.notebook
    facts = {
        "Objective": description.objective,
        "The name": description.sense,
        "When it sees the data": _data(description),
        "Convolutional?": _convolutional(built),
        "Conditional?": "yes: it is told the class of each picture"
        if description.needs_labels
        else "no: it sees no labels",
        "Learns by": "; ".join(learning),
        "From": description.source,
        "Its own budget": f"{own.epochs} epochs in batches of {own.batch_size}; `--budget notebook` spends it",
    }
    return {label: text for label, text in facts.items() if text}


def _data(description: Description) -> str:
    words = GAN_DATA if description.family == "gan" else AUTOENCODER_DATA
    return words + (LABELS if description.needs_labels else "")


def _convolutional(built: Sequence[Network]) -> str:
    if not built:
        return ""
    found = sum("onv" in layer.name for network in built for layer in network.layers)
    return f"yes: {found} of its layers are convolutions" if found else "no: dense layers alone"


def _arm(choice: Choice, trial: TrialRecord, palette: Palette) -> Arm:
    recipe = choice.description.config()
    changed = [
        f"{_words(field.name)} {_plain(getattr(choice.config, field.name))} "
        f"instead of {_plain(getattr(recipe, field.name))}"
        for field in dataclasses.fields(recipe)
        if getattr(choice.config, field.name) != getattr(recipe, field.name)
    ]
    index = palette.models.index(choice.text)
    drawings = [
        Drawing(
            network.name,
            network.sense,
            networks.drawing(network, palette.index(choice.text), f"network-{index}-{place}"),
            count(network.parameters),
        )
        for place, network in enumerate(_networks(choice, trial))
    ]
    shape = networks.written(trial.image_shape) if trial.image_shape else ""
    return Arm(choice.text, "; ".join(changed), drawings, shape)


def _networks(choice: Choice, trial: TrialRecord) -> Sequence[Network]:
    """The networks for a trial's images; none where the model does not tell, or they cannot be built."""
    tell = choice.description.networks
    if tell is None or trial.image_shape is None:
        return []
    try:
        check_image_shape(trial.image_shape)
    except UserError:
        return []
    classes = trial.num_classes or 0
    return [] if choice.description.needs_labels and not classes else tell(choice.config, trial.image_shape, classes)


def _optimizer(optimizer: Optimizer) -> str:
    settings = {field.name: getattr(optimizer, field.name) for field in dataclasses.fields(optimizer)}
    named = {"beta_1": "β1", "rho": "rho"}
    rest = ", ".join(f"{named[key]} {value:g}" for key, value in settings.items() if key in named)
    return f"{type(optimizer).__name__}, rate {optimizer.rate:g}, {rest}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _plain(value: object) -> str:
    return "/".join(map(str, value)) if isinstance(value, tuple) else str(value)
