"""The step of an LSTM for one token."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf
from frazo import ops
from frazo.layers.sequence_layer import State
from frazo.proto import lstm_pb2

GATES = 4


class LstmWeights(NamedTuple):
    """The weights of the recurrence. U is the number of units, P the size of the output.

    Attributes:
      kernel: [P, 4 U], from the output of the token before to the gates.
      projection: [U, P]; None without a projection.
      scale: [4 U], that of the layer norm; None without one.
      bias: [4 U], that of the layer norm; None without one. The gates then include the bias.
    """

    kernel: tf.Tensor | tf.Variable
    projection: tf.Tensor | tf.Variable | None = None
    scale: tf.Tensor | tf.Variable | None = None
    bias: tf.Tensor | tf.Variable | None = None


class Zoneout(NamedTuple):
    """The shares of the old state that are kept.

    Attributes:
      cell: A number, or a tensor [rows, U]; None keeps nothing.
      output: A number, or a tensor [rows, P]; None keeps nothing.
    """

    cell: tf.Tensor | float | None = None
    output: tf.Tensor | float | None = None


def advance(
    message: lstm_pb2.Lstm,
    weights: LstmWeights,
    gates: tf.Tensor,
    state: State,
    zoneout: Zoneout,
    multiply: Callable[[tf.Tensor, tf.Tensor | tf.Variable], tf.Tensor],
) -> State:
    """Returns the state after a token.

    Args:
      message: The message of the Lstm.
      weights: The weights of the recurrence.
      gates: [rows, 4 U], x W and the product of the last output with weights.kernel, and b if there
        is no layer norm.
      state: cell, [rows, U], and output, [rows, P].
      zoneout: The shares of the old state that are kept.
      multiply: Multiplies by a matrix, as StepContext.multiply does.
    """
    if weights.scale is not None:
        apart = tf.reshape(gates, [-1, GATES, message.units])
        normal = ops.standardized(apart, message.layer_norm_epsilon)
        gates = tf.reshape(normal, tf.shape(gates)) * weights.scale + weights.bias
    candidate, input_gate, forget_gate, output_gate = tf.split(gates, GATES, -1)
    cell = tf.sigmoid(forget_gate) * state["cell"] + tf.sigmoid(input_gate) * tf.tanh(candidate)
    if message.cell_clip:
        cell = tf.clip_by_value(cell, -message.cell_clip, message.cell_clip)
    output = tf.sigmoid(output_gate) * (tf.tanh(cell) if message.output_tanh else cell)
    if weights.projection is not None:
        output = multiply(output, weights.projection)
    return {
        "cell": _zoned_out(cell, state["cell"], zoneout.cell),
        "output": _zoned_out(output, state["output"], zoneout.output),
    }


def _zoned_out(new: tf.Tensor, old: tf.Tensor, share: tf.Tensor | float | None) -> tf.Tensor:
    return new if share is None else share * old + (1 - share) * new
