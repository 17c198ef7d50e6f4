"""What compilers and CMake need for C++ code on an installed Frazo, in the way of tf.sysconfig.

g++ $(python -m frazo.sysconfig --cflags) count.cc $(python -m frazo.sysconfig --ldflags)
cmake -DFrazo_DIR=$(python -m frazo.sysconfig --cmakedir) ...
"""

import argparse
import sys
from pathlib import Path

from frazo.op_library import is_installed
from frazo.tensorflow_version import check_tensorflow, installed_tensorflow

_PACKAGE = Path(__file__).absolute().parent


def get_include() -> str:
    """Returns the folder of Frazo's headers: `#include "core/records/record_reader.h"`.

    Raises:
      FileNotFoundError: This Frazo is a checkout and not an installed package.
    """
    return str(_installed() / "include")


def get_lib() -> str:
    """Returns the folder of libfrazo_runtime.so.

    Raises:
      FileNotFoundError: This Frazo is a checkout and not an installed package.
    """
    return str(_installed())


def get_compile_flags() -> list[str]:
    """Returns the flags of a compiler. The headers of absl and protobuf are those of TensorFlow.

    Raises:
      FileNotFoundError: This Frazo is a checkout and not an installed package, or there is no
        TensorFlow.
      TensorflowVersionError: TensorFlow is another release.
    """
    return [
        f"-I{get_include()}",
        f"-I{_tensorflow() / 'include'}",
        "-std=c++17",
        # Part of the binary interface of tensorflow::Tensor.
        "-DEIGEN_MAX_ALIGN_BYTES=64",
    ]


def get_link_flags() -> list[str]:
    """Returns the flags of a linker. A program finds the libraries where they are now.

    Raises:
      FileNotFoundError: As in get_compile_flags.
      TensorflowVersionError: As in get_compile_flags.
    """
    folders = get_lib(), str(_tensorflow())
    return [
        *(flag for folder in folders for flag in (f"-L{folder}", f"-Wl,-rpath,{folder}")),
        "-l:libfrazo_runtime.so",
        "-l:libtensorflow_framework.so.2",
    ]


def get_cmake_folder() -> str:
    """Returns the folder of FrazoConfig.cmake, for Frazo_DIR.

    Raises:
      FileNotFoundError: This Frazo is a checkout and not an installed package.
    """
    return str(_installed() / "cmake")


def _installed() -> Path:
    if not is_installed():
        raise FileNotFoundError(
            f"{_PACKAGE} is part of a checkout: depend on its targets with Bazel, as tests/outside"
            " does, or install the wheel (docs/install.md)"
        )
    return _PACKAGE


def _tensorflow() -> Path:
    check_tensorflow()
    found = installed_tensorflow()
    if found is None:
        raise FileNotFoundError(
            "TensorFlow, whose package has the headers of absl and protobuf, is missing:"
            " pip install 'frazo[cpu]'"
        )
    return found[1]


def _main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m frazo.sysconfig", description="Prints what C++ code on Frazo is built with."
    )
    parser.add_argument("--cflags", action="store_true", help="flags of the compiler")
    parser.add_argument("--ldflags", action="store_true", help="flags of the linker")
    parser.add_argument("--cmakedir", action="store_true", help="the folder of FrazoConfig.cmake")
    options = parser.parse_args()
    try:
        if options.cflags:
            print(*get_compile_flags())
        if options.ldflags:
            print(*get_link_flags())
        if options.cmakedir:
            print(get_cmake_folder())
    except (FileNotFoundError, ImportError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    _main()
