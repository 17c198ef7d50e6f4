"""The ops of long short-term memory."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class LstmArguments(NamedTuple):
    """What lstm_sequence and its gradient share; None for what there is not.

    Attributes:
      kernel: float32 [size, 4 units], from the output before to the gates.
      mask: bool [batch, time], true where a token is.
      projection: float32 [units, size]; without it size is units.
      scale: float32 [4 units], of the layer norm of each gate.
      bias: float32 [4 units], of the layer norm of each gate.
      starts: bool [batch, time], true where the state before is zero.
      cell_zoneout: float32 [batch, time, units], the share of the old cell that is kept.
      output_zoneout: float32 [batch, time, size], the share of the old output that is kept.
      settings: of layer_norm_epsilon, cell_clip, output_tanh and reverse those that differ from 1e-8, 0 (no
        limit), True and False.
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
        """As arguments of the ops: what there is not is empty."""
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
    """What lstm_sequence leaves for its gradient.

    Attributes:
      trace_gates: float32 [batch, time, 4 units].
      inverse_deviations: float32 [batch, time, 4], or empty without layer norm.
      cells_before: float32 [batch, time, units], the cell that each place is reached with.
      outputs_before: float32 [batch, time, size], the output that each place is reached with.
    """

    trace_gates: tf.Tensor
    inverse_deviations: tf.Tensor
    cells_before: tf.Tensor
    outputs_before: tf.Tensor


def lstm_sequence(gates: tf.Tensor, arguments: LstmArguments) -> tuple[tf.Tensor, LstmTrace]:
    """The recurrence of long short-term memory over whole sequences; proto/lstm.proto has the equations.

    Args:
      gates: float32 [batch, time, 4 units]: what the input adds to candidate, input, forget and output gate,
        with the bias if there is no layer norm.

    Returns:
      The output, float32 [batch, time, size], zero where no token is; and the trace.

    Raises:
      tf.errors.InvalidArgumentError: a shape does not fit; names the input.
    """
    output, *trace = op_library().frazo_lstm_sequence(gates=gates, **arguments.named())
    return output, LstmTrace(*trace)


class LstmGradients(NamedTuple):
    """Gradients of lstm_sequence, zero where no token is.

    Attributes:
      gates: float32 [batch, time, 4 units].
      scale: float32 [4 units], or empty without layer norm.
      bias: float32 [4 units], or empty without layer norm.
      hidden: float32 [batch, time, units], the output before projection, or empty without.
      projected: float32 [batch, time, size], the gradient of the output behind it, or empty without.
    """

    gates: tf.Tensor
    scale: tf.Tensor
    bias: tf.Tensor
    hidden: tf.Tensor
    projected: tf.Tensor


def lstm_sequence_gradient(
    output_gradient: tf.Tensor, trace: LstmTrace, arguments: LstmArguments
) -> LstmGradients:
    """The gradients of lstm_sequence, but for two products over all places together: that of the kernel is
    outputs_before^T gates, and that of the projection hidden^T projected.

    Args:
      output_gradient: float32 [batch, time, size].

    Raises:
      tf.errors.InvalidArgumentError: a shape does not fit; names the input.
    """
    traced = trace._asdict()
    del traced["outputs_before"]
    return LstmGradients(
        *op_library().frazo_lstm_sequence_gradient(
            output_gradient=output_gradient, **traced, **arguments.named()
        )
    )
