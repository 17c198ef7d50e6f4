"""The encoder-decoder Transformer."""

from collections.abc import Sequence

from frazo.layers.place import Place
from frazo.layers.transformer_stack import TransformerStack
from frazo.models.encoder_decoder import EncoderDecoder
from frazo.proto import transformer_pb2
from frazo.registry import register


@register(transformer_pb2.Transformer)
class Transformer(EncoderDecoder):
    """Vaswani et al. 2017; encoder and decoder are TransformerStacks."""

    def __init__(self, message: transformer_pb2.Transformer, place: Place):
        _check_decoder(message, place.path)
        super().__init__(message, place)

    def _make_encoder(self, place: Place) -> TransformerStack:
        return TransformerStack(self.message.encoder, place)

    def _make_decoder(self, memory_shape: Sequence[int | None], place: Place) -> TransformerStack:
        return TransformerStack(self.message.decoder, place, memory_shape=memory_shape)


def _check_decoder(message: transformer_pb2.Transformer, path: str) -> None:
    layer = message.decoder.layer
    if not layer.self_attention.causal or not layer.HasField("cross_attention"):
        raise ValueError(
            f"{path}/decoder: its layers need self_attention with causal, which does not "
            "see the tokens to be predicted, and cross_attention to the encoder's output."
        )
