"""The decoder of a speech recogniser whose search is measured: sizes, weights, timing.

Listen, Attend and Spell as Lingvo trains it on LibriSpeech's characters: 30 million weights.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

START, END = 1, 2
CELL_CLIP = 10
# The end of a text counts if its total is greater than that of the best token minus this.
END_GAP = 5
_REPETITIONS = 3


class Sizes(NamedTuple):
    """What is searched.

    Attributes:
        utterances: how many.
        vectors: the encoder's output for the longest of them.
        memory: values of such a vector.
        units: those of both LSTM layers.
        hidden: units of the attention.
        vocabulary: characters.
        embedding: values of a character's vector.
        width: of the beam.
        tokens: the longest text has so many.
    """

    utterances: int = 8
    # 8 seconds of 25 vectors.
    vectors: int = 200
    memory: int = 2048
    units: int = 1024
    hidden: int = 128
    vocabulary: int = 76
    embedding: int = 76
    width: int = 8
    tokens: int = 100


SIZES = Sizes()


def make_weights(sizes: Sizes, *, end_bias: float) -> dict[str, np.ndarray]:
    """Draws the weights by their names in a checkpoint of ours.

    The gates of a kernel [inputs, 4 units] are those of candidate, input, forget and output. The
    logits are some 2 apart, so that no rounding decides between two hypotheses.

    Args:
        sizes: the sizes.
        end_bias: what the end of a text has more in its logit than other tokens.
    """
    generator = np.random.default_rng(1)
    gates, outputs = 4 * sizes.units, sizes.units + sizes.memory

    def draw(*shape: int, stddev: float | None = None) -> np.ndarray:
        if stddev is None:
            stddev = shape[0] ** -0.5
        return stddev * generator.standard_normal(shape, np.float32)

    bias = np.zeros(sizes.vocabulary, np.float32)
    bias[END] = end_bias
    first, second = "decoder/layer0", "decoder/layer1"
    return {
        "embedding/table": draw(sizes.vocabulary, sizes.embedding, stddev=1),
        f"{first}/lstm/input/kernel": draw(sizes.embedding, gates),
        f"{first}/lstm/recurrent/kernel": draw(sizes.units, gates, stddev=2 * sizes.units**-0.5),
        f"{first}/lstm/bias": draw(gates, stddev=0.1),
        f"{first}/context/kernel": draw(sizes.memory, gates),
        f"{first}/attention/query/kernel": draw(sizes.units, sizes.hidden),
        f"{first}/attention/memory/kernel": draw(sizes.memory, sizes.hidden),
        f"{first}/attention/energy": draw(sizes.hidden, stddev=1),
        f"{second}/input/kernel": draw(outputs, gates),
        f"{second}/recurrent/kernel": draw(sizes.units, gates, stddev=2 * sizes.units**-0.5),
        f"{second}/bias": draw(gates, stddev=0.1),
        "softmax/kernel": draw(outputs, sizes.vocabulary, stddev=8 * outputs**-0.5),
        "softmax/bias": bias,
    }


def make_memory(sizes: Sizes) -> tuple[np.ndarray, np.ndarray]:
    """Returns float32 [utterances, vectors, memory], and lengths, int32 [utterances], from the
    longest on.
    """
    generator = np.random.default_rng(2)
    shape = sizes.utterances, sizes.vectors, sizes.memory
    lengths = np.linspace(sizes.vectors, sizes.vectors // 2, sizes.utterances).astype(np.int32)
    return generator.standard_normal(shape, np.float32), lengths


def utterances_per_second(search: Callable[[np.ndarray, np.ndarray], object]) -> float:
    """Utterances that `search` finds the texts of in a second, from what make_memory gives."""
    memory, lengths = make_memory(SIZES)
    search(memory, lengths)
    seconds = []
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        search(memory, lengths)
        seconds.append(time.perf_counter() - started)
    return SIZES.utterances / sorted(seconds)[_REPETITIONS // 2]


def never_ending_weights() -> dict[str, np.ndarray]:
    """Draws weights of SIZES with which each text has SIZES.tokens tokens."""
    return make_weights(SIZES, end_bias=-1e4)
