"""Translating many texts in batches of like length."""

from collections.abc import Sequence
from typing import Protocol

from frazo.proto import search_pb2
from frazo_tools.translation.parts import divide

# Most tokens of a batch, padding included: enough to keep two cores busy, and some 100 MB of memory.
_BATCH_TOKENS = 2048

Hypotheses = list[tuple[str, float]]


class Model(Protocol):
    """What is used of frazo.Predictor."""

    max_source_length: int

    def predict(
        self, texts: Sequence[str], search: search_pb2.Search | None = None
    ) -> list[Hypotheses]: ...

    def num_tokens(self, texts: Sequence[str]) -> list[int]: ...


class Batches:
    """Translates texts in any number. num_divided: those that were too long for the model and were
    translated in parts.
    """

    def __init__(self, model: Model, search: search_pb2.Search | None):
        self._model = model
        self._search = search
        self.num_divided = 0

    def translate(self, texts: Sequence[str]) -> list[Hypotheses]:
        """Of each text what the model finds, best first.

        A text without anything but blanks has no hypotheses. One that is longer than what the model
        knows is translated in parts; it has one hypothesis: the best of each part, with the sum of
        their scores.
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
        # The longest first: if memory is short that shows at once.
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
    return [(" ".join(text for text, _ in best if text), sum(score for _, score in best))]
