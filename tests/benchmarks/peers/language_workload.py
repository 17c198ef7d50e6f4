"""What every program of language_model.py trains and generates, and how it is timed.

Transformer: 6 layers of 512, 8 heads, 2,048 hidden units, 32,000 tokens; the table is the softmax,
too: 35.3 million parameters. Words: the model of the One Billion Word benchmark, with an eighth of
its vocabulary, half of its vectors' size and a quarter of its units: 120.5 million parameters.
"""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from matmul_peak import measure_training, steps_per_second


class Transformer(NamedTuple):
    """A dense Transformer, its batches of training, and what it generates.

    Attributes:
        rows, tokens: of a batch.
        texts, length: so many texts are generated, each of so many tokens.
    """

    dim: int = 512
    hidden_units: int = 2048
    heads: int = 8
    layers: int = 6
    vocabulary: int = 32_000
    rows: int = 8
    tokens: int = 128
    texts: int = 8
    length: int = 64

    def num_parameters(self) -> int:
        attention = 4 * (self.dim * self.dim + self.dim)
        feed_forward = 2 * self.dim * self.hidden_units + self.hidden_units + self.dim
        # Each layer has two norms, and one is at the end.
        norms = (2 * self.layers + 1) * 2 * self.dim
        return self.vocabulary * self.dim + self.layers * (attention + feed_forward) + norms

    def step_flops(self) -> int:
        """Returns the work of the matrix products of a training step: forward, and twice as much in
        the backward pass.
        """
        weights = self.layers * (4 * self.dim * self.dim + 2 * self.dim * self.hidden_units)
        # Queries with keys and weights with values.
        products = 2 * self.layers * self.tokens * self.dim
        per_token = weights + products + self.dim * self.vocabulary
        return 3 * 2 * self.rows * self.tokens * per_token


class Words(NamedTuple):
    """A model of words: LSTMs with projection, and a softmax that computes some of the words."""

    vocabulary: int = 99_184
    dim: int = 512
    units: int = 2048
    layers: int = 2
    samples: int = 8192
    rows: int = 32
    tokens: int = 20
    dropout: float = 0.25
    cell_clip: float = 10.0
    learning_rate: float = 0.2
    clip_norm: float = 16.0

    def num_parameters(self) -> int:
        lstm = 2 * self.dim * 4 * self.units + 4 * self.units + self.units * self.dim
        # The softmax has a bias for each word.
        return self.vocabulary * (2 * self.dim + 1) + self.layers * lstm

    def step_flops(self) -> int:
        """Returns the work of the matrix products of a training step."""
        lstm = 2 * self.dim * 4 * self.units + self.units * self.dim
        per_token = self.layers * lstm + self.dim * (self.samples + 1)
        return 3 * 2 * self.rows * self.tokens * per_token


TRAINING_WARM_UPS, TRAINING_STEPS = 3, 6
GENERATION_WARM_UPS, GENERATION_REPETITIONS = 2, 7
SOS, EOS = 1, 2


def random_ids(vocabulary: int, rows: int, columns: int, seed: int) -> np.ndarray:
    """Ids of ordinary tokens: int32 [rows, columns]."""
    return np.random.default_rng(seed).integers(3, vocabulary, (rows, columns), np.int32)


def random_words(words: Words, seed: int) -> np.ndarray:
    """Ids of words, whose frequencies fall with the ids: int32 [rows, tokens]."""
    uniform = np.random.default_rng(seed).random((words.rows, words.tokens))
    return np.int32(3 + (words.vocabulary - 3) ** uniform - 1)


def training_figures(step: Callable[[], object], workload: Transformer | Words) -> dict[str, float]:
    """Returns the figures of `step`, which does one step to its end: `rate`, steps/s, `tokens`,
    tokens/s, and `share` of the peak.
    """
    figures = measure_training(
        step, workload.step_flops(), warm_ups=TRAINING_WARM_UPS, timed=TRAINING_STEPS
    )
    return figures | {"tokens": figures["rate"] * workload.rows * workload.tokens}


def training_rate(step: Callable[[], object]) -> float:
    """Returns steps/s of `step`, which does one to its end, for peers in which the peak of the
    machine cannot be measured.
    """
    return steps_per_second(step, warm_ups=TRAINING_WARM_UPS, timed=TRAINING_STEPS)


def generation_figures(generate: Callable[[], int]) -> dict[str, float]:
    """Returns tokens/s as `generation`, the median, of `generate`, which returns how many tokens it
    has made.
    """
    for _ in range(GENERATION_WARM_UPS):
        generate()
    return {
        "generation": statistics.median(_timed(generate) for _ in range(GENERATION_REPETITIONS))
    }


def _timed(generate: Callable[[], int]) -> float:
    started = time.perf_counter()
    tokens = generate()
    return tokens / (time.perf_counter() - started)
