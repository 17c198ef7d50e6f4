"""An LSTM's recurrence in TensorFlow's operations, token by token: what the op is compared with."""

import tensorflow as tf
from frazo.layers.recurrent.lstm_cell import advance
from frazo.layers.recurrent.lstm_recurrence import Sweep
from frazo.layers.sequence_layer import State
from frazo.proto import lstm_pb2


def scan(message: lstm_pb2.Lstm, sweep: Sweep) -> tf.Tensor:
    """The outputs: [batch, time, P]."""
    batch, time = tf.unstack(tf.shape(sweep.gates)[:2])
    starts = tf.zeros_like(sweep.mask) if sweep.starts is None else sweep.starts
    inputs = tf.nest.map_structure(_time_major, (sweep.gates, sweep.mask, starts, sweep.zoneout))
    size = sweep.weights.kernel.shape[0]
    first = {"cell": tf.zeros([batch, message.units]), "output": tf.zeros([batch, size])}

    def body(step: tf.Tensor, state: State, outputs: tf.TensorArray):
        at = time - 1 - step if message.reverse else step
        gates, mask, start, zoneout = tf.nest.map_structure(
            lambda x: None if x is None else x[at], inputs
        )
        before = {name: tf.where(start[:, tf.newaxis], 0.0, x) for name, x in state.items()}
        after = advance(message, sweep.weights, gates, before, zoneout)
        is_token = mask[:, tf.newaxis]
        state = {name: tf.where(is_token, after[name], before[name]) for name in state}
        output = tf.where(is_token, after["output"], 0.0)
        return step + 1, state, outputs.write(at, output)

    outputs = tf.TensorArray(tf.float32, size=time, element_shape=[None, size])
    _, _, outputs = tf.while_loop(
        lambda step, *_: step < time, body, (0, first, outputs), maximum_iterations=time
    )
    return _time_major(outputs.stack())


def _time_major(x: tf.Tensor | None) -> tf.Tensor | None:
    """Exchanges the first two dimensions."""
    return None if x is None else tf.transpose(x, [1, 0, *range(2, x.shape.rank)])
