"""RNMT+: the encoder-decoder model with recurrent layers."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.recurrent.lstm_stack import LstmStack
from frazo.layers.sequence_layer import Memory, SequenceLayer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.encoder_decoder import EncoderDecoder
from frazo.models.rnmt_plus_decoder import RnmtPlusDecoder
from frazo.proto import rnmt_plus_pb2
from frazo.registry import register


@register(rnmt_plus_pb2.RnmtPlusEncoder)
class RnmtPlusEncoder(SequenceLayer):
    """Maps [batch, time, dim] to [batch, time, units of the projection].

    The variables are those of an LstmStack below layers and of a Linear below projection.
    """

    def __init__(self, message: rnmt_plus_pb2.RnmtPlusEncoder, place: Place):
        super().__init__(message, place)
        self.layers = LstmStack(message.layers, place.at("layers"))
        self.projection = Linear(
            message.projection, place.at("projection", self.layers.output_shape)
        )
        self.output_shape = self.projection.output_shape

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        return self.projection(self.layers(x, layout, context), context)


@register(rnmt_plus_pb2.RnmtPlus)
class RnmtPlus(EncoderDecoder):
    """The model of Chen et al. 2018, section 4: a RnmtPlusEncoder and a RnmtPlusDecoder."""

    def _make_encoder(self, place: Place) -> RnmtPlusEncoder:
        return RnmtPlusEncoder(self.message.encoder, place)

    def _make_decoder(self, memory_shape: Sequence[int | None], place: Place) -> RnmtPlusDecoder:
        return RnmtPlusDecoder(self.message.decoder, place, memory_shape=memory_shape)
