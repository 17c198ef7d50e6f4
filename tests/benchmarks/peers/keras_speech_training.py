"""Training steps of Listen, Attend and Spell as a user of Keras and TensorFlow would write them.

usage: keras_speech_training.py

The layers are Keras's. The decoder's first layer, which attends to the frames with its output and
reads what it found with the next token, is a tf.scan, for Keras has no such layer.
"""

import tensorflow as tf
from figures import print_figures
from speech_workload import (
    BATCH,
    FEATURES,
    FILTERS,
    HIDDEN,
    LAYERS,
    UNITS,
    VOCABULARY,
    measure,
    random_batch,
)

layers = tf.keras.layers
_START, _END = 1, 2


class Speller(tf.keras.Model):
    """Maps frames and the tokens before each to logits."""

    def __init__(self):
        super().__init__()
        self.listener = tf.keras.Sequential([layers.Input((None, FEATURES)), *_listener()])
        self.embedding = layers.Embedding(VOCABULARY, VOCABULARY)
        self.cell = layers.LSTMCell(UNITS)
        self.key = layers.Dense(HIDDEN, use_bias=False)
        self.query = layers.Dense(HIDDEN, use_bias=False)
        self.energy = layers.Dense(1, use_bias=False)
        self.above = layers.LSTM(UNITS, return_sequences=True)
        self.logits = layers.Dense(VOCABULARY)
        # Variables cannot be made inside of the loop.
        self.cell.build((None, VOCABULARY + 2 * UNITS))
        self.query.build((None, UNITS))
        self.energy.build((None, None, HIDDEN))

    def call(self, inputs):
        frames, tokens = inputs
        memory = self.listener(frames, training=True)
        found, contexts = self.spell(memory, self.embedding(tokens))
        y = self.above(tf.concat([found, contexts], -1))
        return self.logits(tf.concat([y, contexts], -1))

    def spell(self, memory, x):
        """Returns the outputs of the first layer and what they found in the memory."""
        keys = self.key(memory)
        nothing = tf.zeros([BATCH, UNITS])

        def step(before, token):
            *states, context = before
            output, states = self.cell(tf.concat([token, context], -1), states)
            return [*states, self.attend(memory, keys, output)]

        first = [nothing, nothing, self.attend(memory, keys, nothing)]
        outputs, _, contexts = tf.scan(step, tf.transpose(x, [1, 0, 2]), first)
        return [tf.transpose(y, [1, 0, 2]) for y in (outputs, contexts)]

    def attend(self, memory, keys, output):
        energies = self.energy(tf.tanh(keys + self.query(output)[:, tf.newaxis]))
        return tf.reduce_sum(tf.nn.softmax(energies, 1) * memory, 1)


def _listener():
    yield layers.Reshape((-1, FEATURES, 1))
    for _ in range(2):
        yield layers.Conv2D(FILTERS, 3, 2, padding="same", use_bias=False)
        yield layers.BatchNormalization()
        yield layers.ReLU()
    yield layers.Reshape((-1, FEATURES // 4 * FILTERS))
    for layer in range(LAYERS):
        yield layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True))
        if layer < LAYERS - 1:
            yield layers.Dense(2 * UNITS, use_bias=False)
            yield layers.BatchNormalization()
            yield layers.ReLU()


def main() -> None:
    model, batch = Speller(), random_batch()
    before = tf.pad(batch["labels"], [[0, 0], [1, 0]], constant_values=_START)
    after = tf.pad(batch["labels"], [[0, 0], [0, 1]], constant_values=_END)
    optimizer = tf.keras.optimizers.Adam(2.5e-4, epsilon=1e-6, global_clipnorm=1.0)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            logits = model([batch["frames"], before])
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(after, logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    print_figures(**measure(lambda: step().numpy()))


if __name__ == "__main__":
    main()
