"""The recurrence of an LSTM in TensorFlow's operations, to which tests compare the op."""

from typing import Any

import tensorflow as tf
from frazo.layers.over_time import over_time
from frazo.layers.recurrent.lstm_cell import advance
from frazo.layers.recurrent.lstm_recurrence import Sweep
from frazo.layers.sequence_layer import State
from frazo.proto import lstm_pb2


def scan(message: lstm_pb2.Lstm, sweep: Sweep) -> tf.Tensor:
    """Returns the outputs of all tokens, [batch, time, P]."""
    batch = tf.shape(sweep.gates)[0]
    starts = tf.zeros_like(sweep.mask) if sweep.starts is None else sweep.starts
    size = sweep.weights.kernel.shape[0]
    first = {"cell": tf.zeros([batch, message.units]), "output": tf.zeros([batch, size])}

    def step(position: tf.Tensor, state: State, token: Any) -> tuple[State, list[tf.Tensor]]:
        gates, mask, start, zoneout = token
        before = {name: tf.where(start[:, tf.newaxis], 0.0, x) for name, x in state.items()}
        gates += tf.linalg.matmul(before["output"], sweep.weights.kernel)
        after = advance(message, sweep.weights, gates, before, zoneout, tf.linalg.matmul)
        is_token = mask[:, tf.newaxis]
        state = {name: tf.where(is_token, after[name], before[name]) for name in state}
        return state, [tf.where(is_token, after["output"], 0.0)]

    inputs = sweep.gates, sweep.mask, starts, sweep.zoneout
    return over_time(step, first, inputs, [size], reverse=message.reverse)[0]
