"""Fashion-MNIST and its bundled small version: pictures of clothes in the form of MNIST."""

from __future__ import annotations

from bench.datasets.bundled_source import BundledSource
from bench.datasets.idx_source import IdxSource
from bench.datasets.source import Sizes

_CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

FASHION_MNIST = IdxSource(
    name="fashion-mnist",
    title="pictures of clothes",
    licence="MIT, Zalando SE",
    origin="https://github.com/zalandoresearch/fashion-mnist",
    sizes=Sizes(60_000, 10_000, (28, 28, 1), classes=10),
    domain="fashion-mnist",
    class_names=_CLASS_NAMES,
    checksums={
        "train_images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train_labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "test_images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "test_labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
)

FASHION_MNIST_MINI = BundledSource(
    name="fashion-mnist-mini",
    title="10,000 pictures of clothes from Fashion-MNIST, each from its own split",
    licence="MIT, Zalando SE",
    origin="Debian package dataset-fashion-mnist; see bench/datasets/bundled/SOURCE.md",
    sizes=Sizes(8_000, 2_000, (28, 28, 1), classes=10),
    domain="fashion-mnist",
    class_names=_CLASS_NAMES,
    sha256="779a4df92f5d05f1c6ec91a8536c907eb144644613a48579cfdd663e51a27d5c",
)

SOURCES = (FASHION_MNIST, FASHION_MNIST_MINI)
