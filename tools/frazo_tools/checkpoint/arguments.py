"""The command line of `checkpoint`. It needs no TensorFlow, so that help and mistakes come fast."""

import argparse
import re
from collections.abc import Sequence

from frazo.program.command_line import path_argument
from frazo_tools.documented_parser import documented_parser

_SOURCE = "LOGDIR/train/ckpt-NUMBER; LOGDIR or a folder of checkpoints for the newest one"


def parse_arguments(docstring: str | None, arguments: Sequence[str]) -> argparse.Namespace:
    """Returns the options, with `command`.

    Args:
      docstring: The help of the program.
      arguments: Without the name of the program.
    """
    parser = documented_parser("checkpoint", docstring)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (_add_list, _add_compare):
        add(commands)
    return parser.parse_args(arguments)


def _add_list(commands: "argparse._SubParsersAction") -> None:
    parser = commands.add_parser(
        "list", help="show what is in a checkpoint, or which checkpoints there are"
    )
    parser.add_argument(
        "checkpoint",
        type=path_argument,
        metavar="CHECKPOINT_OR_LOGDIR",
        help="LOGDIR/train/ckpt-NUMBER for what is in it; LOGDIR for which there are",
    )
    _add_filter(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument(
        "--verify", action="store_true", help="read all bytes and compare their checksums"
    )


def _add_compare(commands: "argparse._SubParsersAction") -> None:
    parser = commands.add_parser(
        "compare",
        help="show what differs between two checkpoints; exit code 1 if anything does",
    )
    for name in ("a", "b"):
        parser.add_argument(name, type=path_argument, metavar=name.upper(), help=_SOURCE)
    parser.add_argument(
        "--tolerance",
        type=_tolerance,
        default=0.0,
        metavar="T",
        help="values are equal if their absolute or their relative difference is at most T; "
        "default: 0",
    )
    _add_filter(parser)


def _add_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--filter",
        type=_pattern,
        metavar="REGEX",
        help="only the tensors in whose names this is found",
    )


def _tolerance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number >= 0")
    return value


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {error}") from error
