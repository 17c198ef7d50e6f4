"""Transformer layers on top of each other: an encoder, a decoder or a language model's body."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.layers import position_vectors  # noqa: F401  It binds itself to its messages.
from frazo.layers.dropout import Dropout
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.recomputed import recomputed_in
from frazo.layers.residual import token_norm
from frazo.layers.sequence_layer import AttendingLayer, Memory, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.layers.transformer_layer import TransformerLayer
from frazo.proto import dropout_pb2, transformer_layer_pb2
from frazo.registry import build, register


@register(transformer_layer_pb2.TransformerStack)
class TransformerStack(AttendingLayer):
    """dropout(x + positions), all layers, and the final norm. Maps [batch, time, dim] to the same.

    If the mesh has a pipeline, each process computes the layers of its stage; the others give it
    their outputs.

    The state has position, int32 [rows], the position of the next token, and the states of the
    layers by the names layer0, layer1, ... The memory cache has those of the layers by these names.
    """

    def __init__(
        self,
        message: transformer_layer_pb2.TransformerStack,
        place: Place,
        *,
        memory_shape: Sequence[int | None] | None = None,
    ):
        """Makes the layers.

        Args:
          message: The message.
          place: The place, with input shape [batch, time, dim].
          memory_shape: [batch, source_time, memory_dim], the shape of the encoder's output, for a
            decoder.
        """
        super().__init__(message, place)
        dim = self.require_dim()
        pipeline = place.mesh.pipeline
        stages = pipeline.stages_of(message.num_layers) if pipeline else [0] * message.num_layers
        first, last = place.on_stages(0), place.on_stages(-1)
        self.positions = None
        if message.HasField("positions"):
            self.positions = build(
                message.positions, place=first.at("positions", self.input_shape[:2]), dim=dim
            )
            self.max_length = getattr(self.positions, "max_length", None)
        self.input_dropout = Dropout(
            dropout_pb2.Dropout(rate=message.input_dropout), place.at("input_dropout")
        )
        self.layers = [
            TransformerLayer(
                _layer_message(message, index),
                place.on_stages(stage).at(f"layer{index}"),
                memory_shape=memory_shape,
            )
            for index, stage in enumerate(stages)
        ]
        self.final_norm = None
        if message.final_norm:
            self.final_norm = token_norm(message.layer.norm, last.at("final_norm"))

    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Returns the output and the probabilities of the cross attention.

        The probabilities are the mean over layers and heads, [batch, time, source_time]. They are
        None without cross attention, or if it goes by blocks.
        """
        if not self._is_elsewhere(0):
            x = self.input_dropout(self._with_positions(x, layout.positions(), context), context)
        stage = context.stage
        if stage is not None:
            x = stage.enter(x)
        probabilities = []
        # Only training has a backward pass.
        recomputes = self.message.recompute_layers and context.training
        attend = _attend_recomputed if recomputes else TransformerLayer.attend
        for layer in self.layers:
            if layer.place.is_elsewhere:
                _pass_over(layer, context)
                continue
            x, layer_probabilities = attend(layer, x, layout, context, memory)
            probabilities.append(layer_probabilities)
        if stage is not None:
            x = stage.leave(x)
        return x if self._is_elsewhere(-1) else self._normalized(x, context), _mean(probabilities)

    def _is_elsewhere(self, stage: int) -> bool:
        return self.place.on_stages(stage).is_elsewhere

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return {
            f"layer{index}": layer.memory_cache(memory, context)
            for index, layer in enumerate(self.layers)
        }

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        state = {"position": tf.zeros([rows], tf.int32)}
        for index, layer in enumerate(self.layers):
            state[f"layer{index}"] = layer.init_state(rows, memory_cache[f"layer{index}"])
        return state

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        x = self._with_positions(x, state["position"], context)
        new_state = {"position": state["position"] + 1}
        for index, layer in enumerate(self.layers):
            name = f"layer{index}"
            new_state[name], x = layer.step(state[name], x, memory_cache[name], context)
        return new_state, self._normalized(x, context)

    def probabilities(self, state: State) -> tf.Tensor | None:
        """Returns the mean over layers and heads; see AttendingLayer."""
        return _mean(
            [layer.probabilities(state[f"layer{i}"]) for i, layer in enumerate(self.layers)]
        )

    def _with_positions(
        self, x: tf.Tensor, positions: tf.Tensor, context: StepContext
    ) -> tf.Tensor:
        if self.positions is None:
            return x
        return x + tf.cast(self.positions(positions, context), x.dtype)

    def _normalized(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return x if self.final_norm is None else self.final_norm(x, context)


def _attend_recomputed(
    layer: TransformerLayer,
    x: tf.Tensor,
    layout: SequenceLayout,
    context: StepContext,
    memory: Memory | None,
) -> tuple[tf.Tensor, tf.Tensor | None]:
    """Returns what the layer's attend returns. Of its values only x is kept for the gradient."""

    def attend(
        context: StepContext, x: tf.Tensor, memory_values: tf.Tensor | None = None
    ) -> list[tf.Tensor]:
        own_memory = None if memory is None else memory._replace(values=memory_values)
        y, probabilities = layer.attend(x, layout, context, own_memory)
        return [y] if probabilities is None else [y, probabilities]

    y, *probabilities = recomputed_in(context, attend, x, *([memory.values] if memory else []))
    return y, probabilities[0] if probabilities else None


def _layer_message(
    stack: transformer_layer_pb2.TransformerStack, index: int
) -> transformer_layer_pb2.TransformerLayer:
    """Returns the message of a layer. Layer i of n, from 1, skips with i / n of the probability."""
    turns = [stack.layer, *stack.alternating_with]
    message = transformer_layer_pb2.TransformerLayer()
    message.CopyFrom(turns[index % len(turns)])
    message.skip_probability *= (index + 1) / stack.num_layers
    return message


def _pass_over(layer: TransformerLayer, context: StepContext) -> None:
    for part in (layer, *layer.submodules):
        if isinstance(part, Layer):
            part.pass_over(context)


def _mean(probabilities: Sequence[tf.Tensor | None]) -> tf.Tensor | None:
    """Returns the mean over the layers that have probabilities, or None if none has."""
    found = [each for each in probabilities if each is not None]
    return tf.add_n(found) / len(found) if found else None
