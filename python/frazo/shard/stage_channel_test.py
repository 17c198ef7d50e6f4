import numpy as np
import tensorflow as tf
from frazo.shard.stage_channel import StageChannel
from frazo.shard.worker_processes import run_in_workers

_TO, _BACK = 5, 6
_PARTS = [np.full((2, part + 1), part + 0.5, np.float32) for part in range(3)]


def _sends_and_receives(rank, count):
    """Process 0 sends three tensors before it takes the first one back; process 1 returns each."""
    del count
    to, back = StageChannel(_TO), StageChannel(_BACK)
    shapes = [tf.constant(part.shape) for part in _PARTS]

    @tf.function
    def step(scale):
        if rank == 0:
            sent = [to.send(part * scale) for part in _PARTS]
            received = [back.receive(shape, tf.bfloat16) for shape in shapes]
        else:
            received = [to.receive(shape, tf.float32) for shape in shapes]
            sent = [back.send(tf.cast(2 * x, tf.bfloat16)) for x in received]
        with tf.control_dependencies(sent):
            return [tf.identity(x) for x in received]

    results = [step(tf.constant(scale)) for scale in (1.0, 2.0)]
    return [[(x.dtype.name, np.asarray(x, np.float32)) for x in result] for result in results]


def test_two_processes_exchange_tensors_in_steps():
    first, second = run_in_workers(2, _sends_and_receives)
    for scale, sent, returned in zip((1, 2), second, first, strict=True):
        for part, (sent_type, x), (returned_type, y) in zip(_PARTS, sent, returned, strict=True):
            assert (sent_type, returned_type) == ("float32", "bfloat16")
            np.testing.assert_array_equal(x, part * scale)
            np.testing.assert_array_equal(y, part * scale * 2)
