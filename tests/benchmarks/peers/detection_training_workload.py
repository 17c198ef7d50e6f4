"""The training of a detector that is measured: sizes, multiplications, timing.

StarNet as Lingvo trains it on KITTI's cars, 20.9 million parameters, with 64 of its 768 centres and
128 of its 512 points.
"""

from collections.abc import Callable

import tensorflow as tf
from matmul_peak import measure_training

SCENES, CENTERS, POINTS, FEATURES = 1, 64, 128, 4
FIRST_UNITS = 32
# The hidden units and the units of each block.
BLOCKS = ((512, 256), (1024, 512), (512, 256), (512, 256), (256, 128))
OFFSETS, OFFSET_UNITS, ANCHORS, OUTPUTS = 25, 512, 4, 10
PARAMETERS = 20_905_608

WARM_UP_STEPS = 2
TIMED_STEPS = 8


def forward_flops() -> int:
    """Returns the work of the matrix products of the forward pass, as Ngiam et al. 2019 write it:
    the maximum of a cell stands beside each of its points.
    """
    points = FEATURES * FIRST_UNITS
    units = FIRST_UNITS
    width = FIRST_UNITS
    for hidden, block_units in BLOCKS:
        points += 2 * units * hidden + hidden * block_units
        units = block_units
        width += block_units
    heads = OFFSET_UNITS * ANCHORS * (7 + OUTPUTS)
    centers = OFFSETS * (width * OFFSET_UNITS + heads)
    return 2 * SCENES * CENTERS * (POINTS * points + centers)


def step_flops() -> int:
    """Returns the work of a step: in the backward pass both factors of each product have
    gradients.
    """
    return 3 * forward_flops()


def random_batch() -> dict[str, tf.Tensor]:
    """Returns cells full of points; one anchor in ten stands for an object."""
    anchors = [SCENES, CENTERS, OFFSETS * ANCHORS]
    is_object = tf.random.stateless_uniform(anchors, [1, 2]) < 0.1
    return {
        "centers": tf.random.stateless_normal([SCENES, CENTERS, 3], [3, 4]),
        "neighbors": tf.random.stateless_normal([SCENES, CENTERS, POINTS, FEATURES], [5, 6]),
        "neighbor_counts": tf.fill([SCENES, CENTERS], POINTS),
        "anchor_labels": tf.cast(is_object, tf.int32),
        "anchor_residuals": 0.1 * tf.random.stateless_normal([*anchors, 7], [7, 8]),
    }


def measure(step: Callable[[], object]) -> dict[str, float]:
    """Returns what measure_training gives for `step`, which does one step to its end."""
    return measure_training(step, step_flops(), warm_ups=WARM_UP_STEPS, timed=TIMED_STEPS)
