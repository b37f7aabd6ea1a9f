"""The mutants: mistakes that are really made when a model is written a second time, for each model and both halves.

A change that makes no numerical difference is no mutant: it is not here.
"""

from __future__ import annotations

from .mutation import GREY, Mutant

# What several mutants change ------------------------------------------------------------------------------------------

TRANSPOSED = """\
        super().__init__(in_channels, out_channels, kernel_size, stride, padding=before)

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        full = super().forward(x)
        return full[:, :, : -self.surplus, : -self.surplus] if self.surplus else full
"""
TRANSPOSED_PADDED = """\
        super().__init__(in_channels, out_channels, kernel_size, stride, before + self.surplus, self.surplus)
"""
PADDED_AT_THE_END = """\
        super().__init__(in_channels, out_channels, kernel_size, stride, padding=0 if self.surplus else before)
        self.margins = (before, before + 1) * 2

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, self.margins) if self.surplus else x)
"""
PADDED_ALIKE = """\
        super().__init__(in_channels, out_channels, kernel_size, stride, padding=before + self.surplus)
"""
STEP_TORCH = """\
        gradients = self._differentiate(losses)
        for loss, optimizer in self._optimizers.items():
"""
SEQUENTIAL_TORCH = """\
        for loss, optimizer in reversed(self._optimizers.items()):
            gradients = self._differentiate(self._losses(*self._batch(indices), noise))
"""
STEP_TF = """\
        for loss, optimizer in self._optimizers.items():
            optimizer.apply(gradients[loss], self._moved[loss])
"""
SEQUENTIAL_TF = """\
        for loss, optimizer in reversed(self._optimizers.items()):
            gradients = self._differentiate(images, labels, noise)[1]
            optimizer.apply(gradients[loss], self._moved[loss])
"""
FLOATX = """\
    keras.config.set_floatx("float64" if precision == "fp64" else "float32")
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bf16" else keras.config.floatx())
"""
POLICY_ALONE = """\
    keras.config.set_dtype_policy({"fp64": "float64", "bf16": "mixed_bfloat16"}.get(precision, "float32"))
"""
TF_RESTORE = """\
        for name, variable in variables.items():
            variable.assign(state[name])
"""
TF_RESTORE_SLOTS = """\
        for name, variable in variables.items():
            if not name.endswith("/iteration"):
                variable.assign(state[name])
"""
NARROW_DCGAN = "dcgan[generator_widths=(16,16,16),discriminator_widths=(8,8)]"
"""A DCGAN whose training in float64 takes seconds, not minutes."""


# The mutants ----------------------------------------------------------------------------------------------------------

GAN = [
    Mutant(
        "gan", "torch", "engine.py", "transposed convolution cut at the beginning",
        "full[:, :, : -self.surplus, : -self.surplus]", "full[:, :, self.surplus :, self.surplus :]", "losses",
    ),
    Mutant(
        "gan", "torch", "engine.py", "output padding instead of a cut", TRANSPOSED, TRANSPOSED_PADDED, "losses",
    ),
    Mutant(
        "gan", "torch", "engine.py", "flattened as NCHW", "x.permute(0, 2, 3, 1).flatten(1)", "x.flatten(1)", "losses",
    ),
    Mutant(
        "gan", "torch", "engine.py", "gradients handed over with height and width swapped",
        "else (2, 3, 1, 0)", "else (3, 2, 1, 0)", "gradients",
    ),
    Mutant(
        "gan", "torch", "gan.py", "ReLU missing", "x = F.relu(self.up2(x))", "x = self.up2(x)", "losses",
    ),
    Mutant(
        "gan", "torch", "gan.py", "real labelled 0.9", "cross_entropy(real_logits, 1.0)",
        "cross_entropy(real_logits, 0.9)", "losses",
    ),
    Mutant(
        "gan", "torch", "gan.py", "saturating generator loss", "generator_loss = cross_entropy(fake_logits, 1.0)",
        "generator_loss = -cross_entropy(fake_logits, 0.0)", "losses",
    ),
    Mutant(
        "gan", "torch", "engine.py", "samples truncated", "(pixels * 255).round()", "(pixels * 255)", "samples",
    ),
    Mutant(
        "gan", "torch", "engine.py", "RMSprop's ε outside the root",
        'torch._foreach_sqrt(torch._foreach_add(averages, group["eps"]))',
        'torch._foreach_add(torch._foreach_sqrt(averages), group["eps"])', "trajectory", trains=True,
    ),
    Mutant(
        "gan", "torch", "engine.py", "rho 0.99 for 0.9", '"alpha": fact.rho', '"alpha": 0.99', "trajectory",
        trains=True,
    ),
    Mutant(
        "gan", "torch", "engine.py", "Adam's ε after bias correction",
        'self._epsilon / math.sqrt(1.0 - group["betas"][1] ** (taken + 1))', "self._epsilon", "trajectory", trains=True,
    ),
    Mutant(
        "gan", "torch", "engine.py", "each network with the other's optimiser",
        "for loss, fact in config.optimizers.items()",
        "for loss, fact in zip(config.optimizers, reversed(config.optimizers.values()), strict=True)",
        "trajectory", trains=True,
    ),
    Mutant(
        "gan", "torch", "engine.py", "generator moved after the discriminator", STEP_TORCH, SEQUENTIAL_TORCH,
        "trajectory", trains=True,
    ),
    Mutant(
        "gan", "torch", "engine.py", "the same noise for every step of a call",
        "{name: values[k] for name, values in noises.items()}", "{name: values[0] for name, values in noises.items()}",
        "long call", trains=True,
    ),
    Mutant(
        "gan", "torch", "engine.py", "optimisers not restored",
        'optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})', "pass", "trajectory", trains=True,
    ),
    Mutant(
        "gan", "tensorflow", "gan.py", "sum over the batch for its mean",
        "tf.reduce_mean(tf.nn.sigmoid", "tf.reduce_sum(tf.nn.sigmoid", "losses",
    ),
    Mutant(
        "gan", "tensorflow", "gan.py", "real and fake swapped",
        "cross_entropy(real_logits, 1.0) + cross_entropy(fake_logits, 0.0)",
        "cross_entropy(real_logits, 0.0) + cross_entropy(fake_logits, 1.0)", "losses",
    ),
    Mutant(
        "gan", "tensorflow", "engine.py", "learning rate kept in float32", FLOATX, POLICY_ALONE, "trajectory",
        trains=True,
    ),
    Mutant(
        "gan", "tensorflow", "engine.py", "generator moved after the discriminator", STEP_TF, SEQUENTIAL_TF,
        "trajectory", trains=True,
    ),
]  # fmt: skip

GAN += [
    Mutant(
        "gan", "torch", "gan.py", "logarithm of a probability",
        "return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))",
        "p = torch.sigmoid(logits)\n    return -(target * torch.log(p) + (1 - target) * torch.log(1 - p)).mean()",
        "losses",
    ),
    Mutant(
        "gan", "torch", "engine.py", "a state from before the first step not restored",
        "            optimizer.load_state_dict(", "            slots and optimizer.load_state_dict(", "trajectory",
        trains=True,
    ),
]  # fmt: skip

DCGAN = [
    Mutant(
        "dcgan", "torch", "engine.py", "own dropout forgotten",
        "            return super().forward(x)\n        return x * given",
        "            return x\n        return x * given", "own dropout",
    ),
    Mutant(
        "dcgan", "torch", "engine.py", "own dropout not rescaled",
        "            return super().forward(x)\n        return x * given",
        "            return super().forward(x) * (1 - self.p)\n        return x * given", "own dropout",
    ),
    Mutant(
        "dcgan", "torch", "engine.py", "own dropout keeps what it should drop",
        "            return super().forward(x)\n        return x * given",
        "            return F.dropout(x, 1 - self.p)\n        return x * given", "own dropout",
    ),
    Mutant(
        "dcgan", "tensorflow", "engine.py", "own dropout of the usual rate",
        "            return super().call(x, training=True)", "            return tf.nn.dropout(x, 0.5)", "own dropout",
    ),
    Mutant(
        "dcgan", "tensorflow", "engine.py", "own dropout switched off", "super().call(x, training=True)",
        "super().call(x)", "own dropout",
    ),
    Mutant(
        "dcgan", "tensorflow", "dcgan.py", "the first rate for both dropouts", "Dropout(config.dropout[1])",
        "Dropout(config.dropout[0])", "losses",
    ),
    Mutant(
        "dcgan", "tensorflow", "engine.py", "slope at zero", "tf.where(x > 0,", "tf.where(x >= 0,", "gradients",
    ),
    Mutant(
        NARROW_DCGAN, "torch", "engine.py", "random state not restored",
        "self._set_random_state(torch.from_numpy(np.array(state[RANDOM_STATE])))", "pass", "resumed", trains=True,
    ),
    Mutant(
        "dcgan", "torch", "engine.py", "padded at the beginning",
        "(before, before + 1) * 2", "(before + 1, before) * 2", "losses",
    ),
    Mutant(
        "dcgan", "torch", "engine.py", "padded on both sides", PADDED_AT_THE_END, PADDED_ALIKE, "losses",
    ),
    Mutant(
        "dcgan", "torch", "dcgan.py", "PyTorch's default slope", "F.leaky_relu(self.up1(x), self.slope)",
        "F.leaky_relu(self.up1(x))", "losses",
    ),
    Mutant(
        "dcgan", "torch", "engine.py", "dropout without rescaling",
        "x * given.permute(0, 3, 1, 2).to(x.dtype) / (1.0 - self.p)",
        "x * given.permute(0, 3, 1, 2).to(x.dtype)", "losses",
    ),
    Mutant(
        "dcgan", "torch", "dcgan.py", "sigmoid missing", "torch.sigmoid(self.out(x))", "self.out(x)", "losses",
    ),
    Mutant(
        "dcgan", "torch", "engine.py", "unflattened as NCHW", "x.unflatten(1, self.grid).permute(0, 3, 1, 2)",
        "x.unflatten(1, (self.grid[2], *self.grid[:2]))", "losses",
    ),
    Mutant(
        NARROW_DCGAN, "torch", "engine.py", "β1 0.9 for 0.5", "(fact.beta_1, fact.beta_2)", "(0.9, fact.beta_2)",
        "trajectory", trains=True,
    ),
    Mutant(
        "dcgan", "tensorflow", "dcgan.py", "slope 0.3 for 0.2", "leaky_relu(self.conv1(images), self.slope)",
        "leaky_relu(self.conv1(images), 0.3)", "losses",
    ),
    Mutant(
        "dcgan", "tensorflow", "engine.py", "slope rounded to float32",
        "tf.where(x > 0, x, slope * x) if x.dtype == tf.float64 else tf.nn.leaky_relu(x, slope)",
        "tf.nn.leaky_relu(x, slope)", "losses",
    ),
    Mutant(
        "dcgan", "tensorflow", "dcgan.py", "fakes dropped by the masks of the real pictures",
        "self.discriminator(fakes, *fake_masks)", "self.discriminator(fakes, *real_masks)", "losses",
    ),
    Mutant(
        "dcgan", "tensorflow", "dcgan.py", "dropout rates swapped",
        "Dropout(config.dropout[0])", "Dropout(config.dropout[1])", "losses",
    ),
    Mutant(
        "dcgan", "tensorflow", "engine.py", "mask tells what is dropped", "x * given /", "x * (1.0 - given) /",
        "losses",
    ),
]  # fmt: skip

CVAE = [
    Mutant(
        "cvae", "torch", "cvae.py", "binarised at 0.49", "images > 0.5", "images > 0.49", "losses", GREY,
    ),
    Mutant(
        "cvae", "torch", "engine.py", "grey pictures encoded",
        "self.posterior(self.observed(self._pixels(images)), labels)", "self.posterior(self._pixels(images), labels)",
        "posterior", GREY,
    ),
    Mutant(
        "cvae", "torch", "distributions.py", "mean over pixels for their sum",
        "cross_entropy.sum(dim=(1, 2, 3))", "cross_entropy.mean(dim=(1, 2, 3))", "losses",
    ),
    Mutant(
        "cvae", "torch", "distributions.py", "log-variance taken for the standard deviation",
        "torch.exp(0.5 * log_variance) * noise", "log_variance * noise", "losses",
    ),
    Mutant(
        "cvae", "torch", "cvae.py", "KL with the wrong sign", "-(reconstruction - kl).mean()",
        "-(reconstruction + kl).mean()", "losses",
    ),
    Mutant(
        "cvae", "torch", "cvae.py", "noise drawn by PyTorch", 'noise["posterior"]', "torch.randn_like(mean)", "losses",
    ),
    Mutant(
        "cvae", "torch", "engine.py", "kernels loaded with height and width swapped",
        "else (3, 2, 0, 1)", "else (3, 2, 1, 0)", "losses",
    ),
    Mutant(
        "cvae", "torch", "engine.py", "log of the mean taken for the mean of the log",
        "torch.logsumexp(torch.stack(log_weights), dim=0) - math.log(len(noise))",
        "torch.stack(log_weights).mean(dim=0)", "bound",
    ),
    Mutant(
        "cvae", "torch", "engine.py", "float32 computed in bfloat16", 'enabled=precision == "bf16"',
        'enabled=precision != "fp64"', "losses", precision="fp32",
    ),
    Mutant(
        "cvae", "tensorflow", "cvae.py", "not binarised", " if self.binarises else images",
        " if False else images", "losses", GREY,
    ),
    Mutant(
        "cvae", "tensorflow", "distributions.py", "standard deviation for the variance",
        "tf.exp(-log_variance)", "tf.exp(-0.5 * log_variance)", "losses",
    ),
    Mutant(
        "cvae", "tensorflow", "engine.py", "number of samples left out of IWAE",
        " - tf.math.log(tf.cast(samples, self.dtype))", "", "bound",
    ),
    Mutant(
        "cvae", "tensorflow", "engine.py", "the same posterior sample twice",
        'noise["posterior"][s]', 'noise["posterior"][0]', "bound",
    ),
    Mutant(
        "cvae", "tensorflow", "cvae.py", "logits shown as pictures",
        "tf.sigmoid(self.decoder(latent))", "self.decoder(latent)", "samples",
    ),
    Mutant(
        "cvae[equal]", "torch", "cvae.py", "binarised by its channels alone",
        "config.binarises(image_shape)", "image_shape[2] == 1", "losses", GREY,
    ),
    Mutant(
        "cvae[equal]", "tensorflow", "cvae.py", "ReLU missing", "tf.nn.relu(self.dense(latent))", "self.dense(latent)",
        "losses", GREY,
    ),
]  # fmt: skip

CVAE += [
    Mutant(
        "cvae", "tensorflow", "cvae.py", "log-variance kept within ±10",
        "        return mean, log_variance",
        "        return mean, tf.clip_by_value(log_variance, -10.0, 10.0)", "losses",
    ),
]  # fmt: skip

COND_VAE = [
    Mutant(
        "cond_vae", "torch", "engine.py", "the first pictures' labels for all of a long draw",
        "given[start : start + self.chunk])", "given[: len(latent[start : start + self.chunk])])", "samples",
    ),
    Mutant(
        "cond_vae", "torch", "cond_vae.py", "label joined before the features",
        "[self.flatten(x), one_hot]", "[one_hot, self.flatten(x)]", "losses",
    ),
    Mutant(
        "cond_vae", "torch", "cond_vae.py", "labels off by one",
        "F.one_hot(labels, self.num_classes)", "F.one_hot((labels + 1) % self.num_classes, self.num_classes)",
        "losses",
    ),
    Mutant(
        "cond_vae", "torch", "cond_vae.py", "decoder not told the label",
        "self.decoder(z, self.one_hot(labels))", "self.decoder(z, torch.zeros_like(self.one_hot(labels)))", "losses",
    ),
    Mutant(
        "cond_vae", "torch", "engine.py", "the first labels for every batch",
        "self._labels[indices]", "self._labels[: len(indices)]", "losses",
    ),
    Mutant(
        "cond_vae", "torch", "cond_vae.py", "sampled as class 0",
        "self.decoder(latent, self.one_hot(labels))", "self.decoder(latent, self.one_hot(labels * 0))", "samples",
    ),
    Mutant(
        "cond_vae", "torch", "cond_vae.py", "mean and log-variance swapped",
        "mean, log_variance = self.encoder", "log_variance, mean = self.encoder", "losses",
    ),
    Mutant(
        "cond_vae", "tensorflow", "cond_vae.py", "label joined before the latent vector",
        "[latent, one_hot]", "[one_hot, latent]", "losses",
    ),
    Mutant(
        "cond_vae", "tensorflow", "cond_vae.py", "labels counted from 1",
        "tf.one_hot(labels, self.num_classes", "tf.one_hot(labels - 1, self.num_classes", "losses",
    ),
    Mutant(
        "cond_vae", "tensorflow", "cond_vae.py", "KL the other way round",
        "log_normal(z, mean, log_variance) - log_standard_normal(z)",
        "log_standard_normal(z) - log_normal(z, mean, log_variance)", "losses",
    ),
    Mutant(
        "cond_vae", "tensorflow", "engine.py", "reconstructed without labels",
        "self.sample(self.encode(images, labels)[0], labels)", "self.sample(self.encode(images, labels)[0])", "samples",
    ),
    Mutant(
        "cond_vae", "tensorflow", "engine.py", "the first labels for every step of a call",
        "tf.gather(labels, batches[k])", "tf.gather(labels, batches[0])", "trajectory", trains=True,
    ),
]  # fmt: skip

VAE_DENSE = [
    Mutant(
        "vae_dense", "torch", "distributions.py", "cross-entropy of probabilities",
        'F.binary_cross_entropy_with_logits(logits, x, reduction="none")',
        "-(x * torch.log(torch.sigmoid(logits)) + (1 - x) * torch.log(1 - torch.sigmoid(logits)))", "losses",
    ),
    Mutant(
        "vae_dense", "torch", "vae_dense.py", "KL weighted by a half",
        "-(reconstruction - kl).mean()", "-(reconstruction - 0.5 * kl).mean()", "losses",
    ),
    Mutant(
        "vae_dense", "torch", "distributions.py", "0.5 of the KL missing", "0.5 * (mean**2", "(mean**2", "losses",
    ),
    Mutant(
        "vae_dense", "torch", "engine.py", "pixels divided by 256", ".div(255)", ".div(256)", "losses",
    ),
    Mutant(
        "vae_dense", "torch", "vae_dense.py", "pictures decoded as NCHW", "return self.unflatten(self.out(x))",
        "h, w, c = self.unflatten.grid\n        return self.out(x).unflatten(1, (c, h, w))", "losses",
    ),
    Mutant(
        "vae_dense", "torch", "engine.py", "gradients not set back to zero", "weight.grad = gradient",
        "weight.grad = gradient if weight.grad is None else weight.grad + gradient", "trajectory", trains=True,
    ),
    Mutant(
        "vae_dense", "torch", "engine.py", "biases never moved", "weight.grad = gradient",
        "weight.grad = gradient * (weight.ndim > 1)", "trajectory", trains=True,
    ),
    Mutant(
        "vae_dense", "torch", "engine.py", "PyTorch's default ε", "self._epsilon = fact.epsilon",
        "self._epsilon = 1e-8", "trajectory", trains=True,
    ),
    Mutant(
        "vae_dense", "torch", "engine.py", "AMSGrad", "foreach=True", "amsgrad=True", "trajectory", trains=True,
    ),
    Mutant(
        "vae_dense", "torch", "engine.py", "a stored state that training overwrites",
        "return moved.cpu().numpy().copy()", "return moved.cpu().numpy()", "trajectory", trains=True,
    ),
    Mutant(
        "vae_dense", "torch", "engine.py", "slots stored in float32",
        "value.detach().cpu().numpy().copy()", "value.detach().float().cpu().numpy().copy()", "trajectory", trains=True,
    ),
    Mutant(
        "vae_dense", "tensorflow", "engine.py", "pixels in [-1, 1]",
        "tf.cast(images, self.dtype) / 255", "tf.cast(images, self.dtype) / 127.5 - 1", "losses",
    ),
    Mutant(
        "vae_dense", "tensorflow", "distributions.py", "KL averaged over the latent vector",
        "0.5 * tf.reduce_sum(mean**2", "0.5 * tf.reduce_mean(mean**2", "losses",
    ),
    Mutant(
        "vae_dense", "tensorflow", "distributions.py", "1 missing in the KL",
        "tf.exp(log_variance) - 1.0 - log_variance", "tf.exp(log_variance) - log_variance", "losses",
    ),
    Mutant(
        "vae_dense", "tensorflow", "engine.py", "Keras' own Adam", "def update_step", "def own_step", "trajectory",
        trains=True,
    ),
    Mutant(
        "vae_dense", "tensorflow", "engine.py", "step count not restored", TF_RESTORE, TF_RESTORE_SLOTS, "trajectory",
        trains=True,
    ),
]  # fmt: skip

VAE_CONV = [
    Mutant(
        "vae_conv", "torch", "vae_conv.py", "average for maximum", "nn.MaxPool2d(2)", "nn.AvgPool2d(2)", "losses",
    ),
    Mutant(
        "vae_conv", "torch", "vae_conv.py", "bilinear upsampling", 'mode="nearest"', 'mode="bilinear"', "losses",
    ),
    Mutant(
        "vae_conv", "torch", "vae_conv.py", "upsampled before the convolution",
        "self.upsample(F.relu(self.conv1(x)))", "F.relu(self.conv1(self.upsample(x)))", "losses",
    ),
    Mutant(
        "vae_conv", "torch", "engine.py", "padded by reflection", "padding=0 if self.surplus else before)",
        'padding=0 if self.surplus else before, padding_mode="reflect")', "losses",
    ),
    Mutant(
        "vae_conv", "torch", "vae_conv.py", "probabilities taken for logits",
        "return self.out(x)", "return torch.sigmoid(self.out(x))", "losses",
    ),
    Mutant(
        "vae_conv", "torch", "distributions.py", "0.5 missing before the log-variance",
        "torch.exp(0.5 * log_variance) * noise", "torch.exp(log_variance) * noise", "losses",
    ),
    Mutant(
        "vae_conv", "tensorflow", "vae_conv.py", "average for maximum", "layers.MaxPooling2D(2)",
        "layers.AveragePooling2D(2)", "losses",
    ),
    Mutant(
        "vae_conv", "tensorflow", "vae_conv.py", "bilinear upsampling", '"nearest"', '"bilinear"', "losses",
    ),
    Mutant(
        "vae_conv", "tensorflow", "vae_conv.py", "ReLU on the logits",
        "return self.out(x)", "return tf.nn.relu(self.out(x))", "losses",
    ),
    Mutant(
        "vae_conv", "tensorflow", "distributions.py", "mean over pixels for their sum",
        "tf.reduce_sum(cross_entropy", "tf.reduce_mean(cross_entropy", "losses",
    ),
]  # fmt: skip

MUTANTS = (*GAN, *DCGAN, *CVAE, *COND_VAE, *VAE_DENSE, *VAE_CONV)
CASES = {mutant.case.title: mutant.case for mutant in MUTANTS}
"""The cases that they are carried through, by title."""
