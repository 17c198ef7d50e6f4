"""The ops of an LSTM that attends to a memory inside its recurrence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library
from frazo.ops.lstm_arguments import LstmArguments
from frazo.ops.outer_products import sum_of_outer_products

_LSTM_WEIGHTS = ("kernel", "projection", "scale", "bias")
_ATTENTION_WEIGHTS = ("query_kernel", "keys", "energy", "feedback")
# The op has none of these: its sequences are not packed, and run from the first token to the last.
_SETTINGS_OF_ONE_SEQUENCE = ("starts", "reverse")


class RecurrentAttention(NamedTuple):
    """Additive attention (Bahdanau et al. 2015) inside the recurrence of an LSTM.

    Attributes:
      query_kernel: float32 [size, hidden], from the output to a query.
      keys: float32 [batch, sources, hidden].
      energy: float32 [hidden]. The energy of a source is energy . tanh(key + query).
      feedback: float32 [batch, sources, 4 units], what each source adds to the gates of the next
        token, times its probability.
      source_mask: bool [batch, sources], true where a source is. If a row has none, its
        probabilities are equal.
    """

    query_kernel: tf.Tensor
    keys: tf.Tensor
    energy: tf.Tensor
    feedback: tf.Tensor
    source_mask: tf.Tensor


def attention_lstm_outputs(
    gates: tf.Tensor, lstm: LstmArguments, attention: RecurrentAttention
) -> tuple[tf.Tensor, tf.Tensor]:
    """Runs an LSTM that attends with each output, and adds what it found to the gates that follow.

    Differentiable by gates and by all float32 tensors in the arguments, except the shares of
    zoneout. Before the first token, the LSTM attends with a query of zeros.

    Args:
      gates: float32 [batch, time, 4 units], as in lstm_sequence.
      lstm: The arguments of the LSTM, which has no starts and is not reversed.
      attention: The arguments of the attention.

    Returns:
      The output, float32 [batch, time, size], and the probabilities of attention, float32 [batch,
      time, sources], both zero at padding.

    Raises:
      tf.errors.InvalidArgumentError: A shape does not fit; the message names the input.
    """
    names = [name for name in _LSTM_WEIGHTS if getattr(lstm, name) is not None]
    weights = [getattr(lstm, name) for name in names]
    trained = [getattr(attention, name) for name in _ATTENTION_WEIGHTS]

    @tf.custom_gradient
    def recurrence(gates: tf.Tensor, *values: tf.Tensor):
        given = lstm._replace(**dict(zip(names, values[: len(names)], strict=True))).named()
        attending = dict(zip(_ATTENTION_WEIGHTS, values[len(names) :], strict=True))
        arguments = given | attending | {"source_mask": attention.source_mask}
        for name in _SETTINGS_OF_ONE_SEQUENCE:
            arguments.pop(name, None)
        outputs = op_library().frazo_attention_lstm_sequence(gates=gates, **arguments)

        def gradient(of_output: tf.Tensor, of_probabilities: tf.Tensor) -> list[tf.Tensor]:
            by_name = _gradients(of_output, of_probabilities, outputs, arguments)
            return [by_name[name]() for name in ("gates", *names, *_ATTENTION_WEIGHTS)]

        return (outputs.output, outputs.probabilities), gradient

    return recurrence(gates, *weights, *trained)


def _gradients(
    of_output: tf.Tensor, of_probabilities: tf.Tensor, outputs: Any, arguments: Mapping[str, Any]
) -> dict[str, Callable[[], tf.Tensor]]:
    """Computes the gradients of the op, except products over all positions.

    Args:
      of_output: The gradient of the output.
      of_probabilities: That of the probabilities.
      outputs: The outputs of the op.
      arguments: What the op was given beside the gates.

    Returns:
      By the names of what was given, functions that make the gradients.
    """
    of = op_library().frazo_attention_lstm_sequence_gradient(
        output_gradient=of_output,
        probabilities_gradient=of_probabilities,
        trace_gates=outputs.trace_gates,
        inverse_deviations=outputs.inverse_deviations,
        cells_before=outputs.cells_before,
        queries=outputs.queries,
        probabilities=outputs.probabilities,
        probabilities_before=outputs.probabilities_before,
        **arguments,
    )
    return {
        "gates": lambda: of.gates_gradient,
        "kernel": lambda: sum_of_outer_products(outputs.outputs_before, of.gates_gradient),
        "projection": lambda: sum_of_outer_products(of.hidden, of.projected_gradient),
        "scale": lambda: of.scale_gradient,
        "bias": lambda: of.bias_gradient,
        "query_kernel": lambda: sum_of_outer_products(outputs.output, of.queries_gradient),
        "keys": lambda: of.keys_gradient,
        "energy": lambda: of.energy_gradient,
        "feedback": lambda: tf.linalg.matmul(
            outputs.probabilities_before, of.gates_gradient, transpose_a=True
        ),
    }
