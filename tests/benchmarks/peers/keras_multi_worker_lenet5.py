"""LeNet5 of Keras on several workers: MultiWorkerMirroredStrategy, one process a worker.

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
from keras_lenet5 import BATCH_SIZE, build_model, read_images  # noqa: E402


def main() -> None:
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    with strategy.scope():
        model = build_model("pools")
        optimizer = tf.keras.optimizers.Adam(1e-4)
        optimizer.build(model.trainable_variables)
    # Each worker reads all images and takes its part of a batch: there is one file.
    sharding = tf.data.Options()
    sharding.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    dataset = read_images(options.train).with_options(sharding)
    batches = iter(strategy.experimental_distribute_dataset(dataset))
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

    def train(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            losses = cross_entropy(labels=labels, logits=model(images, training=True))
            loss = tf.nn.compute_average_loss(losses, global_batch_size=BATCH_SIZE)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    @tf.function
    def step() -> None:
        strategy.run(train, args=next(batches))

    # A loop of its own: fit() of Keras 3 fails with this strategy.
    for number in range(1, options.steps + 1):
        step()
        print(f"step: {number}", flush=True)


if __name__ == "__main__":
    main()
