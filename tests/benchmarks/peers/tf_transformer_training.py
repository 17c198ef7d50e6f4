"""Training steps of TransformerBase as a user of plain TensorFlow and Keras would write it.

usage: tf_transformer_training.py

One tf.function call a step, Adam, dropout, smoothed labels; projections of one input are one matrix
product.
"""

import tensorflow as tf
from figures import print_figures
from translation_workload import (
    DIM,
    DROPOUT,
    HEADS,
    HIDDEN_UNITS,
    LABEL_SMOOTHING,
    LAYERS,
    PAIRS,
    TOKENS,
    VOCABULARY,
    random_ids,
    training_figures,
)

layers = tf.keras.layers


class Attention(layers.Layer):
    """x + dropout(attention(norm(x))), to x itself or to a memory."""

    def __init__(self, *, causal: bool = False, to_memory: bool = False):
        super().__init__()
        self.norm = layers.LayerNormalization()
        self.query = layers.Dense(DIM if to_memory else 3 * DIM)
        self.key_value = layers.Dense(2 * DIM) if to_memory else None
        self.joined = layers.Dense(DIM)
        self.dropout = layers.Dropout(DROPOUT)
        self.causal = causal

    def call(self, x, memory=None):
        normalized = self.norm(x)
        if memory is None:
            queries, keys, values = tf.split(self.query(normalized), 3, -1)
        else:
            queries = self.query(normalized)
            keys, values = tf.split(self.key_value(memory), 2, -1)
        queries, keys, values = (self._split_heads(y) for y in (queries, keys, values))
        logits = tf.matmul(queries * (DIM // HEADS) ** -0.5, keys, transpose_b=True)
        if self.causal:
            logits += (tf.linalg.band_part(tf.ones([TOKENS, TOKENS]), -1, 0) - 1) * 1e9
        sums = tf.transpose(tf.matmul(tf.nn.softmax(logits), values), [0, 2, 1, 3])
        joined = self.joined(tf.reshape(sums, [PAIRS, -1, DIM]))
        return x + self.dropout(joined, training=True)

    def _split_heads(self, x):
        return tf.transpose(tf.reshape(x, [PAIRS, -1, HEADS, DIM // HEADS]), [0, 2, 1, 3])


class FeedForward(layers.Layer):
    """x + dropout(output(relu(hidden(norm(x)))))."""

    def __init__(self):
        super().__init__()
        self.norm = layers.LayerNormalization()
        self.hidden = layers.Dense(HIDDEN_UNITS, activation="relu")
        self.joined = layers.Dense(DIM)
        self.dropout = layers.Dropout(DROPOUT)

    def call(self, x):
        return x + self.dropout(self.joined(self.hidden(self.norm(x))), training=True)


class TransformerBase(tf.keras.Model):
    """From source and target ids to logits."""

    def __init__(self):
        super().__init__()
        self.source_table = layers.Embedding(VOCABULARY, DIM)
        self.target_table = layers.Embedding(VOCABULARY, DIM)
        self.dropout = layers.Dropout(DROPOUT)
        self.encoder = [layer for _ in range(LAYERS) for layer in (Attention(), FeedForward())]
        self.decoder = [
            layer
            for _ in range(LAYERS)
            for layer in (Attention(causal=True), Attention(to_memory=True), FeedForward())
        ]
        self.logits = layers.Dense(VOCABULARY)

    def call(self, inputs):
        source, target = inputs
        memory = self._embed(self.source_table, source)
        for layer in self.encoder:
            memory = layer(memory)
        x = self._embed(self.target_table, target)
        for index, layer in enumerate(self.decoder):
            x = layer(x, memory) if index % 3 == 1 else layer(x)
        return self.logits(x)

    def _embed(self, table, ids):
        timescales = 1e4 ** (tf.range(DIM // 2, dtype=tf.float32) / (DIM // 2))
        angles = tf.range(TOKENS, dtype=tf.float32)[:, tf.newaxis] / timescales
        positions = tf.concat([tf.sin(angles), tf.cos(angles)], 1)
        return self.dropout(table(ids) * DIM**0.5 + positions, training=True)


def smoothed_loss(labels, logits):
    log_probabilities = tf.nn.log_softmax(logits)
    of_labels = tf.gather(log_probabilities, labels, batch_dims=2)
    of_all = tf.reduce_mean(log_probabilities, -1)
    return -tf.reduce_mean((1 - LABEL_SMOOTHING) * of_labels + LABEL_SMOOTHING * of_all)


def main() -> None:
    source, target, labels = (tf.constant(random_ids(PAIRS, TOKENS, seed)) for seed in range(3))
    model = TransformerBase()
    model((source, target))
    optimizer = tf.keras.optimizers.Adam(1e-4, beta_2=0.98, epsilon=1e-9)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = smoothed_loss(labels, model((source, target)))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    print_figures(**training_figures(lambda: step().numpy()))


if __name__ == "__main__":
    main()
