"""Makes padded batches of sentence pairs with tf.data.

usage: tfdata_pairs.py whole_batches|single_lines FOLDER

single_lines: splits and looks up words line by line, as most write it. whole_batches: counts words
of 1024 lines at once, buckets the strings, and splits and looks up whole batches.
"""

import glob
import sys

import tensorflow as tf
from padded_pairs import BOUNDS, LIMITS, SHUFFLE_BUFFER, count_paddings, measure

UNK, SOS, EOS = 0, 1, 2
LINES_AT_ONCE = 1024
# Bucket i of bucket_by_sequence_length takes lengths below its boundary; the last takes what is
# longer, which there is not.
BOUNDARIES = [bound + 1 for bound in BOUNDS]
BATCH_SIZES = [*LIMITS, 1]


def read_lines(folder: str) -> tf.data.Dataset:
    files = sorted(glob.glob(f"{folder}/*.tfrecord"))
    dataset = tf.data.Dataset.from_tensor_slices(files).shuffle(len(files)).repeat()
    dataset = dataset.interleave(tf.data.TFRecordDataset, cycle_length=len(files), block_length=16)
    return dataset.shuffle(SHUFFLE_BUFFER)


def make_batch(source: tf.Tensor, target: tf.Tensor) -> dict[str, tf.Tensor]:
    """Makes features of ids with </s>, [batch, longest] int64, -1 where there is none."""
    begin = tf.fill([tf.shape(target)[0], 1], tf.constant(SOS, target.dtype))
    shifted = tf.where(target < 0, tf.zeros_like(target), tf.concat([begin, target[:, :-1]], 1))
    target_padding = tf.cast(target < 0, tf.float32)
    return {
        "source": tf.cast(tf.maximum(source, 0), tf.int32),
        "source_padding": tf.cast(source < 0, tf.float32),
        "target": tf.cast(shifted, tf.int32),
        "target_labels": tf.cast(tf.maximum(target, 0), tf.int32),
        "target_padding": target_padding,
        "target_weights": 1 - target_padding,
    }


def split_single_lines(lines: tf.data.Dataset, table: tf.lookup.StaticHashTable) -> tf.data.Dataset:
    def tokenize(line):
        columns = tf.strings.split(line, "\t")
        source, target = (
            tf.concat([table.lookup(tf.strings.split(columns[side], " ")), [EOS]], 0)
            for side in (0, 1)
        )
        return source, target

    pairs = lines.map(tokenize, num_parallel_calls=tf.data.AUTOTUNE)
    batches = pairs.bucket_by_sequence_length(
        lambda source, target: tf.maximum(tf.size(source), tf.size(target)),
        BOUNDARIES,
        BATCH_SIZES,
        padding_values=tf.constant(-1, tf.int64),
    )
    return batches.map(make_batch, num_parallel_calls=tf.data.AUTOTUNE)


def split_whole_batches(
    lines: tf.data.Dataset, table: tf.lookup.StaticHashTable
) -> tf.data.Dataset:
    def count_words(some_lines):
        columns = tf.strings.split(some_lines, "\t").to_tensor(shape=[None, 2])
        blanks = tf.strings.length(columns) - tf.strings.length(
            tf.strings.regex_replace(columns, " ", "")
        )
        # One word more than blanks, and </s>.
        return columns, tf.reduce_max(blanks, 1) + 2

    def tokenize(columns, _):
        size = tf.shape(columns)[0]
        # Both sides at once: one split and one lookup.
        words = tf.strings.split(tf.reshape(tf.transpose(columns), [-1]), " ")
        ids = tf.ragged.map_flat_values(table.lookup, words)
        ids = tf.concat([ids, tf.fill([2 * size, 1], tf.constant(EOS, tf.int64))], 1)
        return make_batch(ids[:size].to_tensor(-1), ids[size:].to_tensor(-1))

    counted = lines.batch(LINES_AT_ONCE).map(count_words, num_parallel_calls=tf.data.AUTOTUNE)
    batches = counted.unbatch().bucket_by_sequence_length(
        lambda columns, length: length, BOUNDARIES, BATCH_SIZES
    )
    return batches.map(tokenize, num_parallel_calls=tf.data.AUTOTUNE)


def main() -> None:
    how, folder = sys.argv[1:]
    words = tf.lookup.TextFileInitializer(
        f"{folder}/words",
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
    )
    split = {"single_lines": split_single_lines, "whole_batches": split_whole_batches}[how]
    dataset = split(read_lines(folder), tf.lookup.StaticHashTable(words, UNK))
    batches = dataset.prefetch(tf.data.AUTOTUNE).as_numpy_iterator()
    measure(batches.__next__, count_paddings)


if __name__ == "__main__":
    main()
