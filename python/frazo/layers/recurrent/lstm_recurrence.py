"""An LSTM's recurrence, in one op over all tokens."""

from typing import NamedTuple

import tensorflow as tf
from frazo import ops
from frazo.layers.recurrent.lstm_cell import LstmWeights, Zoneout
from frazo.proto import lstm_pb2


class Sweep(NamedTuple):
    """One pass over a batch of sequences.

    gates: [batch, time, 4 U], what the input adds to the gates.
    mask: bool [batch, time]; elsewhere the state is handed on and the output zero.
    starts: bool [batch, time], where the state before is zero; None for the sequence's start alone.
    zoneout: with tensors [batch, time, size].
    """

    weights: LstmWeights
    gates: tf.Tensor
    mask: tf.Tensor
    starts: tf.Tensor | None = None
    zoneout: Zoneout = Zoneout()


def recur(message: lstm_pb2.Lstm, sweep: Sweep) -> tf.Tensor:
    """The outputs of all tokens, [batch, time, P], in the message's direction."""
    settings = {
        "layer_norm_epsilon": message.layer_norm_epsilon,
        "cell_clip": message.cell_clip,
        "output_tanh": message.output_tanh,
        "reverse": message.reverse,
    }
    inputs = {
        "mask": sweep.mask,
        "starts": sweep.starts,
        "cell_zoneout": sweep.zoneout.cell,
        "output_zoneout": sweep.zoneout.output,
        "settings": settings,
    }
    weights = {name: x for name, x in sweep.weights._asdict().items() if x is not None}

    @tf.custom_gradient
    def recurrence(gates: tf.Tensor, *values: tf.Tensor):
        arguments = ops.LstmArguments(**dict(zip(weights, values, strict=True)), **inputs)
        output, trace = ops.lstm_sequence(gates, arguments)

        def gradient(output_gradient: tf.Tensor) -> list[tf.Tensor]:
            of = ops.lstm_sequence_gradient(output_gradient, trace, arguments)
            by_name = {
                "kernel": lambda: _outer(trace.outputs_before, of.gates),
                "projection": lambda: _outer(of.hidden, of.projected),
                "scale": lambda: of.scale,
                "bias": lambda: of.bias,
            }
            return [of.gates, *(by_name[name]() for name in weights)]

        return output, gradient

    return recurrence(sweep.gates, *weights.values())


def _outer(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """The sum over all positions of x^T y: [batch, time, M], [batch, time, N] to [M, N]."""
    rows = [tf.reshape(z, [-1, z.shape[-1]]) for z in (x, y)]
    return tf.linalg.matmul(*rows, transpose_a=True)
