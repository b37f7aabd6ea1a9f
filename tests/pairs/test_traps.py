"""Where TensorFlow and PyTorch differ without saying so: a named test for each trap.

Each test shows two things in float64: that this project's PyTorch layer, optimiser or loss equals Keras' own, and that
the obvious PyTorch way, of the same shape, does not. The second is what makes it a trap; without it, the first could
pass for the wrong reason. TensorFlow runs once, in a process of its own (`tf_facts.py`), on the arrays made here.

That a process takes only one framework is tested in `tests/training/test_frameworks.py`.
"""

import math
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from bench import models
from bench.models import optimizers
from bench.training.frameworks import make_model
from bench.training.names import RANDOM_STATE, check_names
from bench.training.streams import Streams, initial_parameters
from models_torch import engine, gan
from models_torch.distributions import log_bernoulli

FACTS = Path(__file__).with_name("tf_facts.py")
ROOT = Path(__file__).parents[2]

EXACT = 1e-12
"""What rounding in float64 leaves between two ways to compute one thing."""
GRADIENT = 1e-11
"""As `EXACT`, for gradients, which sum over more terms."""
FLOOR = 1e-8
"""Below it a tensor counts as zero: its own rounding would be divided by nothing."""
VISIBLE = 1e-3
"""A deviation that no rounding makes: the trap has snapped."""

SHAPE = (8, 12, 1)
SMALL = {
    "gan": "gan[latent=3,generator_widths=(3,4,5),discriminator_widths=(4,5)]",
    "cvae": "cvae[latent=3,encoder_widths=(4,5),decoder_widths=(3,4,5)]",
    "cond_vae": "cond_vae[latent=3,encoder_widths=(4,5),decoder_widths=(3,4,5)]",
    "vae_dense": "vae_dense[latent=3,encoder_widths=(6,5),decoder_width=7]",
    "vae_conv": "vae_conv[latent=3,encoder_widths=(4,5),decoder_widths=(3,4,5)]",
    "dcgan": "dcgan[latent=3,generator_widths=(3,4,5),discriminator_widths=(4,5)]",
}
"""Every model, as narrow as it may be without any two widths alike that could be taken for one another."""

SAME = [("Conv2D", 3, 2), ("Conv2D", 3, 1), ("Conv2D", 7, 1)]
SAME += [("Conv2DTranspose", 3, 2), ("Conv2DTranspose", 3, 1), ("Conv2DTranspose", 4, 2)]
"""Every kernel size and stride that a model has with "same" padding."""


# Both sides -----------------------------------------------------------------------------------------------------------


def arrays_given():
    """The arrays that both frameworks work on."""
    rng = np.random.default_rng(0)
    given = {}
    given["same/x"] = rng.normal(size=(2, 6, 4, 3))
    for kind, size, stride in SAME:
        case = same_case(kind, size, stride)
        channels = (3, 5) if kind == "Conv2D" else (5, 3)
        given[f"{case}/kernel"], given[f"{case}/bias"] = rng.normal(size=(size, size, *channels)), rng.normal(size=5)

    # Oblong: no two axes have one length. Square: every wrong order of the axes fits as well.
    given["layout/x"] = rng.normal(size=(2, 6, 4, 3))
    given["layout/vectors"] = rng.normal(size=(2, 5))
    for form, window, out in (("oblong", (5, 2), 7), ("square", (3, 3), 3)):
        given[f"layout/Conv2D/{form}/kernel"] = rng.normal(size=(*window, 3, out))
        given[f"layout/Conv2DTranspose/{form}/kernel"] = rng.normal(size=(*window, out, 3))
        for kind in ("Conv2D", "Conv2DTranspose"):
            given[f"layout/{kind}/{form}/bias"] = rng.normal(size=out)
    for form, out in (("oblong", 7), ("square", 5)):
        given[f"layout/Dense/{form}/kernel"] = rng.normal(size=(5, out))
        given[f"layout/Dense/{form}/bias"] = rng.normal(size=out)
    given["flatten/kernel"] = rng.normal(size=(6 * 4 * 3, 2))

    # Small ones, where ε counts, and large ones; each keeps its size through all 20 steps.
    given["descent/gradients"] = rng.normal(size=(20, 12)) * np.logspace(-6, 0, 12)
    given["leaky/x"] = np.array([-3.0, -0.7, -0.0, 0.0, 0.7, 3.0])

    given["loss/x"], given["loss/logits"] = rng.uniform(size=(3, 6, 4, 2)), rng.normal(size=(3, 6, 4, 2))
    given["loss/extreme"] = np.array([[-40.0], [40.0]])

    # Levels half-way between two bytes that stay so when pixels are multiplied by 255, and pixels out of range.
    half_way = np.arange(255) + 0.5
    half_way = half_way[(half_way / 255 * 255 == half_way) & is_half_way_in_float32(half_way)]
    given["levels/pixels"] = np.array([[*half_way[:94], -100.0, 331.0]]) / 255
    given["levels/shape"] = np.array(SHAPE)
    given["levels/bytes"] = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)

    given["dropout/mask"] = (rng.uniform(size=(2, 6, 4, 3)) > 0.4).astype(np.float64)
    given["pool/ties"] = np.repeat(rng.normal(size=(2, 1, 1, 3)), 24, axis=1).reshape(2, 6, 4, 3)
    given["pool/weights"] = rng.normal(size=(2, 3, 2, 3))

    given["model/texts"] = np.array(list(SMALL.values()))
    given["model/shape"] = np.array(SHAPE)
    given["model/images"] = rng.integers(0, 256, (7, *SHAPE), dtype=np.uint8)
    given["model/constant"] = np.repeat(rng.integers(1, 256, (7, 1, 1, 1), dtype=np.uint8), 96, 1).reshape(7, *SHAPE)
    given["model/labels"] = np.array([3, 1, 4, 1, 5, 9, 2])
    given["model/swapped"] = np.array([1, 3, 4, 1, 5, 9, 2])
    given["model/latent"] = rng.normal(size=(7, 3))
    return given


def same_case(kind, size, stride):
    return f"same/{kind}/k{size}/s{stride}"


def is_half_way_in_float32(levels):
    return (levels / 255).astype(np.float32) * np.float32(255) == levels


@pytest.fixture(scope="module")
def given():
    return arrays_given()


@pytest.fixture(scope="module")
def keras(given, tmp_path_factory):
    """What TensorFlow makes of them, by name; see `tf_facts.py`."""
    folder = tmp_path_factory.mktemp("facts")
    np.savez(folder / "given.npz", **given)
    command = [sys.executable, str(FACTS), str(folder / "given.npz"), str(folder / "facts.npz")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::UserWarning"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(folder / "facts.npz", allow_pickle=False) as facts:
        return dict(facts)


def deviation(a, b):
    """||a - b|| / max(||b||, floor) of two arrays of one shape."""
    a, b = (np.asarray(x.detach() if isinstance(x, torch.Tensor) else x) for x in (a, b))
    assert a.shape == b.shape
    return np.linalg.norm((a - b).ravel()) / max(np.linalg.norm(b.ravel()), FLOOR)


def named(keras, prefix):
    return {name.removeprefix(f"{prefix}/"): value for name, value in keras.items() if name.startswith(f"{prefix}/")}


def nchw(array):
    return torch.from_numpy(array.transpose(0, 3, 1, 2).copy())


def nhwc(tensor):
    return tensor.detach().numpy().transpose(0, 2, 3, 1)


def with_weights(layer, kernel, bias):
    """A layer of PyTorch with Keras' weights."""
    layer = layer.double()
    with torch.no_grad():
        layer.weight.copy_(engine.from_canonical(kernel, layer))
        layer.bias.copy_(engine.from_canonical(bias, layer))
    return layer


def half(name, seed=0):
    """The PyTorch half of a small model."""
    choice = models.choose(SMALL[name])
    return make_model(
        choice.description, "torch", choice.config, SHAPE, 10, device="cpu", precision="fp64", compiled=False, seed=seed
    )


def first_batch(model, pictures=7):
    """The harness's first batch of three and its noise, as `tf_facts.py` has them."""
    streams = Streams(0, pictures, 3, model.config.noise, np.float64)
    return streams.batches(0, 1)[0], {name: values[0] for name, values in streams.noise(0, 1).items()}


def started(name, images, labels=None, seed=0):
    """A small model with its canonical first weights, on these pictures."""
    model = half(name, seed)
    model.load(initial_parameters(model.parameters(), seed=0))
    model.stage(images, labels)
    return model


def test_every_model_is_here():
    assert {name for name, found in models.descriptions().items() if not found.halves} == SMALL.keys()


# Padding --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "size", "stride"), SAME)
def test_same_padding_is_that_of_keras(given, keras, kind, size, stride):
    case = same_case(kind, size, stride)
    ours = {"Conv2D": engine.Conv2dSame, "Conv2DTranspose": engine.ConvTranspose2dSame}[kind](3, 5, size, stride)
    layer = with_weights(ours, given[f"{case}/kernel"], given[f"{case}/bias"])
    assert deviation(nhwc(layer(nchw(given["same/x"]))), keras[case]) <= EXACT


def test_transposed_convolution_k3_s2_loses_its_last_row_and_column(given, keras):
    """`output_padding` has the right shape: it cuts off the first row and column instead, and so shifts the picture."""
    case = same_case("Conv2DTranspose", 3, 2)
    naive = nn.ConvTranspose2d(3, 5, 3, stride=2, padding=1, output_padding=1)
    naive = with_weights(naive, given[f"{case}/kernel"], given[f"{case}/bias"])
    assert deviation(nhwc(naive(nchw(given["same/x"]))), keras[case]) > VISIBLE


def test_transposed_convolution_k4_s2_loses_one_row_and_column_on_each_side(given, keras):
    """Here PyTorch's `padding=1` is exact, and cutting at the end, which is right for k3, is wrong."""
    case = same_case("Conv2DTranspose", 4, 2)
    weights = given[f"{case}/kernel"], given[f"{case}/bias"]
    exact = with_weights(nn.ConvTranspose2d(3, 5, 4, stride=2, padding=1), *weights)
    full = with_weights(nn.ConvTranspose2d(3, 5, 4, stride=2), *weights)
    assert deviation(nhwc(exact(nchw(given["same/x"]))), keras[case]) <= EXACT
    assert deviation(nhwc(full(nchw(given["same/x"]))[:, :, :-2, :-2]), keras[case]) > VISIBLE


def test_convolution_k3_s2_on_an_even_size_pads_the_end_alone(given, keras):
    """`padding=1` has the right shape and looks at every other pixel, the other ones."""
    case = same_case("Conv2D", 3, 2)
    naive = with_weights(nn.Conv2d(3, 5, 3, stride=2, padding=1), given[f"{case}/kernel"], given[f"{case}/bias"])
    assert deviation(nhwc(naive(nchw(given["same/x"]))), keras[case]) > VISIBLE


# Optimisers -----------------------------------------------------------------------------------------------------------


def path(make, gradients):
    """The path of weights that start at zero, step by step."""
    weights = nn.Parameter(torch.zeros(gradients.shape[1], dtype=torch.float64))
    optimizer = make([weights])
    steps = []
    for gradient in gradients:
        weights.grad = torch.from_numpy(gradient)
        optimizer.step()
        steps.append(weights.detach().numpy().copy())
    return np.stack(steps)


def adam_by_formula(fact, gradients):
    """The formula in the docstring of `bench.models.optimizers.Adam`."""
    m = v = weights = np.zeros(gradients.shape[1])
    steps = []
    for t, g in enumerate(gradients, start=1):
        m = fact.beta_1 * m + (1 - fact.beta_1) * g
        v = fact.beta_2 * v + (1 - fact.beta_2) * g**2
        corrected = math.sqrt(1 - fact.beta_2**t) / (1 - fact.beta_1**t)
        weights = weights - fact.rate * corrected * m / (np.sqrt(v) + fact.epsilon)
        steps.append(weights)
    return np.stack(steps)


def rmsprop_by_formula(fact, gradients):
    """The formula in the docstring of `bench.models.optimizers.RMSprop`."""
    v = weights = np.zeros(gradients.shape[1])
    steps = []
    for g in gradients:
        v = fact.rho * v + (1 - fact.rho) * g**2
        weights = weights - fact.rate * g / np.sqrt(v + fact.epsilon)
        steps.append(weights)
    return np.stack(steps)


def test_adam_adds_epsilon_before_bias_correction(given, keras):
    gradients, fact = given["descent/gradients"], optimizers.Adam(1e-3, beta_1=0.5)
    formula = adam_by_formula(fact, gradients)
    assert deviation(path(lambda weights: engine.Adam(weights, fact), gradients), formula) <= EXACT
    assert deviation(keras["descent/adam"], formula) <= EXACT
    for epsilon in (1e-8, fact.epsilon):
        naive = path(lambda weights, e=epsilon: torch.optim.Adam(weights, 1e-3, (0.5, 0.999), e), gradients)
        assert deviation(naive, formula) > VISIBLE


def test_adam_of_keras_rounds_its_betas(given, keras):
    """Keras takes 1 − βᵗ in float32 whatever the weights' type: the formula, but for a deviation too large to prove by.

    (Should Keras mend this, `models_tf.engine.Adam` need no longer do it.)
    """
    formula = adam_by_formula(optimizers.Adam(1e-3, beta_1=0.5), given["descent/gradients"])
    assert 1e3 * EXACT < deviation(keras["descent/adam/keras"], formula) < VISIBLE


def test_rmsprop_has_epsilon_inside_the_root_and_forgets_faster(given, keras):
    gradients, fact = given["descent/gradients"], optimizers.RMSprop(5e-3)
    formula = rmsprop_by_formula(fact, gradients)
    assert deviation(path(lambda weights: engine.RMSprop(weights, fact), gradients), formula) <= EXACT
    assert deviation(keras["descent/rmsprop"], formula) <= EXACT
    assert deviation(keras["descent/rmsprop/keras"], formula) <= EXACT, "these facts are Keras' defaults"
    for settings in ({}, {"alpha": fact.rho}, {"alpha": fact.rho, "eps": fact.epsilon}):
        naive = path(lambda weights, s=settings: torch.optim.RMSprop(weights, 5e-3, **s), gradients)
        assert deviation(naive, formula) > VISIBLE


# Layouts --------------------------------------------------------------------------------------------------------------


def test_flattening_keeps_the_order_of_nhwc(given, keras):
    x, dense = nchw(given["layout/x"]), with_weights(nn.Linear(72, 2), given["flatten/kernel"], np.zeros(2))
    assert deviation(dense(engine.Flatten()(x)), keras["flatten"]) <= EXACT
    assert deviation(dense(nn.Flatten()(x)), keras["flatten"]) > VISIBLE


def test_unflattening_keeps_the_order_of_nhwc(given, keras):
    vectors = torch.from_numpy(given["layout/x"].reshape(2, -1))
    assert deviation(nhwc(engine.Unflatten((6, 4, 3))(vectors)), keras["unflatten"]) == 0
    assert deviation(nhwc(nn.Unflatten(1, (3, 6, 4))(vectors)), keras["unflatten"]) > VISIBLE


LAYERS = {"Dense": nn.Linear, "Conv2D": nn.Conv2d, "Conv2DTranspose": nn.ConvTranspose2d}
WRONG_AXES = {
    # Dense as it is; a convolution with its window transposed, then with its channel axes the other way round.
    "Dense": [(0, 1)],
    "Conv2D": [(3, 2, 1, 0), (2, 3, 0, 1)],
    "Conv2DTranspose": [(3, 2, 1, 0), (2, 3, 0, 1)],
}


def layout_case(given, kind, form):
    """Kernel and bias in Keras' layout, PyTorch's empty layer, and input and output as both have them."""
    kernel, bias = given[f"layout/{kind}/{form}/kernel"], given[f"layout/{kind}/{form}/bias"]
    if kind == "Dense":
        return kernel, bias, nn.Linear(*kernel.shape), torch.from_numpy(given["layout/vectors"]), torch.Tensor.detach
    return kernel, bias, LAYERS[kind](3, len(bias), kernel.shape[:2]), nchw(given["layout/x"]), nhwc


@pytest.mark.parametrize("form", ["oblong", "square"])
@pytest.mark.parametrize("kind", LAYERS)
def test_kernels_go_over_and_come_back(given, keras, kind, form):
    kernel, bias, layer, x, seen = layout_case(given, kind, form)
    layer = with_weights(layer, kernel, bias)
    assert deviation(seen(layer(x)), keras[f"layout/{kind}/{form}"]) <= EXACT
    np.testing.assert_array_equal(engine.to_canonical(layer.weight, layer), kernel)
    np.testing.assert_array_equal(engine.to_canonical(layer.bias, layer), bias)


@pytest.mark.parametrize(("kind", "axes"), [(kind, axes) for kind, wrong in WRONG_AXES.items() for axes in wrong])
def test_kernels_with_their_axes_in_another_order_may_fit_and_be_wrong(given, keras, kind, axes):
    kernel, bias, layer, x, seen = layout_case(given, kind, "square")
    layer = with_weights(layer, kernel, bias)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(kernel.transpose(axes).copy()))
    assert deviation(seen(layer(x)), keras[f"layout/{kind}/square"]) > VISIBLE


# Activations, pooling, upsampling -------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_leaky_relu_has_its_slope_below_zero_and_at_zero(given, keras, precision):
    """Zero is common: a black picture and biases that start at zero give it."""
    x = torch.tensor(given["leaky/x"], dtype=getattr(torch, precision), requires_grad=True)
    y = F.leaky_relu(x, 0.2)
    (slopes,) = torch.autograd.grad(y.sum(), x)
    np.testing.assert_array_equal(y.detach(), keras[f"leaky/{precision}/values"])
    np.testing.assert_array_equal(slopes, keras[f"leaky/{precision}/slopes"])
    np.testing.assert_array_equal(slopes, np.where(given["leaky/x"] > 0, 1.0, 0.2).astype(precision))
    # The same function as a maximum: its derivative at zero is the mean of both sides.
    (naive,) = torch.autograd.grad(torch.maximum(x, 0.2 * x).sum(), x)
    assert deviation(naive, slopes) > VISIBLE


def test_leaky_relu_has_three_default_slopes(keras):
    assert F.leaky_relu(torch.tensor(-1.0)).item() == pytest.approx(-0.01)
    assert keras["leaky/tf.nn/default"] == pytest.approx(-0.2)
    assert keras["leaky/keras/default"] == pytest.approx(-0.3)


def test_leaky_relu_of_tensorflow_rounds_its_slope(given, keras):
    """In float64 too, which is why `models_tf.engine.leaky_relu` exists."""
    assert keras["leaky/tf.nn"] == -float(np.float32(0.2)) != -0.2


def test_black_pictures_give_a_dcgan_the_same_gradients(given, keras):
    """With zero biases a black picture lies at the bend of every first leaky ReLU."""
    model = started("dcgan", np.zeros_like(given["model/images"]))
    choice = models.choose(SMALL["dcgan"])
    batch, noise = first_batch(model)
    masks = {name: np.ones((3, *mask.shape)) for name, mask in choice.description.masks(choice.config, SHAPE).items()}
    gradients = model.gradients(batch, {**noise, **masks})
    facts = named(keras, "dcgan/black")
    check_names(gradients, facts)
    for name, gradient in gradients.items():
        assert deviation(gradient, facts[name]) <= GRADIENT, name
    assert np.abs(gradients["discriminator/conv1/bias"]).max() > 0


def test_ties_in_max_pooling_move_the_first_pixel_alone(given, keras):
    """`amax` pools to the same values, and shares the gradient among the ties."""
    x, weights = nchw(given["pool/ties"]).requires_grad_(), nchw(given["pool/weights"])
    ours, naive = nn.MaxPool2d(2)(x), x.unflatten(3, (2, 2)).unflatten(2, (3, 2)).amax(dim=(3, 5))
    assert deviation(nhwc(ours), keras["pool/values"]) == deviation(nhwc(naive), keras["pool/values"]) == 0
    ours, naive = (nhwc(torch.autograd.grad((pooled * weights).sum(), x)[0]) for pooled in (ours, naive))
    assert deviation(ours, keras["pool/gradient"]) <= EXACT
    assert deviation(naive, keras["pool/gradient"]) > VISIBLE


def test_constant_pictures_give_a_vae_with_pooling_the_same_gradients(given, keras):
    model = started("vae_conv", given["model/constant"])
    gradients, facts = model.gradients(*first_batch(model)), named(keras, "vae_conv/ties")
    check_names(gradients, facts)
    for name, gradient in gradients.items():
        assert deviation(gradient, facts[name]) <= GRADIENT, name
    assert np.abs(gradients["encoder/conv1/kernel"]).max() > 0


def test_upsampling_repeats_pixels(given, keras):
    x = nchw(given["layout/x"])
    assert deviation(nhwc(nn.Upsample(scale_factor=2, mode="nearest")(x)), keras["upsampled"]) == 0
    assert deviation(nhwc(nn.Upsample(scale_factor=2, mode="bilinear")(x)), keras["upsampled"]) > VISIBLE


def test_no_half_normalises_batches(keras):
    """Their defaults differ: Keras forgets 1 % a step and has ε = 1e-3, PyTorch 10 % and 1e-5. No model needs them."""
    naive = nn.BatchNorm2d(1)
    assert keras["normalisation"] == pytest.approx([0.99, 1e-3])
    assert (1 - naive.momentum, naive.eps) == pytest.approx((0.9, 1e-5))
    for name in SMALL:
        layers = {type(layer).__name__ for network in half(name).networks.values() for layer in network.modules()}
        assert layers
        assert not [layer for layer in [*layers, *keras[f"{name}/layers"]] if "norm" in layer.lower()]


# Losses ---------------------------------------------------------------------------------------------------------------


def test_the_bernoulli_likelihood_sums_over_pixels(given, keras):
    """A mean over the pixels, PyTorch's default, weighs the KL divergence as many times more as there are pixels."""
    x, logits = nchw(given["loss/x"]), nchw(given["loss/logits"])
    ours = log_bernoulli(x, logits)
    assert ours.shape == (3,)
    assert deviation(ours, keras["loss/log_bernoulli"]) <= EXACT
    naive = -F.binary_cross_entropy_with_logits(logits, x)
    assert deviation(ours.mean() / (6 * 4 * 2), naive) <= EXACT
    assert deviation(naive, keras["loss/log_bernoulli"].mean()) > VISIBLE


@pytest.mark.parametrize("name", SMALL)
def test_losses_are_means_over_the_batch_and_sums_over_pixels(given, keras, name):
    """With all weights zero every logit is zero and so every cross-entropy is log 2, whatever the pictures."""
    model = half(name)
    model.load({weight: np.zeros_like(value) for weight, value in model.parameters().items()})
    model.stage(given["model/images"], given["model/labels"])
    losses, facts = model.losses(*first_batch(model)), named(keras, f"{name}/blank")
    bits = math.prod(SHAPE)
    expected = {
        "gan": {"generator_loss": 1, "discriminator_loss": 2},
        "autoencoder": {"loss": bits, "reconstruction": -bits, "kl": 0},
    }[models.choose(name).description.family]
    assert list(losses) == list(facts) == list(expected)
    for loss, number in expected.items():
        for found in (losses[loss], facts[loss]):
            assert found == pytest.approx(number * math.log(2), rel=EXACT, abs=EXACT)


@pytest.mark.parametrize("target", [0, 1])
def test_cross_entropy_of_extreme_logits_is_not_clipped(given, keras, target):
    """At a logit of ±40 the loss is 40 where the guess is wrong.

    From probabilities Keras says 16, and PyTorch 100 where sigmoid(40) has been rounded to 1.
    """
    logits = torch.from_numpy(given["loss/extreme"])
    exact = np.logaddexp(0, (1 - 2 * target) * given["loss/extreme"])
    assert gan.cross_entropy(logits, float(target)).item() == pytest.approx(exact.mean(), rel=EXACT)
    assert keras[f"loss/extreme/{target}"] == pytest.approx(exact.mean(), rel=EXACT)

    ours = -log_bernoulli(torch.full((2, 1, 1, 1), target, dtype=torch.float64), logits[:, :, None, None])
    for found in (ours, -keras[f"loss/extreme/bernoulli/{target}"]):
        np.testing.assert_allclose(found, exact.ravel(), rtol=EXACT, atol=EXACT)

    wrong = 1 - target  # the second logit is +40
    naive = F.binary_cross_entropy(torch.sigmoid(logits), torch.full_like(logits, target), reduction="none")
    clipped = keras[f"loss/extreme/keras/{target}"]
    assert exact[wrong, 0] == pytest.approx(40)
    assert clipped[wrong] == pytest.approx(-math.log(1e-7), rel=1e-3)
    assert naive[wrong, 0] > 39.9 if target else naive[wrong, 0] == pytest.approx(100)


# Data and pictures ----------------------------------------------------------------------------------------------------


def test_the_last_batch_is_as_full_as_the_others():
    """PyTorch's own loader ends each epoch with what is left, which would weigh those pictures more."""
    batches = Streams(0, 10, 4, {}, np.float64).batches(0, 5)
    assert batches.shape == (5, 4)
    for epoch in batches.reshape(2, 10):
        assert sorted(epoch) == list(range(10))
    naive = torch.utils.data.DataLoader(torch.arange(10), batch_size=4)
    assert [len(batch) for batch in naive] == [4, 4, 2]


class Shown(engine.Engine):
    """A model without networks that decodes latent vectors [N, H W C] to the pixels that they are."""

    def build(self, config, image_shape, num_classes):
        self.updates = {}

    def decode(self, latent, labels):
        return engine.Unflatten(self.image_shape)(latent)


def shown(precision):
    return Shown(SimpleNamespace(noise={}, optimizers={}), SHAPE, 1, precision=precision)


@pytest.mark.parametrize("precision", ["fp64", "fp32"])
def test_bytes_are_divided_by_255(given, keras, precision):
    """Divided, not multiplied by 1/255, which rounds twice; the brightest byte is 1.0 exactly."""
    levels = torch.from_numpy(given["levels/bytes"])
    pixels = nhwc(shown(precision)._pixels(levels))
    facts = keras[f"levels/pixels/{precision}"]
    assert pixels.dtype == facts.dtype == {"fp64": np.float64, "fp32": np.float32}[precision]
    np.testing.assert_array_equal(pixels, facts)
    assert (pixels.min(), pixels.max()) == (0.0, 1.0)
    naive = levels.to(shown(precision).dtype) * (1 / 255)
    assert (naive.numpy() != facts).any()


@pytest.mark.parametrize("precision", ["fp64", "fp32"])
@pytest.mark.parametrize("mode", ["eager", "compiled"])
def test_samples_are_rounded_half_to_even_and_clamped(given, keras, precision, mode):
    pixels = given["levels/pixels"]
    ours, facts = shown(precision).sample(pixels), keras[f"levels/bytes/{precision}/{mode}"]
    assert ours.dtype == facts.dtype == np.uint8
    np.testing.assert_array_equal(ours, facts)
    levels = pixels.reshape(ours.shape) * 255
    np.testing.assert_array_equal(ours, np.clip(np.rint(levels), 0, 255))
    half_way = levels % 1 == 0.5
    assert half_way.sum() == 94
    # Cutting off, as a cast does, and rounding half up, as torchvision's `save_image` does.
    for naive in (torch.from_numpy(levels).clamp(0, 255), torch.from_numpy(levels).add(0.5).clamp(0, 255)):
        assert (naive.to(torch.uint8).numpy() != facts).sum() > 10


# Weights and chance ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
def test_initial_weights_are_the_same_whatever_the_frameworks_draw(keras, name):
    model = half(name)
    fresh, first = model.parameters(), initial_parameters(model.parameters(), seed=0)
    check_names(fresh, named(keras, f"{name}/fresh"))
    biases = [weight for weight in fresh if weight.endswith("/bias")]
    assert all(fresh[bias].any() and not keras[f"{name}/fresh/{bias}"].any() for bias in biases)
    for weight in fresh:
        assert deviation(fresh[weight], first[weight]) > VISIBLE
    model.load(first)
    for weight, value in model.parameters().items():
        np.testing.assert_array_equal(value, first[weight])
        np.testing.assert_array_equal(value, keras[f"{name}/loaded/{weight}"])


def test_a_dropout_mask_that_is_given_is_used(given, keras):
    """With a seed in common the frameworks drop different features: only a mask makes them the same."""
    x, mask = given["layout/x"], given["dropout/mask"]
    layer = engine.Dropout(0.4)
    ours = nhwc(layer(nchw(x), torch.from_numpy(mask)))
    for found in (ours, keras["dropout/given"]):
        assert deviation(found, x * mask / 0.6) <= EXACT
    torch.manual_seed(0)
    drawn = nhwc(layer(nchw(x)))
    for found in (drawn, keras["dropout/drawn"]):
        kept = found != 0
        assert 0 < kept.sum() < kept.size
        assert deviation(found[kept], x[kept] / 0.6) <= EXACT
    assert ((drawn != 0) != (keras["dropout/drawn"] != 0)).any()


def losses_drawn(given, seed):
    """Discriminator losses of two looks at one batch, with dropout's own random numbers."""
    model = started("dcgan", given["model/images"], seed=seed)
    return model, np.array([model.losses(*first_batch(model))["discriminator_loss"] for _ in range(2)])


def test_dropout_without_a_mask_is_repeated_by_its_seed(given, keras):
    ours = {label: losses_drawn(given, seed)[1] for label, seed in (("a", 0), ("b", 0), ("c", 1))}
    for drawn in (ours, named(keras, "dcgan/drawn")):
        np.testing.assert_array_equal(drawn["a"], drawn["b"])
        assert (drawn["a"] != drawn["c"]).all()
        assert drawn["a"][0] != drawn["a"][1], "it draws anew each time"


def test_dropout_goes_on_where_a_stored_state_was(given, keras):
    model = losses_drawn(given, 1)[0]
    streams = Streams(0, 7, 3, model.config.noise, np.float64)
    model.train(streams.batches(0, 2), streams.noise(0, 2))
    state = model.state()
    ends = {}
    for go in ("first", "again", "elsewhere"):
        random_state = (
            {} if go != "elsewhere" else {RANDOM_STATE: started("dcgan", given["model/images"]).state()[RANDOM_STATE]}
        )
        model.restore(state | random_state)
        model.train(streams.batches(2, 2), streams.noise(2, 2))
        ends[go] = model.parameters()
    facts = {go: named(keras, f"dcgan/resumed/{go}") for go in ("first", "again")}
    for first, again in ((ends["first"], ends["again"]), (facts["first"], facts["again"])):
        check_names(first, again)
        for weight in first:
            np.testing.assert_array_equal(first[weight], again[weight])
    assert all(deviation(ends["first"][weight], state[weight]) > 1e-6 for weight in ends["first"]), "it has moved"
    assert any((ends["first"][weight] != ends["elsewhere"][weight]).any() for weight in ends["first"])


def test_labels_are_joined_after_features_and_latent_vectors(given, keras):
    model = started("cond_vae", given["model/images"], given["model/labels"])
    images, latent = given["model/images"], torch.from_numpy(given["model/latent"])
    ours = {}
    for swap, labels in (("", given["model/labels"]), ("/swapped", given["model/swapped"])):
        ours[f"mean{swap}"] = model.encode(images, labels)[0]
        ours[f"decoded{swap}"] = nhwc(model.decode(latent, torch.from_numpy(labels)))
    for name, value in ours.items():
        assert deviation(value, keras[f"cond_vae/{name}"]) <= EXACT
    for name in ("mean", "decoded"):
        changed = (ours[name] != ours[f"{name}/swapped"]).reshape(7, -1).any(axis=1)
        assert changed.tolist() == [True, True, False, False, False, False, False], "two labels are swapped"

    one_hot = model.one_hot(torch.from_numpy(given["model/labels"]))
    dense = model.decoder.dense
    right, naive = dense(torch.cat([latent, one_hot], dim=1)), dense(torch.cat([one_hot, latent], dim=1))
    assert deviation(naive, right) > VISIBLE
