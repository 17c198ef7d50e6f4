"""Writes the type stub (.pyi) of a built nanobind module."""

import argparse
import importlib.machinery
import importlib.util

from nanobind.stubgen import StubGen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module-file", required=True, help="the shared object")
    parser.add_argument("--module", required=True, help="the module's name")
    parser.add_argument("--output", required=True, help="the .pyi file to write")
    arguments = parser.parse_args()
    loader = importlib.machinery.ExtensionFileLoader(arguments.module, arguments.module_file)
    specification = importlib.util.spec_from_loader(arguments.module, loader)
    module = importlib.util.module_from_spec(specification)
    loader.exec_module(module)
    generator = StubGen(module)
    generator.put(module)
    with open(arguments.output, "w", encoding="utf-8") as output:
        output.write(generator.get())


if __name__ == "__main__":
    main()
