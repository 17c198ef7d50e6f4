"""The contract of what decodes an input."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf


class DecodingScores(NamedTuple):
    """metrics: numbers by name. signatures: how each was computed, by the same names, for those where
    that needs saying."""

    metrics: dict[str, float]
    signatures: dict[str, str]


class Decoder:
    """What a task's model outputs for the examples of one input; see Task.decoder.

    search: what decides the outputs beside the weights, in a line.
    """

    search: str

    def decode(self, batch: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Decodes a batch, in the graph. The other methods get its tensors as NumPy arrays."""
        raise NotImplementedError(f"{type(self).__name__} does not define decode")

    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        """What is written of each example of a batch: values that JSON can hold."""
        raise NotImplementedError(f"{type(self).__name__} does not define records")

    def scores(self, records: Sequence[Mapping[str, Any]]) -> DecodingScores:
        """Of all examples together; there is at least one."""
        raise NotImplementedError(f"{type(self).__name__} does not define scores")

    def attention_figure(self, outputs: Mapping[str, np.ndarray], row: int) -> str | None:
        """HTML that shows where the model looked for the output of an example of a batch. None: there
        is nothing to show."""
        return None
