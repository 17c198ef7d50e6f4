"""Writes a Keras dataset as a TensorFlow checkpoint for training.

    ./bazelw run -c opt //tools:keras2ckpt -- --dataset=mnist [--out=PREFIX] [--from=PATH ...]

mnist: 60,000 training and 10,000 test images of digits. PREFIX.data-00000-of-00001 (about 55 MB)
and PREFIX.index hold the tensors x_train and x_test (uint8 [n, 28, 28]), y_train and y_test
(uint8 [n]).

The images come from Keras, which downloads them once and keeps them below ~/.keras. Without a
network, provide the four files train-images-idx3-ubyte, train-labels-idx1-ubyte,
t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (plain or .gz) and pass their folder with --from.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from frazo.program.command_line import run_program
from frazo.program.tensorflow_start import start_tensorflow
from frazo_tools.documented_parser import documented_parser
from frazo_tools.images.idx import IdxError
from frazo_tools.images.mnist_files import FILE_NAMES, Mnist, MnistError, read_mnist_files
from frazo_tools.images.tensor_bundle import write_tensor_bundle


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    started = time.monotonic()
    try:
        if options.sources:
            mnist = read_mnist_files(options.sources, report=print)
        else:
            mnist = _read_from_keras()
        print(f"writing {options.out}", flush=True)
        start_tensorflow()
        files = write_tensor_bundle(options.out, mnist._asdict())
    except (IdxError, MnistError, OSError) as error:
        print(f"keras2ckpt: {error}", file=sys.stderr)
        return 1
    for path in files:
        print(f"{path}: {path.stat().st_size} bytes")
    seconds = time.monotonic() - started
    print(f"{len(mnist.x_train)} training and {len(mnist.x_test)} test images in {seconds:.1f} s")
    return 0


def _read_from_keras() -> Mnist:
    print("reading MNIST through Keras", flush=True)
    start_tensorflow()
    # Imported here because it takes seconds and IDX files do not need it.
    import tensorflow as tf

    try:
        (x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
    # Keras reports a failed download as a bare Exception.
    except Exception as error:
        raise MnistError(_explain_no_download(error)) from error
    return Mnist(x_train, y_train, x_test, y_test)


def _explain_no_download(reason: Exception) -> str:
    names = "\n".join(f"    {name}" for name in FILE_NAMES)
    return (
        f"Keras could not provide MNIST: {reason}\n"
        "There was no copy at ~/.keras/datasets/mnist.npz, and it could not be downloaded.\n"
        f"Copy these files to this machine, plain or .gz:\n{names}\n"
        "and give their folder:\n"
        "    ./bazelw run -c opt //tools:keras2ckpt -- --dataset=mnist --from=FOLDER"
    )


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("keras2ckpt", __doc__)
    parser.add_argument("--dataset", choices=["mnist"], required=True, help="what to write")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("/tmp/mnist/mnist"),
        metavar="PREFIX",
        help="path prefix of the files; existing ones are replaced when the new ones are complete "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--from",
        dest="sources",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="folder that holds the four IDX files, or the files themselves, instead of Keras",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    run_program(main)
