"""Reads TFRecord files with tf.data.

usage: tfdata_records.py dropped|in_order|interleaved_dropped|interleaved|serial FOLDER RECORDS

dropped, in_order: five passes over FOLDER's RECORDS records in batches of 256, timed from the
making of the iterator; `dropped` keeps the batches inside of TensorFlow, `in_order` hands them to
Python.
The others: endless, shuffled by a buffer of 10,000, with two files read in parallel (interleaved)
or eight in turn (serial): the steadiest two of the settings tried (cycles of 2 and 8, blocks of 16
to 1024, 0, 2 and AUTOTUNE parallel calls). interleaved_dropped hands every 100th batch to Python.
"""

import glob
import sys
import time

import tensorflow as tf
from figures import drain, print_figures

BATCH_SIZE = 256
PASSES = 5
SHUFFLE_BUFFER = 10_000
READ_BUFFER_BYTES = 256 << 10
HANDED_OVER = 100


def read_in_order(files: list[str], records: int, dropped: bool) -> float:
    options = tf.data.Options()
    # A thread hand-over a batch costs more than it brings where nothing else is computed.
    options.threading.private_threadpool_size = 1
    options.autotune.enabled = False
    dataset = tf.data.TFRecordDataset(PASSES * files, buffer_size=READ_BUFFER_BYTES)
    dataset = dataset.with_options(options).batch(BATCH_SIZE)
    started = time.perf_counter()
    if dropped:
        read = PASSES * records
        assert not list(dataset.skip(read))
    else:
        read = sum(int(batch.shape[0]) for batch in dataset)
    seconds = time.perf_counter() - started
    assert read == PASSES * records, read
    return read / seconds


def read_shuffled(files: list[str], records: int, parallel: bool, dropped: bool) -> float:
    dataset = tf.data.Dataset.from_tensor_slices(files).shuffle(len(files)).repeat()
    dataset = dataset.interleave(
        lambda file: tf.data.TFRecordDataset(file, buffer_size=READ_BUFFER_BYTES),
        cycle_length=2 if parallel else len(files),
        block_length=16,
        num_parallel_calls=2 if parallel else None,
        deterministic=False if parallel else None,
    )
    dataset = dataset.shuffle(SHUFFLE_BUFFER).batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)
    batches = HANDED_OVER if dropped else 1
    return drain(
        iter(dataset.shard(batches, 0)).__next__,
        lambda batch: batches * int(batch.shape[0]),
        warm_up=4 * SHUFFLE_BUFFER,
        timed=3 * records,
    )


def main() -> None:
    how, folder, count = sys.argv[1:]
    files, records = sorted(glob.glob(f"{folder}/*.tfrecord")), int(count)
    if how in ("dropped", "in_order"):
        rate = read_in_order(files, records, how == "dropped")
    else:
        rate = read_shuffled(files, records, how != "serial", how == "interleaved_dropped")
    print_figures(records_per_second=rate)


if __name__ == "__main__":
    main()
