"""The recurrence of long short-term memory in TensorFlow's own ops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf

from frazo.ops.lstm_arguments import LstmArguments

_DEFAULTS = {
    "layer_norm_epsilon": 1e-8,
    "cell_clip": 0.0,
    "output_tanh": True,
    "reverse": False,
}


class _State(NamedTuple):
    """After a position: [batch, units], [batch, size], and the output that is seen there."""

    cell: tf.Tensor
    output: tf.Tensor
    shown: tf.Tensor


def lstm_in_graph(gates: tf.Tensor, arguments: LstmArguments) -> tf.Tensor:
    """As lstm_outputs; a step of the loop for each position, with gradients by TensorFlow."""
    settings = _DEFAULTS | dict(arguments.settings)
    of_positions = {
        "gates": gates,
        "mask": arguments.mask,
        "starts": arguments.starts,
        "cell_zoneout": arguments.cell_zoneout,
        "output_zoneout": arguments.output_zoneout,
    }
    time_first = {
        name: tf.transpose(x, [1, 0, *range(2, x.shape.rank)])
        for name, x in of_positions.items()
        if x is not None
    }
    size, width = arguments.kernel.shape
    nothing = tf.zeros([tf.shape(gates)[0], size])
    states = tf.scan(
        lambda before, now: _step(before, now, arguments, settings),
        time_first,
        _State(tf.zeros([tf.shape(gates)[0], width // 4]), nothing, nothing),
        reverse=settings["reverse"],
    )
    return tf.transpose(states.shown, [1, 0, 2])


def _step(
    before: _State, now: Mapping[str, tf.Tensor], arguments: LstmArguments, settings: Mapping
) -> _State:
    cell_before, output_before = before.cell, before.output
    if "starts" in now:
        goes_on = tf.cast(~now["starts"], tf.float32)[:, tf.newaxis]
        cell_before, output_before = cell_before * goes_on, output_before * goes_on
    gates = now["gates"] + tf.linalg.matmul(output_before, arguments.kernel)
    if arguments.scale is not None:
        gates = _normalize(gates, arguments, settings["layer_norm_epsilon"])
    candidate, into, forget, out = tf.split(gates, 4, axis=-1)
    cell = tf.sigmoid(forget) * cell_before + tf.sigmoid(into) * tf.tanh(candidate)
    if settings["cell_clip"] > 0:
        cell = tf.clip_by_value(cell, -settings["cell_clip"], settings["cell_clip"])
    output = tf.sigmoid(out) * (tf.tanh(cell) if settings["output_tanh"] else cell)
    if arguments.projection is not None:
        output = tf.linalg.matmul(output, arguments.projection)
    if "cell_zoneout" in now:
        cell += now["cell_zoneout"] * (cell_before - cell)
    if "output_zoneout" in now:
        output += now["output_zoneout"] * (output_before - output)
    is_token = now["mask"][:, tf.newaxis]
    return _State(
        tf.where(is_token, cell, cell_before),
        tf.where(is_token, output, output_before),
        tf.where(is_token, output, 0.0),
    )


def _normalize(gates: tf.Tensor, arguments: LstmArguments, epsilon: float) -> tf.Tensor:
    """Each of the four gates over its units, with scale and bias."""
    by_gate = tf.reshape(gates, [-1, 4, gates.shape[-1] // 4])
    mean, variance = tf.nn.moments(by_gate, [2], keepdims=True)
    normal = tf.reshape((by_gate - mean) * tf.math.rsqrt(variance + epsilon), tf.shape(gates))
    return normal * arguments.scale + arguments.bias
