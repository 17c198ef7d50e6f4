"""Writes the type stub (.pyi) of a built nanobind module."""

import argparse
import ctypes
import importlib.machinery
import importlib.util
import pathlib

from nanobind.stubgen import StubGen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module-file", required=True, help="the shared object")
    parser.add_argument("--module", required=True, help="the module's name")
    parser.add_argument("--output", required=True, help="the .pyi file to write")
    arguments = parser.parse_args()
    _load_tensorflow_framework()
    loader = importlib.machinery.ExtensionFileLoader(arguments.module, arguments.module_file)
    specification = importlib.util.spec_from_loader(arguments.module, loader)
    module = importlib.util.module_from_spec(specification)
    loader.exec_module(module)
    generator = StubGen(module)
    generator.put(module)
    with open(arguments.output, "w", encoding="utf-8") as output:
        output.write(generator.get())


def _load_tensorflow_framework() -> None:
    """Loads what a module may need by name: the library is no input of the rule that runs this."""
    tensorflow = importlib.util.find_spec("tensorflow")
    if tensorflow is not None:
        ctypes.CDLL(str(pathlib.Path(tensorflow.origin).parent / "libtensorflow_framework.so.2"))


if __name__ == "__main__":
    main()
