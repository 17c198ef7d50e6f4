"""`records repair`: copies the readable records."""

import argparse

from frazo_tools.progress import Progress
from frazo_tools.records.damage import DamageReport
from frazo_tools.records.input_files import RecordsError, add_reading_arguments, open_files
from frazo_tools.records.output_files import add_writing_arguments, open_output
from frazo_tools.records.table import counted

HELP = "copy the readable records, skip damaged regions, and count the losses"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_reading_arguments(parser, writes=True)
    add_writing_arguments(parser)


def run(options: argparse.Namespace) -> int:
    files = open_files(options)
    records = 0
    with (
        open_output(options, files) as writer,
        Progress("repairing", files.file_bytes) as progress,
    ):
        damage = DamageReport(progress)
        for part in files.runs(progress, damage.add):
            writer.write_batch(part.data, part.extents)
            records += len(part.extents)
        if damage.regions and not records:
            raise RecordsError(
                f"no record is readable, so nothing is written; check --from={files.file_format} "
                "and --from_compression"
            )
    print(f"{counted(records, 'record')} copied to {options.out}")
    print(damage.summary())
    return 0
