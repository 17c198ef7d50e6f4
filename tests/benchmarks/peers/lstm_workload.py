"""The training of LSTM layers that is measured: its sizes, its multiplications, its timing."""

from collections.abc import Callable

import tensorflow as tf
from matmul_peak import measure_training

LAYERS = 4
UNITS = 1024
BATCH = 8
TIME = 200
DIM = 1024
LEARNING_RATE = 1e-3

_WARM_UP_STEPS = 1
_TIMED_STEPS = 4


def step_flops() -> int:
    """Returns the work of the matrix products of a training step: forward, and in the backward pass
    the gradients of both factors; the gradient of the first layer's input is not needed.
    """
    gates = 2 * BATCH * TIME * 4 * UNITS
    forward = sum(
        2 * gates * ((DIM if layer == 0 else 2 * UNITS) + UNITS) for layer in range(LAYERS)
    )
    return 3 * forward - 2 * gates * DIM


def random_batch() -> tuple[tf.Tensor, tf.Tensor]:
    """Input [BATCH, TIME, DIM] and what the output, [BATCH, TIME, 2 UNITS], should be."""
    return (
        tf.random.stateless_normal([BATCH, TIME, DIM], [1, 2]),
        tf.random.stateless_normal([BATCH, TIME, 2 * UNITS], [3, 4]),
    )


def measure(step: Callable[[], object]) -> dict[str, float]:
    """Returns what measure_training gives for `step`, which does one step to its end."""
    return measure_training(step, step_flops(), warm_ups=_WARM_UP_STEPS, timed=_TIMED_STEPS)
