"""`records reshard`: writes the same records to another number of files, in order or shuffled."""

import argparse

from frazo_tools.progress import Progress
from frazo_tools.records.convert import copy
from frazo_tools.records.input_files import (
    RecordFiles,
    add_reading_arguments,
    open_files,
    whole_number,
)
from frazo_tools.records.output_files import add_writing_arguments, open_output
from frazo_tools.records.shuffle import Shuffle
from frazo_tools.records.table import counted

HELP = "write the records to another number of files, in order or shuffled"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_reading_arguments(parser, writes=True)
    add_writing_arguments(parser)
    parser.add_argument(
        "--shuffle",
        action="store_true",
        help="shuffle the records, each order equally likely; takes as much "
        "disk space beside --out as the records, unless they fit into memory",
    )
    parser.add_argument(
        "--seed", type=whole_number(0), default=0, help="of the random order; default: 0"
    )
    parser.add_argument(
        "--memory_mib",
        type=whole_number(1),
        default=512,
        metavar="MIB",
        help="memory for shuffling; default: 512",
    )


def run(options: argparse.Namespace) -> int:
    files = open_files(options)
    records = _shuffle(options, files) if options.shuffle else copy("resharding", options, files)
    print(f"{counted(records, 'record')} written to {options.out}")
    return 0


def _shuffle(options: argparse.Namespace, files: RecordFiles) -> int:
    with (
        open_output(options, files) as writer,
        Shuffle(options.out, seed=options.seed, memory_bytes=options.memory_mib << 20) as shuffle,
    ):
        with Progress("reading", files.file_bytes) as progress:
            for part in files.runs(progress):
                shuffle.add(part.data, part.extents)
        with Progress("writing", shuffle.records, unit="records") as progress:
            written = 0
            for data, extents in shuffle.batches():
                writer.write_batch(data, extents)
                written += len(extents)
                progress(written)
        return shuffle.records
