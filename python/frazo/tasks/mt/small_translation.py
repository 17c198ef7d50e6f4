"""A small translation task, for tests."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from frazo.layers.place import Place
from frazo.proto import translation_pb2
from frazo.tasks.mt.translation import Translation
from google.protobuf import text_format

SOS, EOS = 1, 2

PACKED_SPEC = {
    f"{feature}{suffix}": tf.TensorSpec([None, None], tf.int32)
    for feature in ("source", "target", "target_labels")
    for suffix in ("", "_segment_ids", "_segment_pos")
}
SPEC = {
    name: tf.TensorSpec(shape, tf.int32)
    for feature in ("source", "target", "target_labels")
    for name, shape in ((feature, [None, None]), (f"{feature}_length", [None]))
}


MODELS = ("transformer", "rnmt_plus")


def make_task(
    *,
    model: str = "transformer",
    vocab_size: int = 11,
    dim: int = 8,
    softmax: str = "softmax",
    extra: str = "",
    input_spec: Mapping[str, tf.TensorSpec] = SPEC,
) -> Translation:
    """Makes a task with two encoder layers, two decoder layers, and a softmax of its own.

    Args:
      model: One of MODELS.
      vocab_size: The number of tokens of either language.
      dim: The size of the tokens' vectors.
      softmax: The kind of the softmax.
      extra: Further fields of the message, in text.
      input_spec: The features of the batches.
    """
    text = f"""
        {model} {{
          source_embedding {{ vocab_size: {vocab_size} dim: {dim} scale_by_sqrt_dim: true }}
          {_LAYERS[model](dim)}
          {softmax} {{ num_classes: {vocab_size} }}
        }}
        search {{ beam {{ width: 4 }} eos_id: {EOS} max_length: 20 }}
    """
    message = text_format.Parse(text, translation_pb2.Translation())
    text_format.Merge(extra, message)
    return Translation(message, Place(seed=1), input_spec=input_spec)


def _transformer_layers(dim: int) -> str:
    attention = "num_heads: 2"
    stack = "num_layers: 2 positions { sinusoidal {} } final_norm: true"
    return f"""
        encoder {{
          {stack}
          layer {{
            self_attention {{ {attention} }} feed_forward {{ hidden_units: {2 * dim} }}
          }}
        }}
        decoder {{
          {stack}
          layer {{
            self_attention {{ {attention} causal: true }} cross_attention {{ {attention} }}
            feed_forward {{ hidden_units: {2 * dim} }}
          }}
        }}
    """


def _rnmt_plus_layers(dim: int) -> str:
    layer = f"layer {{ units: {dim} layer_norm: true output_tanh: false cell_clip: 10 }}"
    return f"""
        encoder {{
          layers {{ num_layers: 2 bidirectional: true {layer} }}
          projection {{ units: {dim} }}
        }}
        decoder {{
          num_layers: 2
          {layer}
          attention {{ multi_head_additive {{ num_heads: 2 head_dim: {dim // 2} }} }}
        }}
    """


_LAYERS = {"transformer": _transformer_layers, "rnmt_plus": _rnmt_plus_layers}


def make_batch(
    pairs: Sequence[tuple[Sequence[int], Sequence[int]]], *, time: int = 0, padding: int = 0
) -> dict[str, tf.Tensor]:
    """Makes a batch of pairs.

    Args:
      pairs: Source and target of each pair, without the tokens of start and end.
      time: The least number of positions of a row.
      padding: The id at padding.
    """
    features = _features(pairs)
    batch = {}
    for name, rows in features.items():
        ids = np.full((len(rows), max(time, *map(len, rows))), padding, np.int32)
        for row, tokens in zip(ids, rows, strict=True):
            row[: len(tokens)] = tokens
        batch[name] = tf.constant(ids)
        batch[f"{name}_length"] = tf.constant([len(tokens) for tokens in rows])
    return batch


def make_packed_batch(
    pairs: Sequence[tuple[Sequence[int], Sequence[int]]], *, rows: int, time: int
) -> dict[str, tf.Tensor]:
    """Packs pairs into rows. Pair i becomes a segment of row i % rows.

    Args:
      pairs: Source and target of each pair, without the tokens of start and end.
      rows: The number of rows.
      time: The number of positions of a row.
    """
    batch = {}
    for name, sequences in _features(pairs).items():
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


def _features(
    pairs: Sequence[tuple[Sequence[int], Sequence[int]]],
) -> dict[str, list[list[int]]]:
    return {
        "source": [[*source, EOS] for source, _ in pairs],
        "target": [[SOS, *target] for _, target in pairs],
        "target_labels": [[*target, EOS] for _, target in pairs],
    }
