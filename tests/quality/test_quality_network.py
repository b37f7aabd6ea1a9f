"""The domain extractor's network as it is trained, and as it scores."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bench.quality.network import DomainNetwork


def trained(shape: tuple[int, int, int]) -> DomainNetwork:
    """A network whose normalisations are not those of a fresh one."""
    torch.manual_seed(0)
    network = DomainNetwork(shape, 10)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for values in (layer.weight.data, layer.bias.data, layer.running_mean, layer.running_var):
                assert values is not None
                values.uniform_(0.5, 2.0)
    network.feature_rms.fill_(3.0)
    return network.eval()


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 64, 3), (12, 36, 3)])
@torch.inference_mode()
def test_folded_for_scoring_it_gives_the_same_but_for_rounding(shape: tuple[int, int, int]) -> None:
    height, width, channels = shape
    network = trained(shape)
    pictures = torch.randint(0, 256, (5, channels, height, width), dtype=torch.uint8)
    before = [tensor.clone() for tensor in network.state_dict().values()]
    folded = network.folded()
    for found, expected in zip(folded(pictures), network(pictures), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in folded.modules())
    # The network itself stays as it was: training may go on, and its weights are what is kept.
    assert any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())
    assert all(torch.equal(a, b) for a, b in zip(before, network.state_dict().values(), strict=True))
