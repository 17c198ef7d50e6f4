"""Reads TFRecord files through frazo, in batches of 256 handed to Python.

usage: frazo_records.py in_order|shuffled FOLDER RECORDS

in_order: RecordReader.read_batch, file by file, five times. shuffled: frazo.Pipeline with a buffer
of 10,000; records come as bytes objects.
"""

import glob
import sys
import time

from figures import drain, print_figures
from frazo import _core
from frazo.pipeline import Pipeline
from shuffled_source import SHUFFLE_BUFFER, shuffled_source

BATCH_SIZE = 256
PASSES = 5


def read_in_order(folder: str, records: int) -> float:
    started = time.perf_counter()
    read = 0
    for path in PASSES * sorted(glob.glob(f"{folder}/*.tfrecord")):
        reader = _core.RecordReader(path)
        while count := len(reader.read_batch(BATCH_SIZE)[1]):
            read += count
    seconds = time.perf_counter() - started
    assert read == PASSES * records, read
    return read / seconds


def read_shuffled(folder: str, records: int) -> float:
    batches = Pipeline(
        f"""
        source {{ {shuffled_source(folder)} }}
        processor {{ raw {{}} }}
        batcher {{ fixed {{ batch_size: {BATCH_SIZE} }} }}
        """
    )
    return drain(
        lambda: next(batches)["record"], len, warm_up=4 * SHUFFLE_BUFFER, timed=3 * records
    )


def main() -> None:
    how, folder, count = sys.argv[1:]
    read = {"in_order": read_in_order, "shuffled": read_shuffled}[how]
    print_figures(records_per_second=read(folder, int(count)))


if __name__ == "__main__":
    main()
