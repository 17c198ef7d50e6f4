"""LeNet5 as a user of plain Keras would write it: model.fit on a tf.data pipeline.

usage: keras_lenet5.py --train=mnist_train.tfrecord.gz --steps=400 --dropout=hidden|pools

Prints `step: N` after each step. --dropout=pools drops out after each pooling, as ours and
Lingvo's do; --dropout=hidden after the hidden layer, which draws far fewer random numbers.
"""

import argparse

import tensorflow as tf

BATCH_SIZE = 256
IMAGE_SHAPE = (28, 28, 1)
DROPOUT_RATE = 0.2

layers = tf.keras.layers


def read_images(path: str) -> tf.data.Dataset:
    """Endless shuffled batches of standardized images, held in memory."""
    features = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }
    records = tf.data.TFRecordDataset(path, "GZIP").batch(10_000).get_single_element()
    parsed = tf.io.parse_example(records, features)
    images = tf.reshape(tf.io.decode_raw(parsed["image"], tf.uint8), (-1, *IMAGE_SHAPE))
    images = tf.image.per_image_standardization(tf.cast(images, tf.float32))
    dataset = tf.data.Dataset.from_tensor_slices((images, parsed["label"]))
    dataset = dataset.shuffle(len(images)).repeat().batch(BATCH_SIZE, drop_remainder=True)
    return dataset.prefetch(4)


def build_model(dropout: str) -> tf.keras.Model:
    """20 and 50 channels, 300 hidden units, 10 classes: 763,810 parameters."""
    drop_pools = [layers.Dropout(DROPOUT_RATE)] if dropout == "pools" else []
    drop_hidden = [layers.Dropout(DROPOUT_RATE)] if dropout == "hidden" else []
    blocks = [
        [
            layers.Conv2D(channels, 5, padding="same", activation="relu", use_bias=False),
            layers.MaxPool2D(2, padding="same"),
            *drop_pools,
        ]
        for channels in (20, 50)
    ]
    return tf.keras.Sequential(
        [
            layers.Input(IMAGE_SHAPE),
            *blocks[0],
            *blocks[1],
            layers.Flatten(),
            layers.Dense(300, activation="relu"),
            *drop_hidden,
            layers.Dense(10),
        ]
    )


class StepPrinter(tf.keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        print(f"step: {batch + 1}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--dropout", choices=["hidden", "pools"], required=True)
    options = parser.parse_args()

    model = build_model(options.dropout)
    model.compile(
        optimizer=tf.keras.optimizers.Adam(1e-4),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # Left to itself Keras compiles with XLA, which makes this model slower on a CPU.
        jit_compile=False,
    )
    model.fit(
        read_images(options.train),
        steps_per_epoch=options.steps,
        verbose=0,
        callbacks=[StepPrinter()],
    )


if __name__ == "__main__":
    main()
