"""Writes the training digits as the checkpoint that Lingvo's MNIST reader wants.

usage: digits_checkpoint.py --train=mnist_train.tfrecord.gz --out=PREFIX

Prints the number of images. A program of its own, so that the benchmark does not hold TensorFlow:
the memory of a process that starts another counts towards that one's peak.
"""

import argparse
from pathlib import Path

import tensorflow as tf
from frazo_tools.images.tensor_bundle import write_tensor_bundle


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    features = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }
    records = tf.data.TFRecordDataset(options.train, "GZIP").batch(10_000).get_single_element()
    parsed = tf.io.parse_example(records, features)
    images = tf.reshape(tf.io.decode_raw(parsed["image"], tf.uint8), [-1, 28, 28])
    labels = tf.cast(parsed["label"], tf.uint8)
    write_tensor_bundle(options.out, {"x_train": images.numpy(), "y_train": labels.numpy()})
    print(len(images))


if __name__ == "__main__":
    main()
