"""Checkpoints with Lingvo's names and layouts, and what Lingvo computes with them.

The formulas are those of Lingvo's layers, in NumPy, on the tensors as they are in the checkpoint.
"""

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.warm_start import warm_start
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.language_model import LanguageModel
from frazo.models.token_model import Tokens
from frazo.models.transformer import Transformer
from frazo.proto import language_model_pb2, transformer_pb2, warm_start_pb2
from google.protobuf import text_format

DIM, HEADS, HIDDEN, UNITS, WORDS, SHARDS = 6, 2, 10, 5, 8, 3
CONTEXT = StepContext.for_evaluation(seed=0)
SOURCE, TARGET = np.array([3, 7, 4, 2]), np.array([1, 5, 6])

STACK = f"""
  num_layers: 1
  positions {{ sinusoidal {{}} }}
  layer {{
    self_attention {{ num_heads: {HEADS} per_dim_scale: true %s }}
    %s
    feed_forward {{ hidden_units: {HIDDEN} }}
    attention_adds_to_normalized: true
  }}
"""
CROSS = f"cross_attention {{ num_heads: {HEADS} per_dim_scale: true }}"
TRANSFORMER = f"""
  source_embedding {{ vocab_size: {WORDS} dim: {DIM} scale_by_sqrt_dim: true }}
  target_embedding {{ vocab_size: {WORDS} dim: {DIM} scale_by_sqrt_dim: true }}
  encoder {{ {STACK % ("", "")} }}
  decoder {{ {STACK % ("causal: true", CROSS)} }}
  softmax {{ num_classes: {WORDS} }}
"""
LANGUAGE_MODEL = f"""
  embedding {{ vocab_size: {WORDS} dim: {DIM} scale_by_sqrt_dim: true }}
  body {{ lstm_stack {{ num_layers: 2 layer {{ units: {UNITS} projection: {DIM} cell_clip: 1 }} }} }}
  sampled_softmax {{ num_classes: {WORDS} num_sampled: 2 }}
"""


class Checkpoint:
    """Tensors by their names without what is common to all, with values drawn at the first use."""

    def __init__(self, path: str):
        self.path = path
        self.tensors = {}
        self._generator = np.random.default_rng(5)

    def __call__(self, name, *shape):
        if name not in self.tensors:
            values = self._generator.standard_normal(shape) * 0.6
            self.tensors[name] = values.astype(np.float32)
        return self.tensors[name]

    def shards(self, name, count, *shape):
        return [self(f"{name}_{index}/var", *shape) for index in range(count)]

    def table(self, name):
        """Row i is in shard i % 3; the last shard has a row too many."""
        shards = self.shards(name, SHARDS, 3, DIM)
        return np.stack([shards[id % SHARDS][id // SHARDS] for id in range(WORDS)])

    def write(self, prefix):
        """Writes what was used, slots of an optimizer, and a tensor that nobody knows."""
        names = [f"{self.path}/{name}" for name in self.tensors]
        values = list(self.tensors.values())
        names += [f"{names[0]}/Adam", "global_step", f"{self.path}/unknown/var"]
        values += [values[0] + 1, np.int64(77), np.float32([1.0])]
        tf.raw_ops.SaveV2(
            prefix=prefix,
            tensor_names=names,
            shape_and_slices=[""] * len(names),
            tensors=[tf.constant(value) for value in values],
        )


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def norm(checkpoint, path, x):
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-6)
    scale, bias = (checkpoint(f"{path}/{name}/var", DIM) for name in ("scale", "bias"))
    return scaled * (1 + scale) + bias


def attention(checkpoint, path, x, memory, causal):
    path = f"{path}/multihead_atten"

    def projected(name, value):
        kernel = checkpoint(f"{path}/{name}/var", DIM, DIM)
        return value @ kernel + checkpoint(f"{path}/{name}_b/var", DIM)

    def heads(value):
        return value.reshape([len(value), HEADS, DIM // HEADS]).transpose(1, 0, 2)

    size = DIM // HEADS
    scale = checkpoint(f"{path}/inner_att/per_dim_scale/var", size)
    queries = heads(projected("query_proj", x)) * np.log1p(np.exp(scale)) / np.log(2)
    keys, values = heads(projected("source_proj", memory)), heads(projected("ctx_proj", memory))
    logits = queries @ keys.transpose(0, 2, 1) / np.sqrt(size)
    if causal:
        logits = np.where(np.tri(len(x), dtype=bool), logits, -1e30)
    sums = softmax(logits) @ values
    return projected("ctx_post_proj", sums.transpose(1, 0, 2).reshape([len(x), DIM]))


def feed_forward(checkpoint, path, x):
    inner = norm(checkpoint, f"{path}/fflayer_ln", x)
    for index, shape in enumerate([(DIM, HIDDEN), (HIDDEN, DIM)]):
        layer = f"{path}/fflayer/fflayer_{index}"
        inner = inner @ checkpoint(f"{layer}/w/var", *shape)
        inner += checkpoint(f"{layer}/b/var", shape[1])
        inner = inner if index else np.maximum(inner, 0)
    return x + inner


def embedded(checkpoint, side, ids):
    timescales = np.exp(-np.arange(DIM // 2) * np.log(10000) / (DIM // 2 - 1))
    angles = np.arange(len(ids))[:, None] * timescales
    positions = np.concatenate([np.sin(angles), np.cos(angles)], 1)
    return checkpoint.table(f"{side}/token_emb/var")[ids] * np.sqrt(DIM) + positions


def lingvo_transformer(checkpoint):
    x = embedded(checkpoint, "enc", SOURCE)
    path = "enc/trans_0/multihead_self_atten"
    n = norm(checkpoint, f"{path}/atten_ln", x)
    memory = feed_forward(
        checkpoint, "enc/trans_0/tr_fflayer", n + attention(checkpoint, path, n, n, False)
    )
    x = embedded(checkpoint, "dec", TARGET)
    path = "dec/trans_layer_0/multihead_self_atten"
    n = norm(checkpoint, f"{path}/atten_ln", x)
    x = n + attention(checkpoint, path, n, n, True)
    path = "dec/trans_layer_0/multihead_atten"
    n = norm(checkpoint, f"{path}/atten_ln", x)
    x = n + attention(checkpoint, path, n, memory, False)
    x = feed_forward(checkpoint, "dec/trans_layer_0/tr_fflayer", x)
    kernel = np.concatenate(checkpoint.shards("dec/softmax/weight", 4, DIM, WORDS // 4), 1)
    return x @ kernel + np.concatenate(checkpoint.shards("dec/softmax/bias", 4, WORDS // 4))


def lingvo_lstm(checkpoint, path, inputs):
    cell, output, outputs = np.zeros(UNITS), np.zeros(DIM), []
    for x in inputs:
        z = np.concatenate([x, output]) @ checkpoint(f"{path}/wm/var", 2 * DIM, 4 * UNITS)
        candidate, taken, kept, given = np.split(z + checkpoint(f"{path}/b/var", 4 * UNITS), 4)
        cell = sigmoid(kept) * cell + sigmoid(taken) * np.tanh(candidate)
        cell = np.clip(cell, -1, 1)
        output = sigmoid(given) * np.tanh(cell) @ checkpoint(f"{path}/w_proj/var", UNITS, DIM)
        outputs.append(output)
    return np.stack(outputs)


def lingvo_language_model(checkpoint):
    x = checkpoint.table("lm/emb/var")[SOURCE] * np.sqrt(DIM)
    for layer in range(2):
        x = lingvo_lstm(checkpoint, f"lm/rnns_{layer}", x)
    kernel = np.concatenate(checkpoint.shards("lm/softmax/weight", 2, WORDS // 2, DIM))
    return x @ kernel.T + np.concatenate(checkpoint.shards("lm/softmax/bias", 2, WORDS // 2))


def tokens(ids):
    layout = SequenceLayout.of_lengths(tf.constant([len(ids)]), len(ids))
    return Tokens(tf.constant(ids[np.newaxis], tf.int32), layout)


def start(model, checkpoint, folder, rules):
    checkpoint.write(f"{folder}/model.ckpt-77")
    message = warm_start_pb2.WarmStart(
        checkpoint=f"{folder}/model.ckpt-77", rules_file=f"lingvo/{rules}.textproto"
    )
    return warm_start(message, by_key(model.variables)).describe()


def test_transformer(tmp_path):
    message = text_format.Parse(TRANSFORMER, transformer_pb2.Transformer())
    model = Transformer(message, Place(seed=1).at("transformer"))
    checkpoint = Checkpoint("wmt14_en_de_transformer_base")
    expected = lingvo_transformer(checkpoint)
    assert start(model, checkpoint, tmp_path, "transformer") == (
        f"warm start from {tmp_path}/model.ckpt-77: 39 of 39 variables; 1 tensors are not taken: "
        "wmt14_en_de_transformer_base/unknown/var"
    )
    memory = model.encode(tokens(SOURCE), CONTEXT)
    logits, _ = model.decode(tokens(TARGET), memory, CONTEXT)
    np.testing.assert_allclose(logits[0], expected, atol=2e-5)


def test_language_model(tmp_path):
    message = text_format.Parse(LANGUAGE_MODEL, language_model_pb2.LanguageModel())
    model = LanguageModel(message, Place(seed=1).at("model"))
    checkpoint = Checkpoint("1bwds_word_level_lm")
    expected = lingvo_language_model(checkpoint)
    assert start(model, checkpoint, tmp_path, "one_billion_wds") == (
        f"warm start from {tmp_path}/model.ckpt-77: 11 of 11 variables; 1 tensors are not taken: "
        "1bwds_word_level_lm/unknown/var"
    )
    features, _ = model.features(tokens(SOURCE), CONTEXT, None)
    np.testing.assert_allclose(model.logits(features, CONTEXT)[0], expected, atol=2e-5)


@pytest.mark.parametrize("heads", [1, 3])
def test_another_size_is_an_error_that_names_both(tmp_path, heads):
    text = TRANSFORMER.replace(f"num_heads: {HEADS}", f"num_heads: {heads}")
    message = text_format.Parse(text, transformer_pb2.Transformer())
    model = Transformer(message, Place(seed=1).at("transformer"))
    checkpoint = Checkpoint("wmt14_en_de_transformer_base")
    lingvo_transformer(checkpoint)
    with pytest.raises(
        Exception,
        match="transformer/encoder/layer0/self_attention/per_dim_scale: "
        rf".*per_dim_scale/var has shape \[3\], the variable \[{DIM // heads}\]",
    ):
        start(model, checkpoint, tmp_path, "transformer")
