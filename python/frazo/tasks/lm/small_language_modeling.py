"""A small task of language modeling, for tests."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from frazo.layers.place import Place
from frazo.proto import language_modeling_pb2
from frazo.tasks.lm.language_modeling import LanguageModeling
from google.protobuf import text_format

SOS, EOS = 1, 2

PACKED_SPEC = {
    f"{feature}{suffix}": tf.TensorSpec([None, None], tf.int32)
    for feature in ("tokens", "labels")
    for suffix in ("", "_segment_ids", "_segment_pos")
}
SPEC = {
    name: tf.TensorSpec(shape, tf.int32)
    for feature in ("tokens", "labels")
    for name, shape in ((feature, [None, None]), (f"{feature}_length", [None]))
}

BODIES = {
    "transformer": """
        transformer_stack {
          num_layers: 2 positions { sinusoidal {} } final_norm: true
          layer {
            self_attention { num_heads: 2 causal: true } feed_forward { hidden_units: 16 }
          }
        }
    """,
    "lstm": "lstm_stack { num_layers: 2 layer { units: 12 projection: 8 cell_clip: 10 } }",
}


def make_task(
    *,
    body: str = "transformer",
    vocab_size: int = 11,
    softmax: str = "softmax",
    extra: str = "",
    input_spec: Mapping[str, tf.TensorSpec] = SPEC,
) -> LanguageModeling:
    """Makes a task with vectors of 8 elements, two layers, and a softmax of its own.

    Args:
      body: A key of BODIES.
      vocab_size: The number of tokens.
      softmax: The kind of the softmax and its fields after num_classes.
      extra: Further fields of the message, in text.
      input_spec: The features of the batches.
    """
    kind, _, fields = softmax.partition(" ")
    text = f"""
        model {{
          embedding {{ vocab_size: {vocab_size} dim: 8 }}
          body {{ {BODIES[body]} }}
          {kind} {{ num_classes: {vocab_size} {fields} }}
        }}
        search {{ beam {{ width: 4 }} eos_id: {EOS} max_length: 20 }}
    """
    message = text_format.Parse(text, language_modeling_pb2.LanguageModeling())
    text_format.Merge(extra, message)
    return LanguageModeling(message, Place(seed=1), input_spec=input_spec)


def make_batch(
    texts: Sequence[Sequence[int]], *, time: int = 0, padding: int = 0
) -> dict[str, tf.Tensor]:
    """Makes a batch of texts.

    Args:
      texts: The tokens of each, without those of start and end.
      time: The least number of positions of a row.
      padding: The id at padding.
    """
    batch = {}
    for name, rows in _features(texts).items():
        ids = np.full((len(rows), max(time, *map(len, rows))), padding, np.int32)
        for row, tokens in zip(ids, rows, strict=True):
            row[: len(tokens)] = tokens
        batch[name] = tf.constant(ids)
        batch[f"{name}_length"] = tf.constant([len(tokens) for tokens in rows])
    return batch


def make_packed_batch(
    texts: Sequence[Sequence[int]], *, rows: int, time: int
) -> dict[str, tf.Tensor]:
    """Packs texts into rows. Text i becomes a segment of row i % rows.

    Args:
      texts: The tokens of each, without those of start and end.
      rows: The number of rows.
      time: The number of positions of a row.
    """
    batch = {}
    for name, sequences in _features(texts).items():
        ids, segments, positions = (np.zeros([rows, time], np.int32) for _ in range(3))
        ends = [0] * rows
        for index, tokens in enumerate(sequences):
            row = index % rows
            span = slice(ends[row], ends[row] + len(tokens))
            ids[row, span] = tokens
            segments[row, span] = index // rows + 1
            positions[row, span] = range(len(tokens))
            ends[row] = span.stop
        batch[name] = tf.constant(ids)
        batch[f"{name}_segment_ids"] = tf.constant(segments)
        batch[f"{name}_segment_pos"] = tf.constant(positions)
    return batch


def _features(texts: Sequence[Sequence[int]]) -> dict[str, list[list[int]]]:
    return {
        "tokens": [[SOS, *text] for text in texts],
        "labels": [[*text, EOS] for text in texts],
    }
