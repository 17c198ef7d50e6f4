"""`records convert`: writes the same records in another format or compression."""

import argparse

from frazo_tools.progress import Progress
from frazo_tools.records.input_files import FORMATS, RecordFiles, add_reading_arguments, open_files
from frazo_tools.records.output_files import add_writing_arguments, open_output
from frazo_tools.records.table import counted

HELP = "write the same records in another format or compression"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_reading_arguments(parser, writes=True)
    parser.add_argument(
        "--to", choices=FORMATS, help="format of the files written; default: that of the files read"
    )
    add_writing_arguments(parser)


def run(options: argparse.Namespace) -> int:
    records = copy("converting", options, open_files(options), options.to)
    print(f"{counted(records, 'record')} written to {options.out}")
    return 0


def copy(
    what: str, options: argparse.Namespace, files: RecordFiles, file_format: str | None = None
) -> int:
    """Writes all records to --out in their order and returns their number.

    Args:
      what: Name of the step for the progress, such as "converting".
      options: The command's arguments.
      files: The files to read.
      file_format: Format of the files written; None: that of the files read.
    """
    records = 0
    with (
        open_output(options, files, file_format) as writer,
        Progress(what, files.file_bytes) as progress,
    ):
        for part in files.runs(progress):
            writer.write_batch(part.data, part.extents)
            records += len(part.extents)
    return records
