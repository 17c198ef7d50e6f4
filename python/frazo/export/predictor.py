"""Runs an exported model from Python."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence

import tensorflow as tf
from frazo import ops
from frazo.program.literal_path import is_pattern
from frazo.proto import search_pb2

# The outputs that Predictor uses, by signature.
_NEEDED = {
    "search": {"hypotheses", "scores", "num_tokens"},
    "lengths": {"source_lengths"},
    "about": {"search", "max_source_length"},
}


class Predictor:
    """A model that `--mode=write_inference_graph` wrote. Thread-safe.

        predictor = frazo.Predictor("/tmp/ende/log/inference_graph")
        for hypotheses in predictor.predict(["Open the file", "Close the window"]):
            text, score = hypotheses[0]

    Texts are str, or bytes in UTF-8. Bytes that are not valid UTF-8 are read as U+FFFD.

    Attributes:
      search: The frazo.Search that the model was exported with.
      max_source_length: Tokens of the longest text in training; a longer text is cut off. 0: no
        limit.
    """

    def __init__(self, path: str | os.PathLike[str]):
        """Loads the model.

        Args:
          path: The SavedModel's directory.

        Raises:
          FileNotFoundError: `path` is not a SavedModel, or the library of Frazo's ops is missing.
          ValueError: It is a SavedModel of another kind, or TensorFlow cannot read such a path.
        """
        directory = os.fspath(path)
        if not (pathlib.Path(directory) / "saved_model.pb").is_file():
            raise FileNotFoundError(
                f"{directory}: not a SavedModel: it has no file saved_model.pb. The trainer "
                "writes one with --mode=write_inference_graph."
            )
        if is_pattern(directory):
            raise ValueError(
                f"{directory}: TensorFlow, which takes *, ?, [ and \\ in a path for a pattern, cannot "
                "load a SavedModel from there. Rename the folder, or copy it elsewhere."
            )
        ops.load()
        # The signatures are valid as long as this object lives.
        self._loaded = tf.saved_model.load(directory)
        self._signatures = self._loaded.signatures
        _check_signatures(directory, self._signatures)
        about = self._signatures["about"]()
        self._search = search_pb2.Search.FromString(about["search"].numpy())
        self.max_source_length = int(about["max_source_length"])

    @property
    def search(self) -> search_pb2.Search:
        """A copy of the exported search. Change it and pass it to `predict`."""
        copy = search_pb2.Search()
        copy.CopyFrom(self._search)
        return copy

    def predict(
        self, texts: Sequence[str | bytes], search: search_pb2.Search | None = None
    ) -> list[list[tuple[str, float]]]:
        """Decodes each text.

        All texts are one batch, padded to the longest. Texts of similar length, and not too many at
        a time, are fast.

        Args:
          texts: The texts.
          search: None: self.search.

        Returns:
          For each text the hypotheses (text, score), best first: as many as requested and found.

        Raises:
          tf.errors.InvalidArgumentError: The search is wrong; the message names the field.
        """
        sources = _to_bytes(texts)
        if not sources:
            return []
        # An empty string stands for the model's own search.
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
                for text, score, length in zip(*hypotheses, strict=True)
                if length
            ]
            for hypotheses in found
        ]

    def num_tokens(self, texts: Sequence[str | bytes]) -> list[int]:
        """Returns the number of tokens of each text as the model reads it, including the
        final one.
        """
        sources = _to_bytes(texts)
        if not sources:
            return []
        outputs = self._signatures["lengths"](sources=tf.constant(sources))
        return outputs["source_lengths"].numpy().tolist()


def _to_bytes(texts: Sequence[str | bytes]) -> list[bytes]:
    if isinstance(texts, (str, bytes)):
        raise TypeError("texts: expected a list of texts, found one text; pass [text]")
    return [text.encode(errors="replace") if isinstance(text, str) else text for text in texts]


def _check_signatures(directory: str, signatures: dict[str, tf.types.experimental.Callable]):
    for name, outputs in _NEEDED.items():
        if name not in signatures:
            raise ValueError(
                f"{directory}: the SavedModel has no signature '{name}'; it has "
                f"{', '.join(sorted(signatures)) or 'none'}. Export the model with "
                "--mode=write_inference_graph."
            )
        if missing := outputs - signatures[name].structured_outputs.keys():
            raise ValueError(
                f"{directory}: the signature '{name}' of the SavedModel has no output "
                f"{', '.join(sorted(missing))}. Export the model with this version's "
                "--mode=write_inference_graph."
            )
