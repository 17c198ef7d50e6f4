"""The ops of long short-term memory."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library
from frazo.ops.lstm_arguments import LstmArguments
from frazo.ops.lstm_graph import lstm_in_graph
from frazo.ops.outer_products import sum_of_outer_products

# What is trained.
_WEIGHTS = ("kernel", "projection", "scale", "bias")


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


def lstm_outputs(gates: tf.Tensor, arguments: LstmArguments) -> tf.Tensor:
    """The output of lstm_sequence, with its gradients.

    They are those for gates and for the float32 tensors in arguments, except the shares of zoneout.

    Args:
      gates: float32 [batch, time, 4 units], as in lstm_sequence.

    Returns:
      float32 [batch, time, size].

    Raises:
      tf.errors.InvalidArgumentError: a shape does not fit; names the input.
    """
    if not uses_kernels():
        return lstm_in_graph(gates, arguments)
    names = [name for name in _WEIGHTS if getattr(arguments, name) is not None]

    @tf.custom_gradient
    def recurrence(gates: tf.Tensor, *values: tf.Tensor):
        given = arguments._replace(**dict(zip(names, values, strict=True)))
        output, trace = lstm_sequence(gates, given)

        def gradient(output_gradient: tf.Tensor) -> list[tf.Tensor]:
            of = lstm_sequence_gradient(output_gradient, trace, given)
            by_name = {
                "kernel": lambda: sum_of_outer_products(trace.outputs_before, of.gates),
                "projection": lambda: sum_of_outer_products(of.hidden, of.projected),
                "scale": lambda: of.scale,
                "bias": lambda: of.bias,
            }
            return [of.gates, *(by_name[name]() for name in names)]

        return output, gradient

    return recurrence(gates, *(getattr(arguments, name) for name in names))
