"""One pass over an input that decodes its examples with fixed weights."""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from frazo.input.input import Input
from frazo.proto import decode_loop_pb2
from frazo.tasks.decoder import Decoder, Scorer


@dataclasses.dataclass(frozen=True)
class Decoded:
    """What a pass gave.

    records: one an example, as Decoder.records gives them. figures: those of the first ones, in HTML, by
    the name of their page. scorer: it has all examples. seconds: without the time in which TensorFlow
    made the graph.
    """

    records: list[dict[str, Any]]
    figures: dict[str, list[str]]
    scorer: Scorer
    seconds: float


class Decoding:
    """Decodes an input, as often as wanted."""

    def __init__(self, decoder: Decoder, source: Input, settings: decode_loop_pb2.DecodeLoop):
        """source: gives one pass (see build_one_pass_input)."""
        self._decoder = decoder
        self._batches = source.dataset()
        self._max_examples = settings.max_examples if settings.HasField("max_examples") else None
        self._max_shown = settings.max_shown_examples
        # One graph for batches of every size.
        self._decode = tf.function(
            decoder.decode, input_signature=[self._batches.element_spec], autograph=False
        )

    def run(
        self, should_stop: Callable[[], bool], report: Callable[[int, float], None]
    ) -> Decoded | None:
        """Stops with example max_examples, or with None when should_stop().

        report: called after each batch with the number of examples decoded so far and the seconds
        that took. Uses the model's weights as they are (see Model.evaluation_weights).
        """
        self._decode.get_concrete_function()
        began = time.monotonic()
        records: list[dict[str, Any]] = []
        figures = _Figures(self._decoder, self._max_shown)
        scorer = self._decoder.scorer()
        for batch in self._batches:
            if should_stop():
                return None
            wanted = None if self._max_examples is None else self._max_examples - len(records)
            outputs = {
                name: tensor.numpy()[:wanted] for name, tensor in self._decode(batch).items()
            }
            batch_records = self._decoder.records(outputs)
            scorer.add(outputs, batch_records)
            figures.add(outputs, len(batch_records))
            records += batch_records
            report(len(records), time.monotonic() - began)
            if len(records) == self._max_examples:
                break
        return Decoded(records, figures.by_page, scorer, time.monotonic() - began)


class _Figures:
    """Those of the first examples that have some. by_page: HTML by the name of its page."""

    def __init__(self, decoder: Decoder, limit: int):
        self._decoder = decoder
        self._left = limit
        self.by_page: dict[str, list[str]] = {}

    def add(self, outputs: dict[str, np.ndarray], rows: int) -> None:
        for row in range(min(rows, self._left)):
            figures = self._decoder.figures(outputs, row)
            for page, figure in figures.items():
                self.by_page.setdefault(page, []).append(figure)
            self._left -= bool(figures)
