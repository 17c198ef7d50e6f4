"""Using an exported model from Python."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence

import tensorflow as tf
from frazo import ops
from frazo.proto import search_pb2

# By signature, the outputs that are used here.
_NEEDED = {
    "search": {"hypotheses", "scores", "num_tokens"},
    "lengths": {"source_lengths"},
    "about": {"search", "max_source_length"},
}


class Predictor:
    """A model that `--mode=write_inference_graph` wrote, to be called with texts. Thread-safe.

        predictor = frazo.Predictor("/tmp/ende/log/inference_graph")
        for hypotheses in predictor.predict(["Open the file", "Close the window"]):
            text, score = hypotheses[0]

    Texts are str, or bytes in UTF-8; bytes that are not are read as U+FFFD.

    search: the frazo.Search that the model was exported with. max_source_length: tokens of the longest
    text that training saw; what is over it is cut off. 0: there is no limit.
    """

    def __init__(self, path: str | os.PathLike[str]):
        """path: the SavedModel's directory. Raises FileNotFoundError if it is none, or if Frazo's ops
        are not there; ValueError if it is a SavedModel of another kind.
        """
        directory = os.fspath(path)
        if not (pathlib.Path(directory) / "saved_model.pb").is_file():
            raise FileNotFoundError(
                f"{directory}: not a SavedModel, for there is no file saved_model.pb. The trainer "
                "writes one with --mode=write_inference_graph."
            )
        ops.load()
        # What is loaded lives as long as this.
        self._loaded = tf.saved_model.load(directory)
        self._signatures = self._loaded.signatures
        _check_signatures(directory, self._signatures)
        about = self._signatures["about"]()
        self._search = search_pb2.Search.FromString(about["search"].numpy())
        self.max_source_length = int(about["max_source_length"])

    @property
    def search(self) -> search_pb2.Search:
        """A copy: change it and give it to `predict`."""
        copy = search_pb2.Search()
        copy.CopyFrom(self._search)
        return copy

    def predict(
        self, texts: Sequence[str | bytes], search: search_pb2.Search | None = None
    ) -> list[list[tuple[str, float]]]:
        """What the model outputs for each text, best first: (text, score), as many as were asked for
        and found.

        All texts are one batch, padded to the longest: texts of like length, and not too many at a
        time, are fast. search: default: self.search. Raises tf.errors.InvalidArgumentError naming the
        field of the search that is wrong.
        """
        sources = _to_bytes(texts)
        if not sources:
            return []
        # An empty one stands for the model's own.
        serialized = b"" if search is None else search.SerializeToString(deterministic=True)
        outputs = self._signatures["search"](
            sources=tf.constant(sources), search=tf.constant(serialized)
        )
        found = zip(
            outputs["hypotheses"].numpy(),
            outputs["scores"].numpy(),
            outputs["num_tokens"].numpy(),
            strict=True,
        )
        return [
            [
                (text.decode(errors="replace"), float(score))
                for text, score, length in zip(*of_text, strict=True)
                if length
            ]
            for of_text in found
        ]

    def num_tokens(self, texts: Sequence[str | bytes]) -> list[int]:
        """Of each text as the model reads it, the one that ends it included."""
        sources = _to_bytes(texts)
        if not sources:
            return []
        outputs = self._signatures["lengths"](sources=tf.constant(sources))
        return outputs["source_lengths"].numpy().tolist()


def _to_bytes(texts: Sequence[str | bytes]) -> list[bytes]:
    if isinstance(texts, (str, bytes)):
        raise TypeError("texts: one text where a list of texts is needed; pass [text]")
    return [text.encode(errors="replace") if isinstance(text, str) else text for text in texts]


def _check_signatures(directory: str, signatures: dict[str, tf.types.experimental.Callable]):
    for name, outputs in _NEEDED.items():
        if name not in signatures:
            raise ValueError(
                f"{directory}: the SavedModel has no signature '{name}', but "
                f"{', '.join(sorted(signatures)) or 'none at all'}. Export the model with "
                "--mode=write_inference_graph."
            )
        if missing := outputs - signatures[name].structured_outputs.keys():
            raise ValueError(
                f"{directory}: the signature '{name}' of the SavedModel gives no "
                f"{', '.join(sorted(missing))}. Export the model with this version's "
                "--mode=write_inference_graph."
            )
