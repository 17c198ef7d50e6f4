"""Reads TFRecord files with Lingvo's generic_input, in batches of 256 handed to Python.

usage: lingvo_records.py in_order|shuffled FOLDER RECORDS

Its reader cannot be reached without a processor, a TensorFlow function a record; this one's is the
identity. shuffled: a buffer of 10,000, 8 files at a time, 2 threads (the best of 1 to 16).
"""

import sys

import lingvo.compat as tf
from figures import drain, print_figures
from lingvo.core import generic_input, py_utils

BATCH_SIZE = 256
SHUFFLE_BUFFER = 10_000


def process(record):
    """The record itself, in the only bucket."""
    return py_utils.NestedMap(record=record), 1


def main() -> None:
    how, folder, count = sys.argv[1:]
    reading = {
        "in_order": {"require_sequential_order": True, "num_threads": 1},
        "shuffled": {"file_buffer_size": SHUFFLE_BUFFER, "file_parallelism": 8, "num_threads": 2},
    }[how]
    graph = tf.Graph()
    with graph.as_default():
        batch, _ = generic_input.GenericInput(
            process,
            file_pattern=f"tfrecord:{folder}/*.tfrecord",
            bucket_upper_bound=[1],
            bucket_batch_limit=[BATCH_SIZE],
            file_random_seed=301,
            **reading,
        )
    with tf.Session(graph=graph) as session:
        rate = drain(
            session.make_callable(batch.record),
            len,
            warm_up=4 * SHUFFLE_BUFFER,
            # It takes ten times as long as the others.
            timed=int(count) // 2,
        )
    print_figures(records_per_second=rate)


if __name__ == "__main__":
    main()
