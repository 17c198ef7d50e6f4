"""The routing of tokens to experts as a graph of TensorFlow's own ops."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.routing_arguments import RoutingArguments, RoutingRules

# kWeightEpsilon of core/shard/experts/expert_choice.h.
_WEIGHT_EPSILON = 1e-9


def routed_in_graph(
    logits: tf.Tensor, rules: RoutingRules, arguments: RoutingArguments
) -> tuple[tf.Tensor, ...]:
    """Computes the fields of a Routing, in their order."""
    mask = arguments.mask
    count = logits.shape[1]
    logits = tf.where(mask[:, tf.newaxis], logits, 0.0)
    probabilities = tf.where(mask[:, tf.newaxis], tf.nn.softmax(logits), 0.0)
    log_totals = tf.where(mask, tf.reduce_logsumexp(logits, 1), 0.0)
    experts = _choices(logits, probabilities, rules, arguments)
    weights = tf.gather(probabilities, experts, axis=1, batch_dims=1)
    if rules.experts_per_token > 1:
        weights /= tf.reduce_sum(weights, 1, keepdims=True) + _WEIGHT_EPSILON
    wishes = _wishes(weights, rules, arguments)
    experts = tf.where(mask[:, tf.newaxis], experts, -1)
    slots, segments, loads = _slots(tf.where(wishes, experts, -1), count, rules, mask)
    group, groups = _groups(mask, rules)
    num_slots = tf.size(slots)
    if rules.padded:
        num_slots = groups * rules.capacity * count
    balance = _balance(probabilities, experts[:, 0], group, groups)
    entropy = tf.reduce_sum(log_totals - tf.reduce_sum(probabilities * logits, 1))
    return (
        tf.stop_gradient(probabilities),
        tf.stop_gradient(log_totals),
        experts,
        slots,
        tf.where(slots < 0, 0.0, weights),
        _owners(slots, num_slots),
        segments,
        loads,
        balance,
        tf.reduce_sum(tf.square(log_totals)),
        tf.stop_gradient(entropy),
    )


def dispatched_in_graph(tokens: tf.Tensor, owners: tf.Tensor, per_token: int) -> tf.Tensor:
    """Returns the rows of the slots, [slots, dim]."""
    rows = tf.gather(tokens, tf.maximum(owners, 0) // per_token)
    return tf.where(owners[:, tf.newaxis] < 0, tf.zeros([], rows.dtype), rows)


def combined_in_graph(rows: tf.Tensor, slots: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Returns the weighted sums of the rows, [tokens, dim]."""
    chosen = tf.gather(rows, tf.maximum(slots, 0))
    weights = tf.where(slots < 0, 0.0, weights)
    return tf.reduce_sum(chosen * tf.cast(weights, rows.dtype)[..., tf.newaxis], 1)


def _choices(
    logits: tf.Tensor, probabilities: tf.Tensor, rules: RoutingRules, arguments: RoutingArguments
) -> tf.Tensor:
    """Returns the experts in the order of choice, int32 [tokens, experts_per_token]."""
    scores = probabilities
    if arguments.bias is not None:
        scores += arguments.bias
    chosen = []
    taken = tf.zeros_like(scores, tf.bool)
    for choice in range(rules.experts_per_token):
        if choice == 1 and arguments.noise is not None:
            scores = logits + arguments.noise
        free = tf.where(taken, scores.dtype.min, scores)
        chosen.append(tf.argmax(free, 1, tf.int32))
        taken |= tf.one_hot(chosen[-1], logits.shape[1], on_value=True, off_value=False)
    return tf.stack(chosen, 1)


def _wishes(weights: tf.Tensor, rules: RoutingRules, arguments: RoutingArguments) -> tf.Tensor:
    """Returns which choices want a slot, bool [tokens, experts_per_token]."""
    wishes = tf.broadcast_to(arguments.mask[:, tf.newaxis], tf.shape(weights))
    if arguments.uniform is None:
        return wishes
    kept = weights[:, 1:] > rules.threshold * arguments.uniform
    return wishes & tf.concat([tf.ones_like(kept[:, :1]), kept], 1)[:, : weights.shape[1]]


def _groups(mask: tf.Tensor, rules: RoutingRules) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the group of each token, int32 [tokens], and the number of groups."""
    groups = (tf.size(mask) + rules.group_size - 1) // rules.group_size
    number = tf.cumsum(tf.cast(mask, tf.int32), exclusive=True)
    return tf.minimum(number // rules.group_size, groups - 1), groups


def _slots(
    wished: tf.Tensor, count: int, rules: RoutingRules, mask: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Gives slots to choices.

    Args:
      wished: int32 [tokens, experts_per_token], the expert, or -1 for a choice that wants none.
      count: The number of experts.
      rules: The rules.
      mask: bool [tokens].

    Returns:
      The slots, segments and loads of a Routing.
    """
    size, per_token = rules.group_size, rules.experts_per_token
    _, groups = _groups(mask, rules)
    number = tf.cumsum(tf.cast(mask, tf.int32), exclusive=True)
    # Padding goes to a place of its own, behind those of all groups.
    place = tf.where(mask, number, groups * size)
    by_place = tf.tensor_scatter_nd_update(
        tf.fill([groups * size + 1, per_token], -1), place[:, tf.newaxis], wished
    )[:-1]
    # [groups, per_token * size]: first all first choices, then all second ones.
    in_order = tf.reshape(
        tf.transpose(tf.reshape(by_place, [groups, size, per_token]), [0, 2, 1]),
        [groups, per_token * size],
    )
    counts = tf.one_hot(in_order, count, dtype=tf.int32)
    position = tf.reduce_sum(tf.cumsum(counts, 1, exclusive=True) * counts, 2)
    taken = in_order >= 0
    if rules.capacity:
        taken &= position < rules.capacity
    sizes = tf.transpose(tf.reduce_sum(counts * tf.cast(taken, tf.int32)[..., tf.newaxis], 1))
    if rules.padded:
        begins = tf.reshape(tf.range(count * groups) * rules.capacity, [count, groups])
    else:
        begins = tf.reshape(tf.cumsum(tf.reshape(sizes, [-1]), exclusive=True), [count, groups])
    begin = tf.gather(tf.transpose(begins), tf.maximum(in_order, 0), axis=1, batch_dims=1)
    slots = tf.transpose(
        tf.reshape(tf.where(taken, begin + position, -1), [groups, per_token, size]), [0, 2, 1]
    )
    slots = tf.concat([tf.reshape(slots, [-1, per_token]), tf.fill([1, per_token], -1)], 0)
    loads = tf.reduce_sum(counts, [0, 1])
    return tf.gather(slots, place), tf.stack([begins, sizes], 2), loads


def _owners(slots: tf.Tensor, num_slots: tf.Tensor) -> tf.Tensor:
    """Returns the choice of each slot, int32 [num_slots]."""
    flat = tf.reshape(slots, [-1])
    # Choices without a slot share one that is cut off.
    index = tf.where(flat < 0, num_slots, flat)
    owners = tf.fill([num_slots + 1], -1)
    return tf.tensor_scatter_nd_update(owners, index[:, tf.newaxis], tf.range(tf.size(flat)))[:-1]


def _balance(
    probabilities: tf.Tensor, first: tf.Tensor, group: tf.Tensor, groups: tf.Tensor
) -> tf.Tensor:
    """Returns the sum over groups of n E sum_e f_e P_e, float32 []."""
    count = probabilities.shape[1]
    chosen = tf.math.unsorted_segment_sum(tf.one_hot(first, count), group, groups)
    sums = tf.math.unsorted_segment_sum(probabilities, group, groups)
    tokens = tf.reduce_sum(chosen, 1, keepdims=True)
    return count * tf.reduce_sum(tf.math.divide_no_nan(chosen * sums, tokens))
