"""The encoder-decoder Transformer."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.embedding import Embedding
from frazo.layers.sequence_layer import Memory, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.softmax import Softmax
from frazo.layers.step_context import StepContext
from frazo.layers.transformer_stack import TransformerStack
from frazo.proto import transformer_pb2
from frazo.registry import register


class Tokens(NamedTuple):
    """ids: int32 [batch, time]. layout: of ids."""

    ids: tf.Tensor
    layout: SequenceLayout


@register(transformer_pb2.Transformer)
class Transformer(tf.Module):
    """Source ids to a distribution over target ids (Vaswani et al. 2017).

    Variables: source_embedding, target_embedding unless the source's table serves both, encoder,
    decoder, and softmax unless it is the target's table, transposed.

    seed: decides the initial weights.
    """

    def __init__(self, message: transformer_pb2.Transformer, *, path: str, seed: int):
        super().__init__()
        self.message = message
        self.path = path
        self._check_decoder()

        def place(name, shape):
            return {"path": f"{path}/{name}", "input_shape": shape, "seed": seed}

        self.source_embedding = Embedding(
            message.source_embedding, **place("source_embedding", (None, None))
        )
        self.target_embedding = self.source_embedding
        if message.HasField("target_embedding"):
            self.target_embedding = Embedding(
                message.target_embedding, **place("target_embedding", (None, None))
            )
        self.encoder = TransformerStack(
            message.encoder, **place("encoder", self.source_embedding.output_shape)
        )
        self.decoder = TransformerStack(
            message.decoder,
            memory_shape=self.encoder.output_shape,
            **place("decoder", self.target_embedding.output_shape),
        )
        self.softmax = None
        if message.HasField("softmax"):
            self.softmax = Softmax(
                message.softmax, **place("softmax", (None, self.decoder.output_shape[-1]))
            )

    @property
    def target_vocab_size(self) -> int:
        """Classes of the logits."""
        table = self.message.source_embedding
        if self.message.HasField("target_embedding"):
            table = self.message.target_embedding
        return table.vocab_size if self.softmax is None else self.message.softmax.num_classes

    def encode(self, source: Tokens, context: StepContext) -> Memory:
        x = self.source_embedding(source.ids, context)
        return Memory(self.encoder(x, source.layout, context), source.layout)

    def decode(
        self, target: Tokens, memory: Memory, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Logits of the token that follows each target token, [batch, time, target_vocab_size], and
        the probabilities of cross attention as of TransformerStack.attend."""
        x = self.target_embedding(target.ids, context)
        x, probabilities = self.decoder.attend(x, target.layout, context, memory)
        shape = tf.shape(target.ids)
        logits = self._logits(tf.reshape(x, [-1, x.shape[-1]]), context)
        return tf.reshape(logits, [shape[0], shape[1], self.target_vocab_size]), probabilities

    def memory_cache(self, memory: Memory) -> State:
        """As of sequence_layer.SequenceLayer; so are init_state and step."""
        return self.decoder.memory_cache(memory)

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        return self.decoder.init_state(rows, memory_cache)

    def step(
        self,
        state: State,
        ids: tf.Tensor,
        memory_cache: State,
        context: StepContext | None = None,
    ) -> tuple[State, tf.Tensor]:
        """The logits of what follows ids, int32 [rows]: [rows, target_vocab_size]."""
        context = context or StepContext.for_evaluation(seed=0)
        x = self.target_embedding(ids, context)
        state, x = self.decoder.step(state, x, memory_cache, context)
        return state, self._logits(x, context)

    def probabilities(self, state: State) -> tf.Tensor:
        """Of cross attention in the last step, as of TransformerStack.probabilities."""
        return self.decoder.probabilities(state)

    def _logits(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        if self.softmax is not None:
            return self.softmax(x, context)
        return context.multiply(x, self.target_embedding.table, transposed=True)

    def _check_decoder(self) -> None:
        layer = self.message.decoder.layer
        if not layer.self_attention.causal or not layer.HasField("cross_attention"):
            raise ValueError(
                f"{self.path}/decoder: its layers need self_attention with causal, which does not "
                "see the tokens to be predicted, and cross_attention to the encoder's output."
            )
