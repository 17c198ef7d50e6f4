"""What CTranslate2 cannot compute: the fields of a model without a counterpart there."""

from collections.abc import Iterator

from frazo.proto import (
    activation_pb2,
    attention_pb2,
    norm_pb2,
    transformer_layer_pb2,
    translation_pb2,
)

_LAYER = transformer_layer_pb2.TransformerLayer
# CTranslate2's names.
ACTIVATIONS = {
    activation_pb2.RELU: "RELU",
    activation_pb2.GELU_TANH: "GELUTanh",
    activation_pb2.SILU: "SWISH",
    activation_pb2.GELU: "GELU",
    activation_pb2.TANH: "Tanh",
    activation_pb2.SIGMOID: "Sigmoid",
}
# Each changes what attention computes.
_ATTENTION_FIELDS = (
    "tokens_before",
    "tokens_after",
    "rotary",
    "relative_bias",
    "logit_cap",
    "extra_logit",
)


def limits(message: translation_pb2.Translation) -> list[str]:
    """Returns what CTranslate2 cannot compute of a model, by field paths."""
    if (kind := message.WhichOneof("model")) != "transformer":
        return [f"{kind}: only a transformer can be exported"]
    model = message.transformer
    found = []
    if not model.HasField("source_embedding"):
        found.append("transformer.source_features: the source must be the ids of tokens")
    for name in ("encoder", "decoder"):
        stack = getattr(model, name)
        found += [f"transformer.{name}.{problem}" for problem in _stack(stack, name == "decoder")]
    epsilons = {norm_epsilon(stack.layer.norm) for stack in (model.encoder, model.decoder)}
    if len(epsilons) > 1:
        found.append("transformer.decoder.layer.norm: its epsilon is not that of the encoder")
    return found


def norm_epsilon(message: norm_pb2.TokenNorm) -> float:
    """Returns what a norm adds to the variance, or to the mean of squares."""
    return message.rms_norm.epsilon if message.HasField("rms_norm") else message.layer_norm.epsilon


def _stack(message: transformer_layer_pb2.TransformerStack, is_decoder: bool) -> Iterator[str]:
    if message.alternating_with:
        yield "alternating_with: all layers must be alike"
    if message.positions.HasField("custom"):
        yield "positions.custom: positions must be sinusoidal or learned"
    layer = message.layer
    if message.final_norm and layer.norm_place == _LAYER.AFTER:
        yield "final_norm: with norm_place AFTER there is none"
    if is_decoder and not layer.HasField("cross_attention"):
        yield "layer.cross_attention: a decoder must attend to the encoder"
    if layer.attention_adds_to_normalized:
        yield "layer.attention_adds_to_normalized: attention is added to what is not normalized"
    if layer.norm.HasField("custom"):
        yield "layer.norm.custom: it must be layer_norm or rms_norm"
    if (kind := layer.WhichOneof("position_wise")) != "feed_forward":
        yield f"layer.{kind}: it must be feed_forward"
    elif layer.feed_forward.activation not in ACTIVATIONS:
        name = activation_pb2.Activation.Name(layer.feed_forward.activation)
        yield f"layer.feed_forward.activation: there is no {name}"
    for name in ("self_attention", "cross_attention"):
        if layer.HasField(name):
            attention = getattr(layer, name)
            for problem in _attention(attention):
                yield f"layer.{name}.{problem}"
    if layer.self_attention.causal != is_decoder:
        where = "a decoder must be" if is_decoder else "an encoder cannot be"
        yield f"layer.self_attention.causal: {where} causal"
    if layer.HasField("cross_attention") and (
        layer.cross_attention.num_heads != layer.self_attention.num_heads
    ):
        yield "layer.cross_attention.num_heads: it must be that of self_attention"


def _attention(message: attention_pb2.MultiHeadAttention) -> Iterator[str]:
    for name in _ATTENTION_FIELDS:
        if message.HasField(name):
            yield f"{name}: there is none"
    if message.num_key_value_heads not in (0, message.num_heads):
        yield "num_key_value_heads: all heads must have keys and values of their own"
    if message.head_dim:
        yield "head_dim: it must be the size of the input / num_heads, and not set"
