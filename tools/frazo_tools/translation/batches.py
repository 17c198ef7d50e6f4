"""Translates many texts in batches of similar length."""

from collections.abc import Sequence
from typing import Protocol

from frazo.proto import search_pb2
from frazo_tools.translation.parts import divide, join

# Maximal number of tokens per batch, with padding: enough to keep two cores busy, and some 100 MB
# of memory.
_BATCH_TOKENS = 2048

Hypotheses = list[tuple[str, float]]


class Model(Protocol):
    """The part of frazo.Predictor that Batches uses."""

    max_source_length: int

    def predict(
        self, texts: Sequence[str], search: search_pb2.Search | None = None
    ) -> list[Hypotheses]: ...

    def num_tokens(self, texts: Sequence[str]) -> list[int]: ...


class Batches:
    """Translates any number of texts.

    Attributes:
      num_divided: Number of texts that were too long for the model and were translated in parts.
    """

    def __init__(self, model: Model, search: search_pb2.Search | None):
        self._model = model
        self._search = search
        self.num_divided = 0

    def translate(self, texts: Sequence[str]) -> list[Hypotheses]:
        """Returns the model's hypotheses for each text, best first.

        A blank text has no hypotheses. A text that is too long for the model is translated in
        parts. It has one hypothesis: the best ones of the parts, with the sum of their scores.
        """
        parts = divide(texts, self._model.num_tokens, self._model.max_source_length)
        flat = [part for of_text in parts for part in of_text]
        found = iter(self._translate_parts(flat))
        results = []
        for of_text in parts:
            of_parts = [next(found) for _ in of_text]
            results.append(of_parts[0] if len(of_parts) == 1 else _joined(of_parts))
            self.num_divided += len(of_parts) > 1
        return results

    def _translate_parts(self, parts: Sequence[str]) -> list[Hypotheses]:
        found: list[Hypotheses] = [[] for _ in parts]
        wanted = [index for index, part in enumerate(parts) if part.strip()]
        lengths = self._model.num_tokens([parts[index] for index in wanted])
        # The longest first: a shortage of memory shows at once.
        order = sorted(zip(lengths, wanted, strict=True), key=lambda pair: (-pair[0], pair[1]))
        while order:
            size = max(1, _BATCH_TOKENS // order[0][0])
            batch, order = [index for _, index in order[:size]], order[size:]
            hypotheses = self._model.predict([parts[index] for index in batch], self._search)
            for index, of_part in zip(batch, hypotheses, strict=True):
                found[index] = of_part
        return found


def _joined(of_parts: Sequence[Hypotheses]) -> Hypotheses:
    best = [hypotheses[0] for hypotheses in of_parts if hypotheses]
    if not best:
        return []
    return [(join([text for text, _ in best]), sum(score for _, score in best))]
