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
from frazo.op_library import find_op_library, is_installed
from frazo.program import process_clock  # noqa: F401 (its import starts the clock)
from frazo.program.console import Console
from frazo.program.errors import EXIT_FAILED
from frazo.program.program_names import in_callers_words, program_name
from frazo.tensorflow_version import (
    TENSORFLOW_VERSION,
    TensorflowVersionError,
    installed_tensorflow,
)
from frazo.version import VERSION

# What the extras of the wheel leave out. This one asks for the package `tensorflow` whatever there is.
_REMEDIES = {
    "tensorflow_serving": f"pip install --no-deps tensorflow-serving-api=={TENSORFLOW_VERSION}"
}

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

    def __init__(self, prog: str, **kwargs: Any):
        """As in argparse.

        Args:
          prog: The name of the program's target.
          **kwargs: As in argparse.
        """
        super().__init__(
            prog=program_name(prog),
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **kwargs,
        )
        self.add_argument("--version", action=_ShowVersion, nargs=0, help=argparse.SUPPRESS)
        # absl's parser for argparse knows -v only; people write --v.
        self.add_argument("--v", action=_SetVerbosity, metavar="LEVEL", help=argparse.SUPPRESS)

    def format_help(self) -> str:
        return in_callers_words(super().format_help())

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
    app.run(lambda _: _run(main, arguments), argv=sys.argv[:1])
    raise AssertionError("absl.app.run returned")


def _run(main: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    try:
        return main(arguments)
    except TensorflowVersionError as error:
        Console().error(str(error))
    except ModuleNotFoundError as error:
        # The wheel has extras for what only some programs need; a checkout has all of it.
        if not is_installed():
            raise
        remedy = _REMEDIES.get(error.name or "", "pip install 'frazo[cpu]', or 'frazo[gpu]'")
        Console().error(
            f"the package {error.name} is missing. Install what the program needs: {remedy}"
        )
    return EXIT_FAILED


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

    tensorflow = installed_tensorflow()
    lines = [
        f"Frazo {VERSION}",
        f"TensorFlow {tensorflow[0] if tensorflow else 'is missing'}, Python {sys.version.split()[0]}",
    ]
    # A program that computes nothing comes without it.
    with contextlib.suppress(FileNotFoundError):
        library = find_op_library()
        lines.append(f"op library {library.name}, CRC-32C {_core.file_crc32c(library):08x}")
    return [*lines, f"processor: {os.cpu_count()} threads, kernels for {_core.cpu_features()}"]


def _log(text: str) -> None:
    logging.info("%s", text)
