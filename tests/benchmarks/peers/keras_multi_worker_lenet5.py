"""LeNet5 of plain Keras on several workers: MultiWorkerMirroredStrategy, one process a worker.

usage: keras_multi_worker_lenet5.py --train=mnist_train.tfrecord.gz --steps=400
           --workers=HOST:PORT,HOST:PORT --rank=0

A step's batch of 256 is divided over the workers. Prints `step: N` after each step.
"""

import argparse
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("--train", required=True)
parser.add_argument("--steps", type=int, required=True)
parser.add_argument("--workers", required=True)
parser.add_argument("--rank", type=int, required=True)
options = parser.parse_args()
# Before TensorFlow is imported: the strategy reads it.
os.environ["TF_CONFIG"] = json.dumps(
    {
        "cluster": {"worker": options.workers.split(",")},
        "task": {"type": "worker", "index": options.rank},
    }
)

import tensorflow as tf  # noqa: E402
from keras_lenet5 import StepPrinter, build_model, read_images  # noqa: E402


def main() -> None:
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    with strategy.scope():
        model = build_model("pools")
        model.compile(
            optimizer=tf.keras.optimizers.Adam(1e-4),
            loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=False,
        )
    # Each worker reads all images and takes its part of a batch: there is one file.
    sharding = tf.data.Options()
    sharding.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    model.fit(
        read_images(options.train).with_options(sharding),
        steps_per_epoch=options.steps,
        verbose=0,
        callbacks=[StepPrinter()],
    )


if __name__ == "__main__":
    main()
