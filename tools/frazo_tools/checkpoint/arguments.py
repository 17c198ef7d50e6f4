"""The command line of `checkpoint`. It needs no TensorFlow, so that help and mistakes come fast."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from frazo.program.command_line import path_argument
from frazo_tools.checkpoint.name_rules import NameRule, NameRuleError, parse_rules
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
    for add in _COMMANDS:
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
        description="Weights and moving averages are means, computed in float64. Slots, the position of\n"
        "the input and the like are those of the newest. No more than the largest tensor and 256 MB are\n"
        "in memory.",
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


def _add_export(commands: "argparse._SubParsersAction") -> None:
    parser = commands.add_parser(
        "export",
        help="write the weights of a checkpoint as safetensors",
        description="The file's metadata have the step, which weights they are, and the description of\n"
        "the experiment. What would be larger than a shard is FILE-00001-of-00002.safetensors\n"
        "and so on, with FILE.safetensors.index.json.",
    )
    parser.add_argument("checkpoint", type=path_argument, metavar="CHECKPOINT", help=_SOURCE)
    parser.add_argument("file", type=_safetensors, metavar="FILE.safetensors", help="a new file")
    parser.add_argument(
        "--dtype",
        choices=["float32", "bfloat16", "float16"],
        help="type of the numbers, rounded to the nearest; default: as they are",
    )
    _add_weights(parser)
    parser.add_argument(
        "--shard_size",
        type=_size,
        default=5_000_000_000,
        metavar="SIZE",
        help="most bytes of a file, such as 500MB; default: 5GB",
    )


def _add_import(commands: "argparse._SubParsersAction") -> None:
    parser = commands.add_parser(
        "import",
        help="write a checkpoint of the weights in a safetensors file, or of another program",
        description="Numbers of any precision become float32. The checkpoint has the step of the file's\n"
        "metadata, else 0, and nothing of a learner: evalers, decoders, exports and warm_start\n"
        "take it, and a training does not go on from it.\n"
        "With --rules, FILE is another program's TensorFlow checkpoint, without .index.",
    )
    parser.add_argument(
        "file", type=path_argument, metavar="FILE", help="model.safetensors, or its .index.json"
    )
    _add_out(parser)
    parser.add_argument(
        "--names",
        type=_rules,
        default=[],
        metavar="OLD=NEW,...",
        help="new names: 'model.*.weight=network/*/kernel,head.*=' renames the first and leaves "
        "out the second; * matches any text, and the first rule that matches counts",
    )
    parser.add_argument(
        "--rules",
        metavar="FILE",
        help="how a checkpoint of another program becomes that of --model: a textproto of "
        "WarmStartRules, or one that comes with Frazo, such as lingvo/transformer.textproto",
    )
    _add_experiment(parser, "checks that names and shapes are those of its model")


def _add_ctranslate2(commands: "argparse._SubParsersAction") -> None:
    parser = commands.add_parser(
        "ctranslate2",
        help="write a translation model for CTranslate2",
        description="A Transformer whose computation CTranslate2 has becomes a folder that\n"
        "ctranslate2.Translator opens; what it cannot compute is an error that names it. It takes\n"
        "and gives the pieces of the experiment's tokenizers.",
    )
    parser.add_argument("checkpoint", type=path_argument, metavar="CHECKPOINT", help=_SOURCE)
    parser.add_argument("out", type=path_argument, metavar="OUT", help="a new folder")
    _add_weights(parser)
    _add_experiment(parser, "the model of the checkpoint, with the tokenizers")


def _add_experiment(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--model", metavar="NAME", help=f"a known experiment: {what}")
    parser.add_argument(
        "--config", metavar="FILE", help="the experiment in a textproto file, instead of --model"
    )
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a field of the experiment",
    )


def _add_upcycle(commands: "argparse._SubParsersAction") -> None:
    parser = commands.add_parser(
        "upcycle",
        help="turn a dense model into a mixture of experts (Komatsuzaki et al. 2023)",
        description="Each expert begins as the dense feed-forward layer in its place, routers are drawn as\n"
        "their initializer says, everything else is copied. With two experts a token or more, and\n"
        "enough capacity, the outputs are those of the dense model. The learner begins anew: train\n"
        'with warm_start { checkpoint: "OUT/train" }.',
    )
    parser.add_argument("checkpoint", type=path_argument, metavar="DENSE_CHECKPOINT", help=_SOURCE)
    _add_out(parser)
    _add_experiment(parser, "with the mixtures")


_COMMANDS = (
    _add_list,
    _add_compare,
    _add_average,
    _add_export,
    _add_import,
    _add_ctranslate2,
    _add_upcycle,
)


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "out",
        type=path_argument,
        metavar="OUT",
        help="a new log directory; the checkpoint is in OUT/train",
    )


def _add_weights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--weights",
        choices=["trained", "averaged"],
        help="the weights or their moving averages; default: averaged if there are any, as "
        "evaluation does",
    )


def _add_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--filter",
        type=_pattern,
        metavar="REGEX",
        help="only the tensors in whose names this is found",
    )


def _safetensors(text: str) -> Path:
    if not text.endswith(".safetensors"):
        raise argparse.ArgumentTypeError(f"'{text}' does not end in .safetensors")
    return path_argument(text)


def _size(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,6})(kB|MB|GB|TB)", text)
    if match is None or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no size such as 500MB or 5GB")
    return int(match[1]) * 1000 ** (1 + ("kB", "MB", "GB", "TB").index(match[2]))


def _rules(text: str) -> list[NameRule]:
    try:
        return parse_rules(text)
    except NameRuleError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


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
