"""Translates many texts in batches of similar length."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from frazo.proto import search_pb2
from frazo_tools.translation.parts import divide, join

# Maximal number of tokens per batch, with padding: enough to keep two cores busy, and some 100 MB
# of memory for up to 8 hypotheses of each text. More hypotheses of fewer texts take as much.
_BATCH_TOKENS = 2048
_BATCH_HYPOTHESES = 8

Hypotheses = list[tuple[str, float]]


class _Part(NamedTuple):
    """A part of a text, what its translation begins with, and a number of its own."""

    text: str
    prefix: str
    seed: int


class Model(Protocol):
    """The part of frazo.Predictor that Batches uses."""

    max_source_length: int

    def predict(
        self,
        texts: Sequence[str],
        search: search_pb2.Search | None = None,
        *,
        prefixes: Sequence[str] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> list[Hypotheses]: ...

    def num_tokens(self, texts: Sequence[str]) -> list[int]: ...


class Batches:
    """Translates any number of texts.

    Attributes:
      num_divided: Number of texts that were too long for the model and were translated in parts.
    """

    def __init__(self, model: Model, search: search_pb2.Search, prefix: str = ""):
        """Keeps how to translate.

        Args:
          model: The model.
          search: The search.
          prefix: What each translation begins with.
        """
        self._model = model
        self._search = search
        self._prefix = prefix
        self._num_texts = 0
        self.num_divided = 0

    def translate(self, texts: Sequence[str]) -> list[Hypotheses]:
        """Returns the model's hypotheses for each text, best first.

        Random draws depend on the number of the text, counted from the first one ever translated.

        A blank text has no hypotheses. A text that is too long for the model is translated in
        parts. It has one hypothesis: the best ones of the parts, with the sum of their scores.
        """
        parts = divide(texts, self._model.num_tokens, self._model.max_source_length)
        found = iter(self._translate_parts(self._numbered(parts)))
        self._num_texts += len(texts)
        results = []
        for of_text in parts:
            of_parts = [next(found) for _ in of_text]
            results.append(of_parts[0] if len(of_parts) == 1 else _joined(of_parts))
            self.num_divided += len(of_parts) > 1
        return results

    def _numbered(self, parts: Sequence[Sequence[str]]) -> list[_Part]:
        return [
            # A text has fewer parts than 2^20.
            _Part(part, "" if index else self._prefix, (self._num_texts + row) * 2**20 + index)
            for row, of_text in enumerate(parts)
            for index, part in enumerate(of_text)
        ]

    def _translate_parts(self, parts: Sequence[_Part]) -> list[Hypotheses]:
        found: list[Hypotheses] = [[] for _ in parts]
        wanted = [index for index, part in enumerate(parts) if part.text.strip()]
        lengths = self._model.num_tokens([parts[index].text for index in wanted])
        # The longest first: a shortage of memory shows at once.
        order = sorted(zip(lengths, wanted, strict=True), key=lambda pair: (-pair[0], pair[1]))
        while order:
            size = max(1, self._batch_tokens() // order[0][0])
            batch, order = [index for _, index in order[:size]], order[size:]
            texts, prefixes, seeds = zip(*(parts[index] for index in batch), strict=True)
            hypotheses = self._model.predict(texts, self._search, **self._given(prefixes, seeds))
            for index, of_part in zip(batch, hypotheses, strict=True):
                found[index] = of_part
        return found

    def _batch_tokens(self) -> int:
        width = self._search.beam.width if self._search.HasField("beam") else 1
        hypotheses = self._search.sampling.samples if self._search.HasField("sampling") else width
        return _BATCH_TOKENS * _BATCH_HYPOTHESES // max(_BATCH_HYPOTHESES, hypotheses)

    def _given(self, prefixes: Sequence[str], seeds: Sequence[int]) -> dict[str, Sequence]:
        """Returns the prefixes and seeds that count, as keywords of Model.predict."""
        given: dict[str, Sequence] = {}
        if self._prefix:
            given["prefixes"] = prefixes
        if self._search.HasField("sampling"):
            given["seeds"] = seeds
        return given


def _joined(of_parts: Sequence[Hypotheses]) -> Hypotheses:
    best = [hypotheses[0] for hypotheses in of_parts if hypotheses]
    if not best:
        return []
    return [(join([text for text, _ in best]), sum(score for _, score in best))]
