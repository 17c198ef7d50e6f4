"""What all programs share: absl's flags and logging, --version, exit codes, and paths with `~`."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from absl import app, flags, logging
from absl.flags import argparse_flags
from frazo.op_library import find_op_library
from frazo.program import process_clock  # noqa: F401 (its import starts the clock)
from frazo.program.console import Console
from frazo.version import VERSION

LOGGING_HELP = """\
logging, as in all programs on absl
  --logtostderr      write the log lines to standard error
  --alsologtostderr  write them there, too
  --log_dir=DIR      write them to a file in DIR, too, each with its time
  --v=1              also show TensorFlow's own messages
  --flagfile=FILE    read flags from a file, one a line
  --helpfull         show these and all other flags of absl
  --version          show the versions of Frazo and TensorFlow, and what the
                     processor can do
"""


class CommandLine(argparse_flags.ArgumentParser):
    """A parser of a program's own flags and of absl's. Flags cannot be abbreviated."""

    def __init__(self, **kwargs: Any):
        super().__init__(
            allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )
        self.add_argument("--version", action=_ShowVersion, nargs=0, help=argparse.SUPPRESS)
        # absl's parser for argparse knows -v only; people write --v.
        self.add_argument("--v", action=_SetVerbosity, metavar="LEVEL", help=argparse.SUPPRESS)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        try:
            return super().parse_known_args(args, namespace)
        except flags.Error as error:
            self.error(str(error))


class _SetVerbosity(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        flags.FLAGS["verbosity"].parse(values)
        flags.FLAGS["verbosity"].using_default_value = False


class _ShowVersion(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        print("\n".join(version_lines()))
        parser.exit()


def run_program(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Calls `main` with the arguments of the command line, and ends with its exit code."""
    arguments = sys.argv[1:]
    app.run(lambda _: main(arguments), argv=sys.argv[:1])
    raise AssertionError("absl.app.run returned")


def path_argument(text: str) -> Path:
    """Returns a path with `~` expanded: the shell leaves that of --logdir=~/log as it is."""
    return Path(text).expanduser()


def log_console() -> Console:
    """Returns the console that absl's logging flags ask for. The flags are parsed."""
    values = flags.FLAGS
    if values.log_dir:
        folder = path_argument(values.log_dir)
        folder.mkdir(parents=True, exist_ok=True)
        logging.get_absl_handler().use_absl_log_file(log_dir=str(folder))
    copies = bool(values.log_dir or values.alsologtostderr) and not values.logtostderr
    out = sys.stderr if values.logtostderr else sys.stdout
    return Console(out, copy=_log if copies else None)


def wants_all_messages() -> bool:
    """Returns whether --v asks for the messages of the libraries below."""
    return flags.FLAGS.is_parsed() and flags.FLAGS.v > 0


def version_lines() -> list[str]:
    """Returns the versions of what runs here, a line each."""
    # Loaded here only: a wrong command line is told before.
    from frazo import _core

    lines = [
        f"Frazo {VERSION}",
        f"TensorFlow {_tensorflow_version()}, Python {sys.version.split()[0]}",
    ]
    # A program that computes nothing comes without it.
    with contextlib.suppress(FileNotFoundError):
        library = find_op_library()
        lines.append(f"op library {library.name}, CRC-32C {_core.file_crc32c(library):08x}")
    return [*lines, f"processor: {os.cpu_count()} threads, kernels for {_core.cpu_features()}"]


def _tensorflow_version() -> str:
    """Returns its version without importing it, which takes seconds."""
    # Imported here, because it would slow every start by a fifth.
    import importlib.metadata

    for package in ("tensorflow", "tensorflow-cpu"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(package)
    return "is missing"


def _log(text: str) -> None:
    logging.info("%s", text)
