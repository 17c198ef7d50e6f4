"""What decides where tokens go."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf


class RoutingRules(NamedTuple):
    """How tokens are routed to experts.

    Attributes:
      experts_per_token: From 1 to the number of experts.
      group_size: Tokens are numbered without padding, and so many of them are a group. > 0.
      capacity: Tokens that an expert takes of a group; 0 for all, and then padded is False.
      padded: Whether each expert has `capacity` slots for each group, slot (expert * groups +
        group) * capacity + position, as an exchange of equal parts between processes needs it.
        Else taken slots lie side by side, by expert and then by group.
      threshold: A choice after the first is given up unless its weight is above threshold *
        uniform. > 0.
    """

    experts_per_token: int
    group_size: int
    capacity: int = 0
    padded: bool = False
    threshold: float = 0.5


class RoutingArguments(NamedTuple):
    """The arguments of route_tokens beside the logits.

    Attributes:
      mask: bool [tokens], False for padding, which chooses nothing and takes no slot.
      bias: float32 [experts], added to the probabilities for the choice alone. Default: none.
      noise: float32 [tokens, experts]. Choices after the first are those of the largest logit +
        noise. Default: none.
      uniform: float32 [tokens, experts_per_token - 1], in [0, 1); see RoutingRules.threshold.
        Default: no choice is given up.
    """

    mask: tf.Tensor
    bias: tf.Tensor | None = None
    noise: tf.Tensor | None = None
    uniform: tf.Tensor | None = None

    def named(self) -> dict[str, Any]:
        """Returns the inputs of the op by name."""
        return {
            "mask": self.mask,
            "bias": tf.zeros([0]) if self.bias is None else self.bias,
            "noise": tf.zeros([0, 0]) if self.noise is None else self.noise,
            "uniform": tf.zeros([0, 0]) if self.uniform is None else self.uniform,
        }
