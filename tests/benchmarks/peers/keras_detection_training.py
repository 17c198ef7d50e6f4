"""Training steps of StarNet as a user of Keras and TensorFlow would write them.

usage: keras_detection_training.py
"""

import tensorflow as tf
from detection_training_workload import (
    ANCHORS,
    BLOCKS,
    CENTERS,
    FIRST_UNITS,
    OFFSET_UNITS,
    OFFSETS,
    OUTPUTS,
    POINTS,
    SCENES,
    measure,
    random_batch,
)
from figures import print_figures

layers = tf.keras.layers
_ALPHA, _GAMMA, _DELTA = 0.2, 3.0, 1 / 9


class Block(layers.Layer):
    """Two normalized projections of each point beside the maximum of its cell."""

    def __init__(self, hidden, units):
        super().__init__()
        self.projections = [_projection(hidden), _projection(units)]

    def call(self, points):
        cell = tf.reduce_max(points, 2, keepdims=True)
        points = tf.concat([points, tf.tile(cell, [1, 1, POINTS, 1])], -1)
        for norm, dense in self.projections:
            points = dense(norm(points, training=True))
        return points


class Detector(tf.keras.Model):
    """Maps cells of points to residuals and logits of anchors."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(FIRST_UNITS, activation="relu")
        self.blocks = [Block(*sizes) for sizes in BLOCKS]
        self.norm, self.projection = _projection(OFFSETS * OFFSET_UNITS)
        self.residuals = layers.Dense(ANCHORS * 7, use_bias=False, kernel_initializer="zeros")
        self.logits = layers.Dense(
            ANCHORS * OUTPUTS, bias_initializer=tf.keras.initializers.Constant(-4.595)
        )

    def call(self, points):
        points = self.first(points)
        means = [tf.reduce_mean(points, 2)]
        for block in self.blocks:
            points = block(points)
            means.append(tf.reduce_mean(points, 2))
        offsets = self.projection(self.norm(tf.concat(means, -1), training=True))
        offsets = tf.reshape(offsets, [SCENES, CENTERS, OFFSETS, OFFSET_UNITS])
        anchors = [SCENES, CENTERS, OFFSETS * ANCHORS]
        return (
            tf.reshape(self.residuals(offsets), [*anchors, 7]),
            tf.reshape(self.logits(offsets), [*anchors, OUTPUTS]),
        )


def _projection(units):
    """Returns a norm and what follows it."""
    norm = layers.BatchNormalization(momentum=0.99)
    return norm, layers.Dense(units, activation="relu", use_bias=False)


def _loss(residuals, logits, batch):
    is_object = tf.cast(batch["anchor_labels"] > 0, tf.float32)
    objects = tf.maximum(tf.reduce_sum(is_object, -1, keepdims=True), 1)
    weights = 1 / (objects * CENTERS)
    # One of the outputs is trained: that of cars.
    logits = logits[..., 0]
    probability = tf.sigmoid(logits)
    right = tf.where(is_object > 0, probability, 1 - probability)
    alpha = tf.where(is_object > 0, _ALPHA, 1 - _ALPHA)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(is_object, logits)
    classification = tf.reduce_sum(alpha * (1 - right) ** _GAMMA * entropy * weights)
    difference = residuals - batch["anchor_residuals"]
    difference = tf.concat([difference[..., :6], tf.sin(difference[..., 6:])], -1)
    size = tf.abs(difference)
    huber = tf.where(size <= _DELTA, tf.square(size) / (2 * _DELTA), size - _DELTA / 2)
    huber *= tf.constant([3.0] * 3 + [0.3] * 4)
    regression = tf.reduce_sum(tf.reduce_sum(huber, -1) * is_object * weights)
    return (classification + 3 * regression) / SCENES


def main() -> None:
    model, batch = Detector(), random_batch()
    optimizer = tf.keras.optimizers.Adam(5e-4, global_clipnorm=5.0)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = _loss(*model(batch["neighbors"]), batch)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    print_figures(**measure(lambda: step().numpy()))


if __name__ == "__main__":
    main()
