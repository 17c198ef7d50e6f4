"""A translation model in the form that CTranslate2 gives its own.

Matrices of CTranslate2 are [outputs, inputs]. Its model has queries, keys and values of self
attention in one matrix, in this order, as ours has.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from frazo.layers.position_vectors import inverse_timescales
from frazo.proto import norm_pb2, position_pb2, transformer_layer_pb2, transformer_pb2
from frazo_tools.checkpoint.ctranslate2_limits import ACTIVATIONS, norm_epsilon

# CTranslate2 reads at most 1024 tokens of a source unless it is told otherwise.
_POSITIONS = 2048
_LAYER = transformer_layer_pb2.TransformerLayer


@dataclasses.dataclass(frozen=True)
class Vocabularies:
    """The tokens of both languages by their ids, and what begins and ends sentences.

    Attributes:
      source, target: The texts of all tokens; each occurs once.
      unk, sos, eos: Tokens of the target. eos is one of the source, too.
      prepend_sos, append_eos: Whether a source begins with sos, and ends with eos.
    """

    source: Sequence[str]
    target: Sequence[str]
    unk: str
    sos: str
    eos: str
    prepend_sos: bool
    append_eos: bool


def make_spec(
    message: transformer_pb2.Transformer,
    weights: Mapping[str, np.ndarray],
    vocabularies: Vocabularies,
) -> Any:
    """Returns a ctranslate2.specs.TransformerSpec, whose save() writes the model.

    Args:
      message: A model for which `limits` finds nothing.
      weights: Its weights, float32, by their names below the model: "encoder/layer0/...".
      vocabularies: The tokens.
    """
    from ctranslate2.specs import common_spec, transformer_spec

    stacks = {}
    for name, kind in (
        ("encoder", transformer_spec.TransformerEncoderSpec),
        ("decoder", transformer_spec.TransformerDecoderSpec),
    ):
        stack = getattr(message, name)
        layer = stack.layer
        activation = ACTIVATIONS[layer.feed_forward.activation]
        stacks[name] = kind(
            num_layers=stack.num_layers,
            num_heads=layer.self_attention.num_heads,
            pre_norm=layer.norm_place == _LAYER.BEFORE,
            no_final_norm=not stack.final_norm,
            activation=getattr(common_spec.Activation, activation),
            ffn_glu=layer.feed_forward.gated,
            rms_norm=layer.norm.HasField("rms_norm"),
        )
    spec = transformer_spec.TransformerSpec(stacks["encoder"], stacks["decoder"])
    _Filler(message, weights).fill(spec)
    spec.register_source_vocabulary(list(vocabularies.source))
    spec.register_target_vocabulary(list(vocabularies.target))
    # Its type says nothing of it.
    config: Any = spec.config
    config.unk_token = vocabularies.unk
    config.bos_token = config.decoder_start_token = vocabularies.sos
    config.eos_token = vocabularies.eos
    config.add_source_bos = vocabularies.prepend_sos
    config.add_source_eos = vocabularies.append_eos
    config.layer_norm_epsilon = norm_epsilon(message.encoder.layer.norm)
    spec.validate()
    spec.optimize()
    return spec


class _Filler:
    """Writes the weights of a model into the layers of a specification."""

    def __init__(
        self, message: transformer_pb2.Transformer, weights: Mapping[str, np.ndarray]
    ) -> None:
        self._message = message
        self._weights = weights

    def fill(self, spec: Any) -> None:
        message = self._message
        has_target = message.HasField("target_embedding")
        target = message.target_embedding if has_target else message.source_embedding
        target_table = self._weights[f"{'target' if has_target else 'source'}_embedding/table"]
        spec.encoder.embeddings[0].weight = self._weights["source_embedding/table"]
        spec.encoder.scale_embeddings = message.source_embedding.scale_by_sqrt_dim
        spec.decoder.embeddings.weight = target_table
        spec.decoder.scale_embeddings = target.scale_by_sqrt_dim
        for name in ("encoder", "decoder"):
            self._stack(getattr(spec, name), getattr(message, name), name)
        projection, output = spec.decoder.projection, message.WhichOneof("output")
        if output is None:
            projection.weight = target_table
            return
        kernel = self._weights["softmax/kernel"]
        projection.weight = kernel if output == "sampled_softmax" else _transposed(kernel)
        if "softmax/bias" in self._weights:
            projection.bias = self._weights["softmax/bias"]

    def _stack(self, spec: Any, message: transformer_layer_pb2.TransformerStack, path: str) -> None:
        dim = self._weights[f"{path}/layer0/self_attention/output/kernel"].shape[1]
        spec.position_encodings.encodings = self._positions(message.positions, path, dim)
        for index, layer in enumerate(spec.layer):
            self._layer(layer, message.layer, f"{path}/layer{index}")
        if message.final_norm:
            self._norm(spec.layer_norm, message.layer.norm, f"{path}/final_norm")

    def _layer(self, spec: Any, message: transformer_layer_pb2.TransformerLayer, path: str) -> None:
        attention = f"{path}/self_attention"
        self._norm(spec.self_attention.layer_norm, message.norm, f"{attention}_residual/norm")
        self._queries(spec.self_attention.linear[0], f"{attention}/query_key_value", attention)
        self._linear(spec.self_attention.linear[1], f"{attention}/output")
        if message.HasField("cross_attention"):
            attention = f"{path}/cross_attention"
            self._norm(spec.attention.layer_norm, message.norm, f"{attention}_residual/norm")
            self._queries(spec.attention.linear[0], f"{attention}/query", attention)
            self._linear(spec.attention.linear[1], f"{attention}/key_value")
            self._linear(spec.attention.linear[2], f"{attention}/output")
        path = f"{path}/feed_forward"
        self._norm(spec.ffn.layer_norm, message.norm, f"{path}_residual/norm")
        self._linear(spec.ffn.linear_0, f"{path}/hidden")
        self._linear(spec.ffn.linear_1, f"{path}/output")
        if message.feed_forward.gated:
            gate, value = spec.ffn.linear_0, spec.ffn.linear_0_noact
            gate.weight, value.weight = np.split(gate.weight, 2)
            if message.feed_forward.bias:
                gate.bias, value.bias = np.split(gate.bias, 2)

    def _queries(self, spec: Any, path: str, attention: str) -> None:
        """Fills a projection that begins with the queries, whose trainable scale goes into it."""
        self._linear(spec, path)
        scale = self._weights.get(f"{attention}/per_dim_scale")
        if scale is None:
            return
        units = self._weights[f"{attention}/output/kernel"].shape[0]
        scale = np.logaddexp(0, scale.astype(np.float64)) / np.log(2)
        scales = np.ones(len(spec.weight), np.float32)
        scales[:units] = np.tile(scale, units // len(scale))
        spec.weight = spec.weight * scales[:, np.newaxis]
        if spec.has_bias():
            spec.bias = spec.bias * scales

    def _linear(self, spec: Any, path: str) -> None:
        spec.weight = _transposed(self._weights[f"{path}/kernel"])
        if f"{path}/bias" in self._weights:
            spec.bias = self._weights[f"{path}/bias"]

    def _norm(self, spec: Any, message: norm_pb2.TokenNorm, path: str) -> None:
        scale = self._weights[f"{path}/scale"]
        if message.HasField("rms_norm"):
            spec.gamma = scale
            return
        spec.gamma = scale + 1 if message.layer_norm.scale_is_offset_from_one else scale
        spec.beta = self._weights[f"{path}/bias"]

    def _positions(self, message: position_pb2.PositionVectors, path: str, dim: int) -> np.ndarray:
        """Returns the vectors of positions, float32 [positions, dim]."""
        kind = message.WhichOneof("kind")
        if kind == "learned":
            return self._weights[f"{path}/positions/table"]
        if kind is None:
            return np.zeros([_POSITIONS, dim], np.float32)
        first, last = message.sinusoidal.min_timescale, message.sinusoidal.max_timescale
        frequencies = inverse_timescales(dim // 2, first=first, last=last)
        angles = np.arange(_POSITIONS, dtype=np.float32)[:, np.newaxis] * frequencies
        return np.concatenate([np.sin(angles), np.cos(angles)], 1)


def _transposed(kernel: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(kernel.T)
