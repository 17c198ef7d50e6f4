"""The encoder-decoder Transformer."""

from collections.abc import Sequence

from frazo.config.validators import require_valid
from frazo.layers.place import Place
from frazo.layers.transformer_stack import TransformerStack
from frazo.models.encoder_decoder import EncoderDecoder
from frazo.proto import transformer_pb2
from frazo.registry import register


@register(transformer_pb2.Transformer)
class Transformer(EncoderDecoder):
    """The model of Vaswani et al. 2017. Its encoder and its decoder are TransformerStacks."""

    def __init__(self, message: transformer_pb2.Transformer, place: Place):
        require_valid(message, place.path)
        super().__init__(message, place)

    def _make_encoder(self, place: Place) -> TransformerStack:
        return TransformerStack(self.message.encoder, place)

    def _make_decoder(self, memory_shape: Sequence[int | None], place: Place) -> TransformerStack:
        return TransformerStack(self.message.decoder, place, memory_shape=memory_shape)
