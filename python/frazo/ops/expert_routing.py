"""The ops that route tokens to the experts of a mixture."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.expert_routing_graph import combined_in_graph, dispatched_in_graph, routed_in_graph
from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library
from frazo.ops.routing_arguments import RoutingArguments, RoutingRules


class Routing(NamedTuple):
    """Where tokens go. Slot: a row of the experts' input, which holds one token for one expert.

    Gradients flow through weights, balance and squares.

    Attributes:
      probabilities: float32 [tokens, experts], zeros at padding; NaN if a logit is not finite.
      log_totals: float32 [tokens], the logarithm of the sum of exp(logit); 0 at padding.
      experts: int32 [tokens, experts_per_token], in the order of choice; -1 at padding.
      slots: int32 [tokens, experts_per_token], the slot of each choice; -1 where there is none.
      weights: float32 [tokens, experts_per_token]: a choice's probability, divided by the sum of
        those of the token's choices if there are several; 0 where there is no slot.
      owners: int32 [slots], the choice token * experts_per_token + j that has the slot, or -1.
      segments: int32 [experts, groups, 2], the first slot of an expert's tokens of a group, and
        their number.
      loads: int32 [experts], the number of choices of each expert, with those without a slot.
      balance: float32 [], the sum over groups of n E sum_e f_e P_e: n tokens, E experts, f_e the
        share of first choices, P_e the mean probability (Lepikhin et al. 2020, section 2.2).
      squares: float32 [], the sum of the squares of log_totals (Zoph et al. 2022, equation 5).
      entropy: float32 [], the sum of the entropies of the probabilities, in nats.
    """

    probabilities: tf.Tensor
    log_totals: tf.Tensor
    experts: tf.Tensor
    slots: tf.Tensor
    weights: tf.Tensor
    owners: tf.Tensor
    segments: tf.Tensor
    loads: tf.Tensor
    balance: tf.Tensor
    squares: tf.Tensor
    entropy: tf.Tensor


def route_tokens(logits: tf.Tensor, rules: RoutingRules, arguments: RoutingArguments) -> Routing:
    """Chooses experts for tokens and gives the choices slots (Lepikhin et al. 2020, algorithm 1).

    The kernel takes time linear in the tokens, and the graph time and memory for tokens * experts.
    The result does not depend on the number of threads.

    Args:
      logits: float32 [tokens, experts].
      rules: The rules.
      arguments: The mask, and what changes the choice.

    Raises:
      tf.errors.InvalidArgumentError: A shape does not fit, or a rule is out of its range.
    """
    if not uses_kernels():
        return Routing(*routed_in_graph(logits, rules, arguments))

    @tf.custom_gradient
    def routed(logits: tf.Tensor):
        given = op_library().frazo_route_tokens(
            logits=logits, **arguments.named(), **rules._asdict()
        )

        def gradient(*slopes: tf.Tensor) -> tf.Tensor:
            of = Routing(*slopes)
            return op_library().frazo_route_tokens_gradient(
                probabilities=given.probabilities,
                log_totals=given.log_totals,
                mask=arguments.mask,
                experts=given.experts,
                slots=given.slots,
                weights_gradient=of.weights,
                balance_gradient=of.balance,
                squares_gradient=of.squares,
                group_size=rules.group_size,
            )

        return tuple(given), gradient

    return Routing(*routed(logits))


def dispatch_tokens(tokens: tf.Tensor, routing: Routing) -> tf.Tensor:
    """Copies tokens to the slots of their experts.

    Args:
      tokens: [tokens, dim], float32 for the kernel.
      routing: The result of route_tokens.

    Returns:
      [slots, dim], zeros in slots that no token has.

    Raises:
      tf.errors.InvalidArgumentError: The shapes don't fit.
    """
    per_token = routing.slots.shape[1]
    if not uses_kernels():
        return dispatched_in_graph(tokens, routing.owners, per_token)

    @tf.custom_gradient
    def dispatched(tokens: tf.Tensor):
        def gradient(slopes: tf.Tensor) -> tf.Tensor:
            return op_library().frazo_combine_tokens(
                rows=slopes, slots=routing.slots, weights=tf.ones_like(routing.weights)
            )

        rows = op_library().frazo_dispatch_tokens(
            tokens=tokens, owners=routing.owners, experts_per_token=per_token
        )
        return rows, gradient

    return dispatched(tokens)


def combine_tokens(rows: tf.Tensor, routing: Routing) -> tf.Tensor:
    """Adds what a token's experts gave for it, with the weights of the routing.

    Args:
      rows: [slots, dim], float32 for the kernel.
      routing: The result of route_tokens.

    Returns:
      [tokens, dim], zeros for a token without a slot.

    Raises:
      tf.errors.InvalidArgumentError: The shapes don't fit.
    """
    if not uses_kernels():
        return combined_in_graph(rows, routing.slots, routing.weights)

    @tf.custom_gradient
    def combined(rows: tf.Tensor, weights: tf.Tensor):
        def gradient(slopes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            of = op_library().frazo_combine_tokens_gradient(
                rows=rows,
                slots=routing.slots,
                weights=weights,
                owners=routing.owners,
                tokens_gradient=slopes,
            )
            return of.rows_gradient, of.weights_gradient

        sums = op_library().frazo_combine_tokens(rows=rows, slots=routing.slots, weights=weights)
        return sums, gradient

    return combined(rows, routing.weights)
