"""The contract of what decodes an input."""

import abc
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf


class DecodingScores(NamedTuple):
    """metrics: numbers by name. signatures: how each was computed, by the same names, for those where
    that needs saying."""

    metrics: dict[str, float]
    signatures: dict[str, str]


class Scorer(abc.ABC):
    """Scores of all the examples of one pass over an input."""

    @abc.abstractmethod
    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        """Takes the examples of a batch: what Decoder.decode gave, and Decoder.records of it."""

    @abc.abstractmethod
    def result(self) -> DecodingScores:
        """The scores of all that were added; there is at least one example."""


class Decoder(abc.ABC):
    """What a task's model outputs for the examples of one input; see Task.decoder.

    search: what decides the outputs beside the weights, in a line.
    """

    search: str

    @abc.abstractmethod
    def decode(self, batch: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Decodes a batch, in the graph: tensors with the example as first dimension. The other methods
        get them as NumPy arrays."""

    @abc.abstractmethod
    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        """What is written of each example of a batch: values that JSON can hold."""

    @abc.abstractmethod
    def scorer(self) -> Scorer:
        """A new one, for a pass."""

    def figures(self, outputs: Mapping[str, np.ndarray], row: int) -> dict[str, str]:
        """HTML that shows an example of a batch, by the name of the page that it belongs to. Empty:
        there is nothing to show."""
        return {}

    def page(self, name: str, title: str, figures: Sequence[str]) -> str:
        """The HTML of the page with this name and these of its figures."""
        raise ValueError(f"{type(self).__name__} has figures for '{name}', but no such page")
