"""Checks experiments, compares them, and describes their fields to other programs.

    ./bazelw run //tools:config -- check my.textproto other.textproto
    ./bazelw run //tools:config -- fmt my.textproto
    ./bazelw run //tools:config -- diff lm.text.TransformerTiny lm.text.MoETiny
    ./bazelw run //tools:config -- schema --out=experiment.schema.json

An EXPERIMENT is the name of a model (`./bazelw run //:trainer -- --model=list` shows them) or the
path of a textproto file.

`check` reads each one as the trainer does, with what it extends, and says what is wrong in which
line. It builds no layers and needs no data, so that it suits an editor or a commit hook.

`fmt` writes files in one form: two blanks for each level, one field in a line unless a message was
in one line and fits in 120 columns. Comments stay. With --check it changes nothing, and names the
files that it would change.

`diff` fills in the defaults and shows each field that differs, "unset" where an experiment has no
value.

`schema` writes a JSON Schema of all messages, with comments, defaults and rules, for programs that
make experiments or show them: of protobuf's JSON form, with the names of the .proto files, of an
experiment that extends nothing.

The exit code is 0, 1 if an experiment is wrong, two differ or `fmt --check` would change a file,
or 2 after another error.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from frazo.config import ConfigError, load_experiment
from frazo.config.changes import changed_fields
from frazo.config.config_text import ConfigText
from frazo.config.resolved import with_defaults
from frazo.config.text_file import existing_file, read_text
from frazo.program.command_line import path_argument, run_program
from frazo.program.durable_file import write_text
from frazo.proto import experiment_pb2
from frazo_tools.config.json_schema import json_schema
from frazo_tools.config.textproto_format import formatted
from frazo_tools.documented_parser import documented_parser
from frazo_tools.records.table import table

_WRONG = _DIFFERENT = 1
_FAILED = 2


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse(arguments)
    return options.run(options)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("config", __doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    check = commands.add_parser("check", help="say whether experiments are right")
    check.add_argument("experiments", nargs="+", metavar="EXPERIMENT", help="a name or a file")
    check.set_defaults(run=_check)
    fmt = commands.add_parser("fmt", help="write files in one form")
    fmt.add_argument("files", nargs="+", type=path_argument, metavar="FILE", help="a textproto")
    fmt.add_argument("--check", action="store_true", help="only name what would change")
    fmt.set_defaults(run=_format)
    diff = commands.add_parser("diff", help="show the fields in which two experiments differ")
    diff.add_argument("experiments", nargs=2, metavar="EXPERIMENT", help="a name or a file")
    diff.set_defaults(run=_diff)
    schema = commands.add_parser("schema", help="write a JSON Schema of experiments")
    schema.add_argument(
        "--out", type=path_argument, metavar="FILE", help="the file (default: standard output)"
    )
    schema.set_defaults(run=_schema)
    return parser.parse_args(arguments)


def _check(options: argparse.Namespace) -> int:
    code = 0
    for name in options.experiments:
        try:
            experiment = _load(name)
        except ConfigError as error:
            print(error, file=sys.stderr)
            code = _WRONG
        else:
            print(f"{name}: right: {experiment.description or 'no description'}")
    return code


def _format(options: argparse.Namespace) -> int:
    code = 0
    for path in options.files:
        try:
            before = read_text(existing_file(path, str(path), str(path)))
            after = formatted(ConfigText(str(path), before))
            if before != after and not options.check:
                write_text(path, after)
        except (ConfigError, OSError) as error:
            print(error, file=sys.stderr)
            code = _FAILED
        else:
            if before != after:
                print(f"{path}: {'would change' if options.check else 'changed'}")
                code = max(code, int(options.check))
    return code


def _diff(options: argparse.Namespace) -> int:
    try:
        before, after = (with_defaults(_load(name)) for name in options.experiments)
    except ConfigError as error:
        print(f"config diff: {error}", file=sys.stderr)
        return _FAILED
    changes = changed_fields(before, after)
    if not changes:
        print("the experiments are the same")
        return 0
    print(table(["field", *options.experiments], changes))
    return _DIFFERENT


def _schema(options: argparse.Namespace) -> int:
    text = json.dumps(json_schema(experiment_pb2.Experiment.DESCRIPTOR), indent=1) + "\n"
    if options.out is None:
        sys.stdout.write(text)
        return 0
    try:
        write_text(options.out, text)
    except OSError as error:
        print(f"config schema: {options.out}: {error.strerror}", file=sys.stderr)
        return _FAILED
    return 0


def _load(name: str) -> experiment_pb2.Experiment:
    """Loads an experiment by a name or from a file.

    Raises:
      ConfigError: There is none, or it is wrong.
    """
    is_file = "/" in name or name.endswith(".textproto") or Path(name).exists()
    try:
        return load_experiment(
            model=None if is_file else name, config=name if is_file else None, overrides=()
        )
    except ConfigError as error:
        # This program's arguments are not the trainer's flags.
        text = str(error).removeprefix("--config=").removeprefix("--model=")
        raise ConfigError(text) from None


if __name__ == "__main__":
    run_program(main)
