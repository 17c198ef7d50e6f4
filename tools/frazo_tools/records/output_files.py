"""The files that a subcommand of //tools:records writes."""

import argparse
import os

from frazo import _core
from frazo_tools.records.input_files import COMPRESSIONS, RecordFiles, RecordsError


def add_writing_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of open_output()."""
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE",
        help="where to write; name@8.ext makes 8 files that get the records in turn. Existing "
        "files are not overwritten",
    )
    parser.add_argument(
        "--compression",
        choices=COMPRESSIONS,
        help="of the files written; default: that of the first file read",
    )


def open_output(
    options: argparse.Namespace, files: RecordFiles, file_format: str | None = None
) -> _core.ShardedRecordWriter:
    """Returns a writer whose files appear at the end of its block.

    Args:
      options: The command's arguments.
      files: The files read.
      file_format: Format of the files written; None: that of `files`.

    Raises:
      RecordsError, FrazoError: A file exists already, or cannot be written.
    """
    compression = options.compression or files.compression(files.paths[0])
    try:
        return _core.ShardedRecordWriter(
            options.out, format=file_format or files.file_format, compression=compression
        )
    except _core.AlreadyExistsError:
        _check_is_not_read(options.out, files)
        raise


def _check_is_not_read(out: str, files: RecordFiles) -> None:
    """Raises a RecordsError if an output is also an input, before another error tells to
    remove it.
    """
    for written in [out] if os.path.exists(out) else _found(out):
        for read in files.paths:
            if os.path.samefile(written, read):
                raise RecordsError(
                    f"--out={out} would overwrite the input '{read}'; choose another name"
                )


def _found(pattern: str) -> list[str]:
    try:
        return [path for path, _ in _core.find_record_files([pattern])]
    except _core.FrazoError:
        return []
