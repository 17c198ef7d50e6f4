"""The training of a speech recogniser that is measured: sizes, multiplications, timing.

Listen, Attend and Spell as Lingvo trains it on LibriSpeech's characters, 132 million parameters.
"""

from collections.abc import Callable

import tensorflow as tf
from matmul_peak import measure_training

BATCH, FRAMES, FEATURES, TOKENS, VOCABULARY = 4, 400, 80, 100, 76
FILTERS, LAYERS, UNITS, HIDDEN = 32, 4, 1024, 128
PARAMETERS = 132_078_844

_WARM_UP_STEPS = 1
_TIMED_STEPS = 3


def forward_flops() -> int:
    """Returns the work of the matrix products and convolutions of the forward pass."""
    vectors, tokens = BATCH * FRAMES // 4, BATCH * (TOKENS + 1)
    first = BATCH * (FRAMES // 2) * (FEATURES // 2) * 9 * FILTERS
    second = vectors * (FEATURES // 4) * 9 * FILTERS * FILTERS
    inputs = [FEATURES // 4 * FILTERS, *[2 * UNITS] * (LAYERS - 1)]
    encoder = sum(2 * vectors * (size + UNITS) * 4 * UNITS for size in inputs)
    between = (LAYERS - 1) * vectors * (2 * UNITS) ** 2
    # The layers see [token, context, state] and [below, context, state].
    decoder = tokens * ((VOCABULARY + 3 * UNITS) + 4 * UNITS) * 4 * UNITS
    attention = vectors * 2 * UNITS * HIDDEN + tokens * UNITS * HIDDEN
    contexts = tokens * (FRAMES // 4) * (2 * UNITS + HIDDEN)
    softmax = tokens * 3 * UNITS * VOCABULARY
    products = first + second + encoder + between + decoder + attention + contexts + softmax
    return 2 * products


def step_flops() -> int:
    """Returns the work of a step: in the backward pass both factors of each product have
    gradients.
    """
    return 3 * forward_flops()


def random_batch() -> dict[str, tf.Tensor]:
    """Returns frames, [BATCH, FRAMES, FEATURES], labels, [BATCH, TOKENS], and their lengths."""
    return {
        "frames": tf.random.stateless_normal([BATCH, FRAMES, FEATURES], [1, 2]),
        "frames_length": tf.fill([BATCH], FRAMES),
        "labels": tf.random.stateless_uniform(
            [BATCH, TOKENS], [3, 4], minval=3, maxval=VOCABULARY, dtype=tf.int32
        ),
        "labels_length": tf.fill([BATCH], TOKENS),
    }


def measure(step: Callable[[], object]) -> dict[str, float]:
    """Returns what measure_training gives for `step`, which does one step to its end."""
    return measure_training(step, step_flops(), warm_ups=_WARM_UP_STEPS, timed=_TIMED_STEPS)
