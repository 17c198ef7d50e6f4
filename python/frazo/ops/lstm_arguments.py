"""What the ops of long short-term memory share."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf


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
