"""The peak of this machine: TensorFlow's product of two 2048 x 2048 matrices, and shares of it.

usage: matmul_peak.py    prints the peak, FLOP/s
"""

import statistics
import time
from collections.abc import Callable

from figures import print_figures

# The size at which TensorFlow's matrix product is quickest on most processors.
_PEAK_SIZE = 2048
_PEAK_REPETITIONS = 15


def measure_training(
    step: Callable[[], object], step_flops: int, *, warm_ups: int, timed: int
) -> dict[str, float]:
    """Returns the figures of training steps: `rate`, steps/s, and `share` of the peak.

    The peak is measured right before and after the steps, for machines are not equally fast at all
    times.

    Args:
        step: does one, to its end.
        step_flops: the work of the matrix products that a step needs.
        warm_ups: steps that are not timed.
        timed: steps that are.
    """
    for _ in range(warm_ups):
        step()
    before = peak_flops_per_second()
    rate = steps_per_second(step, warm_ups=0, timed=timed)
    peak = max(before, peak_flops_per_second())
    return {"rate": rate, "share": rate * step_flops / peak}


def steps_per_second(step: Callable[[], object], *, warm_ups: int, timed: int) -> float:
    """Returns the rate of training steps, each of which `step` does to its end; see
    measure_training.
    """
    for _ in range(warm_ups):
        step()
    started = time.perf_counter()
    for _ in range(timed):
        step()
    return timed / (time.perf_counter() - started)


def peak_flops_per_second() -> float:
    """Returns the median over some products, on the threads that TensorFlow has here."""
    import tensorflow as tf

    x = tf.random.stateless_normal([_PEAK_SIZE, _PEAK_SIZE], [5, 6])
    seconds = []
    for _ in range(_PEAK_REPETITIONS):
        started = time.perf_counter()
        tf.linalg.matmul(x, x).numpy()
        seconds.append(time.perf_counter() - started)
    return 2 * _PEAK_SIZE**3 / statistics.median(seconds)


if __name__ == "__main__":
    print_figures(peak=peak_flops_per_second())
