"""The recurrence of an LSTM in one op over all tokens."""

from typing import NamedTuple

import tensorflow as tf
from frazo import ops
from frazo.layers.recurrent.lstm_cell import LstmWeights, Zoneout
from frazo.proto import lstm_pb2


class Sweep(NamedTuple):
    """The inputs of the recurrence for a batch of sequences.

    Attributes:
      weights: The weights of the recurrence.
      gates: [batch, time, 4 U], what the input adds to the gates.
      mask: bool [batch, time], True where a token is. Elsewhere the state is kept and the output is
        zero.
      starts: bool [batch, time], True where the state before is zero; None if only that before the
        first position is.
      zoneout: Its tensors are [batch, time, size].
    """

    weights: LstmWeights
    gates: tf.Tensor
    mask: tf.Tensor
    starts: tf.Tensor | None = None
    zoneout: Zoneout = Zoneout()


def recur(message: lstm_pb2.Lstm, sweep: Sweep) -> tf.Tensor:
    """Returns the outputs of all tokens, [batch, time, P], in the message's direction."""
    return ops.lstm_outputs(sweep.gates, lstm_arguments(message, sweep))


def lstm_arguments(message: lstm_pb2.Lstm, sweep: Sweep) -> ops.LstmArguments:
    """Returns what the op of the recurrence takes beside the gates."""
    settings = {
        "layer_norm_epsilon": message.layer_norm_epsilon,
        "cell_clip": message.cell_clip,
        "output_tanh": message.output_tanh,
        "reverse": message.reverse,
    }
    weights = {name: x for name, x in sweep.weights._asdict().items() if x is not None}
    return ops.LstmArguments(
        **{name: tf.convert_to_tensor(x) for name, x in weights.items()},
        mask=sweep.mask,
        starts=sweep.starts,
        cell_zoneout=sweep.zoneout.cell,
        output_zoneout=sweep.zoneout.output,
        settings=settings,
    )
