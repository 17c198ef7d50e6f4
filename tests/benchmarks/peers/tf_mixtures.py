"""Mixtures of experts in plain TensorFlow: what Frazo's is compared with.

All have the top-2 gating of Lepikhin et al. 2020 ("GShard"), and give the same output.
"""

import tensorflow as tf

GROUPS, SIZE, DIM, HIDDEN = 8, 512, 512, 1024
TOKENS = GROUPS * SIZE
PER_TOKEN = 2
CAPACITY_FACTOR = 1.25


def capacity(experts):
    """Tokens that an expert takes of a group."""
    return max(4, int(CAPACITY_FACTOR * PER_TOKEN * SIZE / experts))


def feed_forward(rows, wide, narrow):
    """The experts [experts, rows, DIM], or one dense layer [rows, DIM]."""
    return tf.matmul(tf.nn.relu(tf.matmul(rows, wide)), narrow)


def gates(x, router):
    """Returns for both choices (expert, position, weight, whether it is kept), and the loss."""
    experts = router.shape[1]
    probabilities = tf.nn.softmax(tf.reshape(tf.matmul(x, router), [GROUPS, SIZE, experts]))
    weights, chosen = tf.math.top_k(probabilities, PER_TOKEN)
    weights /= tf.reduce_sum(weights, -1, keepdims=True) + 1e-9
    counts = tf.zeros([GROUPS, 1, experts])
    choices = []
    for j in range(PER_TOKEN):
        wish = tf.one_hot(chosen[..., j], experts)
        place = tf.reduce_sum((tf.cumsum(wish, 1, exclusive=True) + counts) * wish, -1)
        counts += tf.reduce_sum(wish, 1, keepdims=True)
        is_kept = place < capacity(experts)
        choices.append((chosen[..., j], tf.cast(place, tf.int32), weights[..., j], is_kept))
    first = tf.reduce_mean(tf.one_hot(chosen[..., 0], experts), 1)
    balance = experts * tf.reduce_mean(tf.reduce_sum(first * tf.reduce_mean(probabilities, 1), -1))
    return choices, balance


def einsum_mixture(x, router, experts_of_rows):
    """Moves tokens by products with one-hot tensors, as published."""
    experts = router.shape[1]
    slots = capacity(experts)
    choices, balance = gates(x, router)
    combine = tf.zeros([GROUPS, SIZE, experts, slots])
    for expert, place, weight, is_kept in choices:
        weight = tf.where(is_kept, weight, 0.0)
        of_expert = weight[..., tf.newaxis] * tf.one_hot(expert, experts)
        combine += of_expert[..., tf.newaxis] * tf.one_hot(place, slots)[:, :, tf.newaxis]
    dispatch = tf.cast(combine > 0, tf.float32)
    tokens = tf.reshape(x, [GROUPS, SIZE, DIM])
    rows = tf.reshape(tf.einsum("gsec,gsm->egcm", dispatch, tokens), [experts, GROUPS * slots, DIM])
    rows = tf.reshape(experts_of_rows(rows), [experts, GROUPS, slots, DIM])
    return tf.reshape(tf.einsum("gsec,egcm->gsm", combine, rows), [TOKENS, DIM]), balance


def gather_mixture(x, router, experts_of_rows):
    """Moves tokens by index."""
    experts = router.shape[1]
    size = capacity(experts)
    slots = experts * GROUPS * size
    choices, balance = gates(x, router)
    owners = tf.fill([slots + 1], TOKENS)
    group = tf.range(GROUPS)[:, tf.newaxis]
    places = []
    for expert, place, weight, is_kept in choices:
        slot = tf.where(is_kept, (expert * GROUPS + group) * size + place, slots)
        slot = tf.reshape(slot, [-1])
        owners = tf.tensor_scatter_nd_update(owners, slot[:, tf.newaxis], tf.range(TOKENS))
        places.append((slot, tf.reshape(tf.where(is_kept, weight, 0.0), [-1, 1])))
    rows = tf.gather(tf.concat([x, tf.zeros([1, DIM])], 0), owners[:slots])
    rows = experts_of_rows(tf.reshape(rows, [experts, GROUPS * size, DIM]))
    rows = tf.concat([tf.reshape(rows, [slots, DIM]), tf.zeros([1, DIM])], 0)
    return tf.add_n([tf.gather(rows, slot) * weight for slot, weight in places]), balance
