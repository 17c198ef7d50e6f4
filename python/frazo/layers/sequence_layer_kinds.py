"""The sequence layers that a configuration can name."""

# Imported for their side effect: each binds itself to its message.
from frazo.layers import transformer_stack  # noqa: F401
from frazo.layers.attention import multi_head_attention  # noqa: F401
from frazo.layers.place import Place
from frazo.layers.recurrent import lstm_stack, projected_lstm_stack  # noqa: F401
from frazo.layers.sequence_layer import SequenceLayer
from frazo.layers.speech import conformer_stack  # noqa: F401
from frazo.proto import sequence_layer_pb2
from frazo.registry import build


def build_sequence_layer(message: sequence_layer_pb2.SequenceLayer, place: Place) -> SequenceLayer:
    """Builds the layer of the message's kind.

    Raises:
      TypeError: A custom layer is not a SequenceLayer.
    """
    layer = build(message, place=place)
    if not isinstance(layer, SequenceLayer):
        raise TypeError(
            f"{place.path}: {type(layer).__name__} is not a SequenceLayer, so it cannot take a layout. "
            "Derive it from frazo.layers.sequence_layer.SequenceLayer."
        )
    return layer
