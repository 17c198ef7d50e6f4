"""What every program of translation.py trains and decodes, and how it is timed.

TransformerBase: 6 + 6 layers of 512, 8 heads, 2,048 hidden units, 32,000 tokens on either side, no
table shared: 93.3 million parameters.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from matmul_peak import measure_training, steps_per_second

DIM, HIDDEN_UNITS, HEADS, LAYERS, VOCABULARY = 512, 2048, 8, 6, 32_000
DROPOUT, LABEL_SMOOTHING = 0.1, 0.1
SOS, EOS = 1, 2

# A batch of training: so many pairs, each of so many tokens a side.
PAIRS, TOKENS = 32, 32
TRAINING_WARM_UPS, TRAINING_STEPS = 3, 6

# A batch to decode: so many sentences of so many tokens, each translation of as many.
SENTENCES, LENGTH, BEAM = 8, 25, 4
DECODING_WARM_UPS, DECODING_REPETITIONS = 2, 7


def random_ids(rows: int, columns: int, seed: int) -> np.ndarray:
    """Ids of ordinary tokens: int32 [rows, columns]."""
    return np.random.default_rng(seed).integers(4, VOCABULARY, (rows, columns), np.int32)


def step_flops() -> int:
    """Returns the work of the matrix products of a training step: forward, and twice as much in the
    backward pass, for the gradients of both factors.
    """
    attention, feed_forward = 4 * DIM * DIM, 2 * DIM * HIDDEN_UNITS
    # A layer of the decoder attends twice.
    weights = LAYERS * (3 * attention + 2 * feed_forward) + DIM * VOCABULARY
    # Queries with keys and weights with values: in the encoder, in the decoder and between them.
    products = 3 * LAYERS * 2 * TOKENS * DIM
    return 3 * 2 * PAIRS * TOKENS * (weights + products)


def training_figures(step: Callable[[], object]) -> dict[str, float]:
    """Returns what measure_training gives for `step`, which does one step to its end."""
    return measure_training(step, step_flops(), warm_ups=TRAINING_WARM_UPS, timed=TRAINING_STEPS)


def training_rate(step: Callable[[], object]) -> float:
    """Steps per second of `step`, which returns when a step is done."""
    return steps_per_second(step, warm_ups=TRAINING_WARM_UPS, timed=TRAINING_STEPS)


def decoding_rate(decode: Callable[[], int]) -> float:
    """Tokens per second of `decode`, which returns how many tokens the translations have; the
    median.
    """
    for _ in range(DECODING_WARM_UPS):
        decode()
    return statistics.median(_timed(decode) for _ in range(DECODING_REPETITIONS))


def _timed(decode: Callable[[], int]) -> float:
    started = time.perf_counter()
    tokens = decode()
    return tokens / (time.perf_counter() - started)
