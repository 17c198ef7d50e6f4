"""The part of a transducer that reads the tokens so far."""

import tensorflow as tf
from frazo.layers.embedding import Embedding
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.recurrent.lstm_stack import LstmStack
from frazo.layers.sequence_layer import State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import embedding_pb2, transducer_pb2
from frazo.registry import register


@register(transducer_pb2.PredictionNetwork)
class PredictionNetwork(Layer):
    """Maps tokens, int32 [batch, longest], to vectors, [batch, longest + 1, size].

    Vector u is made of the first u tokens: it says what may come next. `start` and `step` give the
    same vectors token by token.
    """

    def __init__(self, message: transducer_pb2.PredictionNetwork, place: Place, *, vocab_size: int):
        """Makes the layers.

        Args:
          message: The message.
          place: The place; the input shape is not used.
          vocab_size: The number of tokens.

        Raises:
          ValueError: The LSTM is bidirectional.
        """
        super().__init__(message, place)
        if message.lstm_stack.bidirectional or message.lstm_stack.layer.reverse:
            raise ValueError(
                f"{self.path}: the layers of lstm_stack read later tokens, too, so they cannot predict "
                "them. Unset bidirectional and reverse."
            )
        self._embedding = Embedding(
            _embedding(message, vocab_size), place.at("embedding", (None, None))
        )
        self._lstm = LstmStack(
            message.lstm_stack, place.at("lstm_stack", (None, None, message.embedding_dim))
        )
        self.output_shape = self._lstm.output_shape
        self.size = message.lstm_stack.layer.projection or message.lstm_stack.layer.units

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        vectors = tf.pad(self._embedding(x, context), [[0, 0], [1, 0], [0, 0]])
        # What follows a text is not told apart: it never reaches what comes before.
        layout = SequenceLayout(mask=tf.ones(tf.shape(vectors)[:2], tf.bool))
        return self._lstm(vectors, layout, context)

    def start(self, rows: int | tf.Tensor, context: StepContext) -> tuple[State, tf.Tensor]:
        """Returns the state and the vector, [rows, size], before the first token."""
        zeros = tf.zeros([rows, self.message.embedding_dim], self.place.compute_dtype)
        return self._lstm.step(self._lstm.init_state(rows, {}), zeros, {}, context)

    def step(
        self, state: State, tokens: tf.Tensor, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """Returns the state and the vector, [rows, size], after a token of each row, [rows]."""
        return self._lstm.step(state, self._embedding(tokens, context), {}, context)


def _embedding(
    message: transducer_pb2.PredictionNetwork, vocab_size: int
) -> embedding_pb2.Embedding:
    embedding = embedding_pb2.Embedding(vocab_size=vocab_size, dim=message.embedding_dim)
    if message.HasField("embedding_init"):
        embedding.table_init.CopyFrom(message.embedding_init)
    return embedding
