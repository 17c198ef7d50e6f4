"""Reads array_record files, record by record or a file at a time, five times.

usage: array_record_records.py write|records|files FOLDER

`write` makes FOLDER/*.array_record of the FOLDER/*.tfrecord there: groups of 256, uncompressed.
"""

import glob
import sys
import time

from array_record.python.array_record_module import ArrayRecordReader, ArrayRecordWriter
from figures import print_figures

PASSES = 5
LENGTH_BYTES, HEADER_BYTES, FOOTER_BYTES = 8, 12, 4


def convert(path: str) -> None:
    with open(path, "rb") as file:
        data = file.read()
    writer = ArrayRecordWriter(
        path.removesuffix("tfrecord") + "array_record", "group_size:256,uncompressed"
    )
    at = 0
    while at < len(data):
        begin = at + HEADER_BYTES
        end = begin + int.from_bytes(data[at : at + LENGTH_BYTES], "little")
        writer.write(data[begin:end])
        at = end + FOOTER_BYTES
    writer.close()


def read_records(path: str) -> int:
    # What its documentation advises for reading in order.
    reader = ArrayRecordReader(path, options="readahead_buffer_size:16777216")
    records = sum(reader.read() is not None for _ in range(reader.num_records()))
    reader.close()
    return records


def read_file(path: str) -> int:
    reader = ArrayRecordReader(path)
    records = len(reader.read_all())
    reader.close()
    return records


def main() -> None:
    how, folder = sys.argv[1:]
    if how == "write":
        for path in glob.glob(f"{folder}/*.tfrecord"):
            convert(path)
        return
    read = {"records": read_records, "files": read_file}[how]
    started = time.perf_counter()
    files = PASSES * sorted(glob.glob(f"{folder}/*.array_record"))
    records = sum(read(path) for path in files)
    print_figures(records_per_second=records / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
