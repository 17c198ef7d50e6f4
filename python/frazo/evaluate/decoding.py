"""Decodes the examples of an input in one pass with fixed weights."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from frazo.input.input import Input
from frazo.proto import decode_loop_pb2
from frazo.tasks.decoder import Decoder, Scorer


@dataclasses.dataclass(frozen=True)
class Decoded:
    """The results of a pass.

    Attributes:
      records: One record per example, from Decoder.records, in the order of the input's records.
        After a pass over the whole input, a record that the input left out is there, too, as
        {"left_out": "too long"}, which names the possible causes.
      num_examples: Number of examples that were decoded.
      figures: HTML figures of the first examples, by the name of their page.
      summaries: What TensorBoard shows of the first examples.
      scorer: A scorer to which all examples were added.
      seconds: Duration of the pass, without the time in which TensorFlow builds the graph.
    """

    records: list[dict[str, Any]]
    num_examples: int
    figures: dict[str, list[str]]
    summaries: list[tf.compat.v1.Summary.Value]
    scorer: Scorer
    seconds: float


class Decoding:
    """Decodes an input; each call of run() is a new pass."""

    def __init__(self, decoder: Decoder, scored_input: Input, settings: decode_loop_pb2.DecodeLoop):
        """Prepares the graph.

        Args:
          decoder: Decodes a batch.
          scored_input: An input whose dataset is one pass; see build_one_pass_input.
          settings: The limits of a pass.
        """
        self._decoder = decoder
        self._scored_input = scored_input
        self._batches = scored_input.numbered_dataset()
        self._max_examples = settings.max_examples if settings.HasField("max_examples") else None
        self._max_shown = settings.max_shown_examples
        # The signature leaves sizes open, so that batches of every size share a graph.
        self._decode = tf.function(
            decoder.decode, input_signature=[self._batches.element_spec[0]], autograph=False
        )

    def run(
        self, should_stop: Callable[[], bool], report: Callable[[int, float], None]
    ) -> Decoded | None:
        """Decodes with the present weights of the model; see Model.evaluation_weights.

        Args:
          should_stop: Asked before each batch.
          report: Called after each batch with the number of examples decoded so far and the seconds
            since the pass began.

        Returns:
          The results of at most max_examples examples, or None if should_stop() was true.
        """
        self._decode.get_concrete_function()
        began = time.monotonic()
        records: dict[int, dict[str, Any]] = {}
        figures = _Figures(self._decoder, self._max_shown)
        scorer = self._decoder.scorer()
        for batch, numbers in self._batches:
            if should_stop():
                return None
            wanted = None if self._max_examples is None else self._max_examples - len(records)
            outputs = {
                name: tensor.numpy()[:wanted] for name, tensor in self._decode(batch).items()
            }
            batch_records = self._decoder.records(outputs)
            scorer.add(outputs, batch_records)
            of_batch = numbers.numpy()[:wanted].tolist()
            figures.add(outputs, of_batch)
            records |= zip(of_batch, batch_records, strict=True)
            report(len(records), time.monotonic() - began)
            if len(records) == self._max_examples:
                break
        seconds = time.monotonic() - began
        return Decoded(
            self._in_order(records),
            len(records),
            figures.by_page,
            figures.summaries,
            scorer,
            seconds,
        )

    def _in_order(self, records: Mapping[int, dict[str, Any]]) -> list[dict[str, Any]]:
        """Returns Decoded.records, given those of the examples by number."""
        if not records or len(records) == self._max_examples:
            return [records[number] for number in sorted(records)]
        lost = self._scored_input.lost_records()
        left_out = {"left_out": lost.left_out()}
        return [
            records.get(number, left_out) for number in range(max(lost.records, max(records) + 1))
        ]


class _Figures:
    """Gathers what is shown of the first examples of which there is something to show.

    Attributes:
      by_page: HTML figures by the name of their page.
      summaries: What TensorBoard shows.
    """

    def __init__(self, decoder: Decoder, limit: int):
        self._decoder = decoder
        self._left = limit
        self.by_page: dict[str, list[str]] = {}
        self.summaries: list[tf.compat.v1.Summary.Value] = []

    def add(self, outputs: dict[str, np.ndarray], numbers: Sequence[int]) -> None:
        for row, number in enumerate(numbers[: self._left]):
            figures = self._decoder.figures(outputs, row)
            for page, figure in figures.items():
                self.by_page.setdefault(page, []).append(figure)
            summaries = self._decoder.summaries(outputs, row, number)
            self.summaries += summaries
            self._left -= bool(figures or summaries)
