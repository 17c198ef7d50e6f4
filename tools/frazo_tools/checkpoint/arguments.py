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
    for add in (_add_list, _add_compare, _add_average):
        add(commands)
    options = parser.parse_args(arguments)
    if options.command == "average":
        _check_average(parser, options)
    return options


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


def _add_average(commands: "argparse._SubParsersAction") -> None:
    parser = commands.add_parser(
        "average",
        help="write the mean of the weights of several checkpoints",
        description="Weights and moving averages are means, computed in float64; slots, position of "
        "the input and the like are those of the newest. One tensor at a time is in memory.",
    )
    _add_out(parser)
    parser.add_argument(
        "checkpoints", type=path_argument, nargs="+", metavar="CHECKPOINT", help=_SOURCE
    )
    parser.add_argument(
        "--last",
        type=_two_or_more,
        metavar="N",
        help="the newest N of one LOGDIR or folder of checkpoints",
    )


def _check_average(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    count = len(options.checkpoints)
    if options.last is None and count < 2:
        parser.error("give two checkpoints or more, or --last=N and a folder of checkpoints")
    if options.last is not None and count > 1:
        parser.error(f"--last=N takes one folder of checkpoints, not {count}")


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "out",
        type=path_argument,
        metavar="OUT",
        help="a new log directory; the checkpoint is in OUT/train",
    )


def _add_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--filter",
        type=_pattern,
        metavar="REGEX",
        help="only the tensors in whose names this is found",
    )


def _two_or_more(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number >= 2")
    return int(text)


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
