"""One pass over an input that decodes its examples with fixed weights."""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from frazo.input.input import Input
from frazo.proto import decode_loop_pb2
from frazo.tasks.decoder import Decoder


@dataclasses.dataclass(frozen=True)
class Decoded:
    """What a pass gave.

    records: one an example, as Decoder.records gives them. figures: the attention of the first ones,
    in HTML. seconds: without the time in which TensorFlow made the graph.
    """

    records: list[dict[str, Any]]
    figures: list[str]
    seconds: float


class Decoding:
    """Decodes an input, as often as wanted."""

    def __init__(self, decoder: Decoder, source: Input, settings: decode_loop_pb2.DecodeLoop):
        """source: gives one pass (see build_one_pass_input)."""
        self._decoder = decoder
        self._batches = source.dataset()
        self._max_examples = settings.max_examples if settings.HasField("max_examples") else None
        self._max_figures = settings.max_shown_examples
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
        figures: list[str] = []
        for batch in self._batches:
            if should_stop():
                return None
            outputs = {name: tensor.numpy() for name, tensor in self._decode(batch).items()}
            wanted = None if self._max_examples is None else self._max_examples - len(records)
            of_batch = self._decoder.records(outputs)[:wanted]
            records += of_batch
            figures += self._figures(outputs, len(of_batch), self._max_figures - len(figures))
            report(len(records), time.monotonic() - began)
            if len(records) == self._max_examples:
                break
        return Decoded(records, figures, time.monotonic() - began)

    def _figures(self, outputs: dict[str, np.ndarray], rows: int, limit: int) -> list[str]:
        drawn = (self._decoder.attention_figure(outputs, row) for row in range(min(rows, limit)))
        return [figure for figure in drawn if figure is not None]
