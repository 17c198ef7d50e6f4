"""The training of LSTM layers that is measured: its sizes, its multiplications, its timing."""

import statistics
import time
from collections.abc import Callable

import tensorflow as tf

LAYERS = 4
UNITS = 1024
BATCH = 8
TIME = 200
DIM = 1024
LEARNING_RATE = 1e-3

_WARM_UP_STEPS = 1
_TIMED_STEPS = 4
# The size at which TensorFlow's matrix product is quickest on most processors.
_PEAK_SIZE = 2048
_PEAK_REPETITIONS = 15


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
    """The figures of a training step: `rate`, steps/s, and `share` of the matrix product's peak.

    The peak is measured right before and after the steps, for machines are not equally fast at all
    times.

    Args:
        step: does one, to its end.
    """
    for _ in range(_WARM_UP_STEPS):
        step()
    before = _peak_flops_per_second()
    started = time.perf_counter()
    for _ in range(_TIMED_STEPS):
        step()
    rate = _TIMED_STEPS / (time.perf_counter() - started)
    peak = max(before, _peak_flops_per_second())
    return {"rate": rate, "share": rate * step_flops() / peak}


def _peak_flops_per_second() -> float:
    x = tf.random.stateless_normal([_PEAK_SIZE, _PEAK_SIZE], [5, 6])
    seconds = []
    for _ in range(_PEAK_REPETITIONS):
        started = time.perf_counter()
        tf.linalg.matmul(x, x).numpy()
        seconds.append(time.perf_counter() - started)
    return 2 * _PEAK_SIZE**3 / statistics.median(seconds)
