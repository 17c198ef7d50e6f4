"""Reads MNIST from its four IDX files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from frazo_tools.images.idx import read_idx

SIDE = 28
CLASSES = 10


class MnistError(Exception):
    """The files are missing or do not belong together. str() is the whole message."""


class Mnist(NamedTuple):
    """Images uint8 [n, 28, 28], 0 = background; labels uint8 [n], each 0..9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


# Some mirrors write the last hyphen but one as a dot: train-images.idx3-ubyte.
_FILES = {
    "x_train": ("train-images", "idx3-ubyte"),
    "y_train": ("train-labels", "idx1-ubyte"),
    "x_test": ("t10k-images", "idx3-ubyte"),
    "y_test": ("t10k-labels", "idx1-ubyte"),
}
FILE_NAMES = tuple("-".join(parts) for parts in _FILES.values())


def read_mnist_files(paths: Sequence[Path], report: Callable[[str], None]) -> Mnist:
    """Reads the four files.

    Args:
        paths: folders that hold some of the files, or the files themselves, plain or .gz. If a file
            occurs twice, the first one is read.
        report: called with a line for each file read.

    Raises:
        MnistError: a path or a file is missing, or the arrays do not fit together.
        IdxError: a file is damaged.
    """
    located = {name: _locate(paths, *parts) for name, parts in _FILES.items()}
    arrays = {}
    for name, path in located.items():
        arrays[name] = read_idx(path, dimensions=3 if name.startswith("x_") else 1)
        report(f"{name}: {' x '.join(map(str, arrays[name].shape))} from {path}")
    for side in ("train", "test"):
        _check_side(side, arrays, located)
    return Mnist(**arrays)


def _locate(paths: Sequence[Path], stem: str, extension: str) -> Path:
    names = [
        stem + joint + extension + compression for joint in "-." for compression in ("", ".gz")
    ]
    for path in paths:
        if path.is_dir():
            found = next((path / name for name in names if (path / name).is_file()), None)
        elif path.is_file():
            found = path if path.name in names else None
        else:
            raise MnistError(f"{path}: no such file or folder")
        if found:
            return found
    raise MnistError(
        f"{stem}-{extension} is missing: looked for {', '.join(names)} "
        f"in {', '.join(map(str, paths))}. All of {', '.join(FILE_NAMES)} are needed"
    )


def _check_side(side: str, arrays: dict[str, np.ndarray], located: dict[str, Path]) -> None:
    images, labels = arrays[f"x_{side}"], arrays[f"y_{side}"]
    images_path, labels_path = located[f"x_{side}"], located[f"y_{side}"]
    if images.shape[1:] != (SIDE, SIDE):
        raise MnistError(
            f"{images_path}: images of {images.shape[1]} x {images.shape[2]} pixels; "
            f"MNIST's are {SIDE} x {SIDE}"
        )
    if len(images) != len(labels):
        raise MnistError(
            f"{images_path} has {len(images)} images, {labels_path} has {len(labels)} labels: "
            "they do not belong together"
        )
    if not len(images):
        raise MnistError(f"{images_path}: no images")
    if labels.max() >= CLASSES:
        raise MnistError(
            f"{labels_path}: label {labels.max()} at position {labels.argmax()}; "
            f"MNIST's are 0 to {CLASSES - 1}"
        )
