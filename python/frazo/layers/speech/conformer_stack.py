"""Layers of a Conformer on top of each other."""

import tensorflow as tf
from frazo.layers.dropout import Dropout
from frazo.layers.place import Place
from frazo.layers.recomputed import recomputed_in
from frazo.layers.sequence_layer import Memory, SequenceLayer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.conformer_layer import ConformerLayer
from frazo.layers.step_context import StepContext
from frazo.proto import conformer_pb2, dropout_pb2
from frazo.registry import register


@register(conformer_pb2.ConformerStack)
class ConformerStack(SequenceLayer):
    """Dropout of the input, then all layers. Maps [batch, time, dim] to the same.

    The layers have the names layer0, layer1, ...
    """

    def __init__(self, message: conformer_pb2.ConformerStack, place: Place):
        super().__init__(message, place)
        self.input_dropout = Dropout(
            dropout_pb2.Dropout(rate=message.input_dropout), place.at("input_dropout")
        )
        self.layers = [
            ConformerLayer(message.layer, place.at(f"layer{index}"))
            for index in range(message.num_layers)
        ]

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        del memory
        x = self.input_dropout(x, context)
        for layer in self.layers:
            if self.message.recompute_layers and context.training:
                x = _recomputed(layer, x, layout, context)
            else:
                x = layer(x, layout, context)
        return x


def _recomputed(
    layer: ConformerLayer, x: tf.Tensor, layout: SequenceLayout, context: StepContext
) -> tf.Tensor:
    (y,) = recomputed_in(context, lambda own, values: [layer(values, layout, own)], x)
    return y
