"""The ops of long short-term memory."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class LstmArguments(NamedTuple):
    """The arguments that lstm_sequence and its gradient share. None if absent.

    Attributes:
      kernel: float32 [size, 4 units], from the previous output to the gates.
      mask: bool [batch, time], true at a token.
      projection: float32 [units, size]; if absent, size is units.
      scale: float32 [4 units], of the layer norm of each gate.
      bias: float32 [4 units], of the layer norm of each gate.
      starts: bool [batch, time], true where the previous state is zero.
      cell_zoneout: float32 [batch, time, units], the share of the old cell that is kept.
      output_zoneout: float32 [batch, time, size], the share of the old output that is kept.
      settings: The values of layer_norm_epsilon, cell_clip, output_tanh and reverse that differ
        from their defaults 1e-8, 0 (no limit), True and False.
    """

    kernel: tf.Tensor
    mask: tf.Tensor
    projection: tf.Tensor | None = None
    scale: tf.Tensor | None = None
    bias: tf.Tensor | None = None
    starts: tf.Tensor | None = None
    cell_zoneout: tf.Tensor | None = None
    output_zoneout: tf.Tensor | None = None
    settings: Mapping[str, Any] = types.MappingProxyType({})

    def named(self) -> dict[str, Any]:
        """Returns the arguments of the ops. Absent ones are empty tensors."""
        empty = {
            "projection": tf.zeros([0, 0]),
            "scale": tf.zeros([0]),
            "bias": tf.zeros([0]),
            "starts": tf.zeros([0, 0], tf.bool),
            "cell_zoneout": tf.zeros([0, 0, 0]),
            "output_zoneout": tf.zeros([0, 0, 0]),
        }
        given = {name: value for name, value in self._asdict().items() if value is not None}
        settings = given.pop("settings")
        return empty | given | dict(settings)


class LstmTrace(NamedTuple):
    """The values that lstm_sequence keeps for its gradient.

    Attributes:
      trace_gates: float32 [batch, time, 4 units].
      inverse_deviations: float32 [batch, time, 4], or empty without layer norm.
      cells_before: float32 [batch, time, units], the cell before each position.
      outputs_before: float32 [batch, time, size], the output before each position.
    """

    trace_gates: tf.Tensor
    inverse_deviations: tf.Tensor
    cells_before: tf.Tensor
    outputs_before: tf.Tensor


def lstm_sequence(gates: tf.Tensor, arguments: LstmArguments) -> tuple[tf.Tensor, LstmTrace]:
    """Runs long short-term memory over whole sequences. proto/lstm.proto has the equations.

    Args:
      gates: float32 [batch, time, 4 units]: the input's part of the candidate and of the input,
        forget and output gates, with the bias if there is no layer norm.
      arguments: The other arguments.

    Returns:
      The output, float32 [batch, time, size], zero at padding; and the trace.

    Raises:
      tf.errors.InvalidArgumentError: A shape does not fit; the message names the input.
    """
    output, *trace = op_library().frazo_lstm_sequence(gates=gates, **arguments.named())
    return output, LstmTrace(*trace)


class LstmGradients(NamedTuple):
    """Gradients of lstm_sequence, zero at padding.

    Attributes:
      gates: float32 [batch, time, 4 units].
      scale: float32 [4 units], or empty without layer norm.
      bias: float32 [4 units], or empty without layer norm.
      hidden: float32 [batch, time, units], the output before the projection, or empty without one.
      projected: float32 [batch, time, size], the gradient of the output after the projection, or
        empty without one.
    """

    gates: tf.Tensor
    scale: tf.Tensor
    bias: tf.Tensor
    hidden: tf.Tensor
    projected: tf.Tensor


def lstm_sequence_gradient(
    output_gradient: tf.Tensor, trace: LstmTrace, arguments: LstmArguments
) -> LstmGradients:
    """Computes the gradients of lstm_sequence, except two products over all positions.

    The gradient of the kernel is outputs_before^T gates. The gradient of the projection is hidden^T
    projected.

    Args:
      output_gradient: float32 [batch, time, size].
      trace: The trace of the forward pass.
      arguments: The arguments of the forward pass.

    Raises:
      tf.errors.InvalidArgumentError: A shape does not fit; the message names the input.
    """
    traced = trace._asdict()
    del traced["outputs_before"]
    return LstmGradients(
        *op_library().frazo_lstm_sequence_gradient(
            output_gradient=output_gradient, **traced, **arguments.named()
        )
    )
