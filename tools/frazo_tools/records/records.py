"""Shows, checks, repairs, converts and divides files of records.

    ./bazelw run //tools:records -- count 'data/train@*.tfrecord'
    ./bazelw run //tools:records -- head data/train.tfrecord.gz -n 3
    ./bazelw run //tools:records -- verify 'data/*.tfrecord'
    ./bazelw run //tools:records -- repair data/bad.tfrecord --out=data/good.tfrecord
    ./bazelw run //tools:records -- convert pairs.tsv --from=text --to=tfrecord --compression=zstd --out=pairs.tfrecord
    ./bazelw run //tools:records -- reshard pairs.tfrecord --shuffle --seed=1 --out=pairs@8.tfrecord
    ./bazelw run //tools:records -- stats pairs.tfrecord --column=0 --unit=words --buckets=6 --plot=lengths.png

A PATTERN is a path, a glob, name@8.ext for the files name-00000-of-00008.ext to
name-00007-of-00008.ext, name@*.ext for such a set of any size, or several of these with commas
between. Files are read in the order of their names. Formats are tfrecord and text (a record is a
line); compression is recognised.

An output file appears when it is complete, and a set of files appears at once. Existing files are
never replaced. Ctrl+C leaves nothing behind. See also `records COMMAND --help`.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from frazo import _core
from frazo.program.errors import EXIT_INTERRUPTED
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import run_interruptible
from frazo_tools.records import convert, count, head, repair, reshard, stats, verify
from frazo_tools.records.input_files import RecordsError

COMMANDS = {
    "count": count,
    "head": head,
    "verify": verify,
    "repair": repair,
    "convert": convert,
    "reshard": reshard,
    "stats": stats,
}


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("records", __doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, module in COMMANDS.items():
        module.add_arguments(
            commands.add_parser(name, help=module.HELP, description=module.HELP.capitalize() + ".")
        )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    try:
        return COMMANDS[options.command].run(options)
    except KeyboardInterrupt:
        print(f"records {options.command}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of the output has closed it, as `head` does. Python must not write more at its
        # exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (RecordsError, _core.FrazoError, OSError) as error:
        print(f"records {options.command}: {error}", file=sys.stderr)
        if isinstance(error, _core.DataLossError):
            print("`records repair` copies its readable records", file=sys.stderr)
        return 1


if __name__ == "__main__":
    run_interruptible(main)
