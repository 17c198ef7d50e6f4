"""`records count`: counts records and bytes, file by file."""

import argparse
from collections import Counter

from frazo_tools.progress import Progress
from frazo_tools.records.input_files import add_reading_arguments, open_files
from frazo_tools.records.table import table

HELP = "count records and bytes, file by file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    files = open_files(options)
    records: Counter[str] = Counter()
    record_bytes: Counter[str] = Counter()
    with Progress("counting", files.file_bytes) as progress:
        for part in files.runs(progress):
            records[part.path] += len(part.extents)
            record_bytes[part.path] += part.record_bytes
    rows = [
        (path, f"{records[path]:,}", f"{record_bytes[path]:,}", f"{files.size(path):,}")
        for path in files.paths
    ]
    if len(rows) > 1:
        total = (records.total(), record_bytes.total(), files.file_bytes)
        records_in_all, bytes_in_all, file_bytes = (f"{number:,}" for number in total)
        rows.append((f"{len(rows)} files", records_in_all, bytes_in_all, file_bytes))
    print(table(("file", "records", "record bytes", "file bytes"), rows))
    return 0
