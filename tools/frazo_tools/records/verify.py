"""`records verify`: checks every record."""

import argparse

from frazo_tools.progress import Progress
from frazo_tools.records.damage import DamageReport
from frazo_tools.records.input_files import add_reading_arguments, open_files
from frazo_tools.records.table import counted

HELP = "check both checksums of every record and name what is damaged; exit code 1 if anything is"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    files = open_files(options)
    records = 0
    with Progress("verifying", files.file_bytes) as progress:
        damage = DamageReport(progress)
        for part in files.runs(progress, damage.add):
            records += len(part.extents)
    print(f"{counted(records, 'whole record')} in {counted(len(files.paths), 'file')}")
    print(damage.summary())
    return 1 if damage.regions else 0
