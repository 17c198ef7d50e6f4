"""The contract between a task and the job that decodes an input."""

import abc
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf


class DecodingScores(NamedTuple):
    """The scores of one pass over an input.

    Attributes:
      metrics: Numbers by name.
      signatures: Texts that say how metrics were computed, by the same names. A metric that needs
        no such text has none.
      curves: The curves behind the metrics, made of values that JSON can hold; None if there are
        none.
    """

    metrics: dict[str, float]
    signatures: dict[str, str]
    curves: dict[str, Any] | None = None


class Scorer(abc.ABC):
    """Computes the scores of one pass over an input."""

    @abc.abstractmethod
    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        """Adds the examples of a batch.

        Args:
          outputs: The result of Decoder.decode.
          records: The result of Decoder.records for `outputs`.
        """

    @abc.abstractmethod
    def result(self) -> DecodingScores:
        """Returns the scores of all examples that were added. There must be at least one."""


class Decoder(abc.ABC):
    """Makes a task's outputs for the examples of one input; see Task.decoder.

    Attributes:
      search: One line that describes how the outputs are found.
    """

    search: str

    @abc.abstractmethod
    def decode(self, batch: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Decodes a batch in the graph.

        Returns:
          Tensors whose first dimension is the example. The other methods take them as NumPy arrays.
        """

    @abc.abstractmethod
    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        """Returns a record for each example of a batch, made of values that JSON can hold."""

    @abc.abstractmethod
    def scorer(self) -> Scorer:
        """Returns a new Scorer for a pass."""

    def figures(self, outputs: Mapping[str, np.ndarray], row: int) -> dict[str, str]:
        """Returns figures of an example in HTML, by the name of the page that shows them.

        Args:
          outputs: The result of `decode`.
          row: The index of the example in the batch.
        """
        return {}

    def summaries(
        self, outputs: Mapping[str, np.ndarray], row: int, number: int
    ) -> list[tf.compat.v1.Summary.Value]:
        """Returns what TensorBoard shows of an example.

        Args:
          outputs: The result of `decode`.
          row: The index of the example in the batch.
          number: That of the example's record in the input: its name if it has no other.
        """
        return []

    def page(self, name: str, title: str, figures: Sequence[str], scores: DecodingScores) -> str:
        """Returns the HTML of a page.

        Args:
          name: The name of the page, a key of what `figures` returns.
          title: The title of the page.
          figures: The figures for the page.
          scores: Those of the pass over the input.

        Raises:
          ValueError: The decoder has no page of this name.
        """
        raise ValueError(
            f"{type(self).__name__} has no page '{name}' for its figures. Define page."
        )
