"""The layers that the page draws are those that the halves really have."""

from __future__ import annotations

import importlib

import pytest

from bench.models import choose, descriptions
from bench.models.layers import Layer, Network, from_picture

SHAPES = [(28, 28, 1), (16, 24, 3)]


def built(choice: str, shape: tuple[int, int, int]) -> list[list[tuple[int, ...]]]:
    """Shapes that come out of each network's weighted layers, channels last, in the order in which they compute."""
    import torch

    found = choose(choice)
    module = importlib.import_module(found.description.half("torch"))
    told = (10,) if found.description.needs_labels else ()
    shapes = []
    for name in ("Generator", "Discriminator", "Encoder", "Decoder"):
        if not hasattr(module, name):
            continue
        network = getattr(module, name)(found.config, shape, *told)
        seen: list[tuple[int, ...]] = []
        for layer in network.modules():
            if any(True for _ in layer.parameters(recurse=False)):
                layer.register_forward_hook(lambda _, __, out, seen=seen: seen.append(tuple(out.shape[1:])))
        given = (
            torch.zeros(1, found.config.latent) if name in ("Generator", "Decoder") else torch.zeros(1, *shape[::-1]).mT
        )
        masks = (None, None) if found.description.masks and name == "Discriminator" else ()
        network(given, *((torch.zeros(1, 10),) if told else masks))
        shapes.append([(*s[1:], s[0]) if len(s) == 3 else s for s in seen])
        weights = sum(parameter.numel() for parameter in network.parameters())
        shapes[-1].append((weights,))
    return shapes


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("choice", [*descriptions(), "cvae[equal]"])
def test_drawn_layers_are_built_layers(choice: str, shape: tuple[int, int, int]) -> None:
    found = choose(choice)
    assert found.description.networks is not None
    networks = found.description.networks(found.config, shape, 10)
    drawn = [[*(layer.shape for layer in n.layers if layer.parameters), (n.parameters,)] for n in networks]
    assert drawn == built(choice, shape)
    assert networks[0].shape == shape or networks[1].shape == shape


def test_a_layer_says_what_comes_out_of_it() -> None:
    network = from_picture("N", "s", (9, 8, 1)).conv(4, 3, 2, "valid", "ReLU").flat().joined(3)
    assert network == Network(
        "N",
        "s",
        (
            Layer("Picture", (9, 8, 1)),
            Layer("Convolution 3×3", (4, 3, 4), "stride 2, valid, ReLU", 40),
            Layer("Flatten", (48,)),
            Layer("Join the class", (51,), "one-hot, 3 classes"),
        ),
    )
