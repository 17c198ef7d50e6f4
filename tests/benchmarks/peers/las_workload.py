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
        tokens: of the longest text that is searched, with its end.
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
    # Those of the longest utterance have 100 and their end.
    tokens: int = 120


SIZES = Sizes()


def make_weights(sizes: Sizes) -> dict[str, np.ndarray]:
    """Draws the weights by their names in a checkpoint of ours.

    The gates of a kernel [inputs, 4 units] are those of candidate, input, forget and output. The
    logits are some 2 apart, so that no rounding decides between two hypotheses. A text ends when it
    has a token for every two vectors of its utterance, see _let_texts_end.
    """
    generator = np.random.default_rng(1)
    gates, outputs = 4 * sizes.units, sizes.units + sizes.memory

    def draw(*shape: int, stddev: float | None = None) -> np.ndarray:
        if stddev is None:
            stddev = shape[0] ** -0.5
        return stddev * generator.standard_normal(shape, np.float32)

    first, second = "decoder/layer0", "decoder/layer1"
    weights = {
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
        "softmax/bias": np.zeros(sizes.vocabulary, np.float32),
    }
    _let_texts_end(sizes, weights)
    return weights


def _let_texts_end(sizes: Sizes, weights: dict[str, np.ndarray]) -> None:
    """Makes unit 0 of the second layer add up value 0 of the contexts; the end comes at 1."""
    gates = range(0, 4 * sizes.units, sizes.units)
    inputs, bias = weights["decoder/layer1/input/kernel"], weights["decoder/layer1/bias"]
    for kernel in (inputs, weights["decoder/layer1/recurrent/kernel"]):
        kernel[:, gates] = 0
    inputs[sizes.units, gates[0]] = 1
    # It lets all in, forgets nothing and tells all.
    bias[gates] = [0, 20, 20, 20]
    steepness = 2e4
    weights["softmax/kernel"][0, END] = steepness
    weights["softmax/bias"][END] = -steepness * np.tanh(1)


def make_memory(sizes: Sizes) -> tuple[np.ndarray, np.ndarray]:
    """Returns float32 [utterances, vectors, memory], and lengths, int32 [utterances], from all
    vectors down to half of them.
    """
    generator = np.random.default_rng(2)
    shape = sizes.utterances, sizes.vectors, sizes.memory
    memory = generator.standard_normal(shape, np.float32)
    lengths = np.linspace(sizes.vectors, sizes.vectors // 2, sizes.utterances).astype(np.int32)
    # They are 1 half a token after the last one.
    memory[:, :, 0] = 1 / (lengths[:, np.newaxis] // 2 + 0.5)
    return memory, lengths


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
