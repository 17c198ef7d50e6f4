import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf

from frazo import ops
from frazo.ops import RoutingArguments, RoutingRules

KERNEL, GRAPH = ops.Implementation.KERNEL, ops.Implementation.GRAPH
each_choice = pytest.mark.parametrize("choice", [KERNEL, GRAPH])

GROUPS, SIZE, EXPERTS, DIM, CAPACITY = 3, 16, 4, 5, 6


def normal(*shape, seed=1):
    return tf.random.stateless_normal(shape, [seed, len(shape)])


def gshard_top_two(x, router, kernels):
    """The layer of Lepikhin et al. 2020, with its one-hot einsums.

    x is [groups, size, dim]. The first choices take slots before the second ones. Returns the
    output, the mean balance loss and the mean square of the logits' logarithmic sums.
    """
    logits = tf.einsum("gsm,me->gse", x, router)
    gates = tf.nn.softmax(logits)
    first = tf.one_hot(tf.argmax(gates, -1), EXPERTS)
    second = tf.one_hot(tf.argmax(gates * (1 - first), -1), EXPERTS)
    total = tf.reduce_sum(gates * (first + second), -1, keepdims=True) + 1e-9
    place_of_first = tf.cumsum(first, 1, exclusive=True) * first
    kept_first = first * tf.cast(place_of_first < CAPACITY, tf.float32)
    count = tf.reduce_sum(kept_first, 1, keepdims=True)
    place_of_second = (tf.cumsum(second, 1, exclusive=True) + count) * second
    kept_second = second * tf.cast(place_of_second < CAPACITY, tf.float32)
    combine = tf.zeros([GROUPS, SIZE, EXPERTS, CAPACITY])
    for kept, place in ((kept_first, place_of_first), (kept_second, place_of_second)):
        weight = tf.reduce_sum(gates * kept, -1, keepdims=True) / total
        slot = tf.one_hot(tf.cast(tf.reduce_sum(place, -1), tf.int32), CAPACITY)
        combine += (weight * kept)[..., tf.newaxis] * slot[:, :, tf.newaxis]
    dispatch = tf.cast(combine > 0, tf.float32)
    rows = tf.einsum("gsec,gsm->egcm", dispatch, x)
    rows = tf.einsum("egcm,emh->egch", rows, kernels)
    balance = EXPERTS * tf.reduce_mean(
        tf.reduce_sum(tf.reduce_mean(first, 1) * tf.reduce_mean(gates, 1), -1)
    )
    squares = tf.reduce_mean(tf.square(tf.reduce_logsumexp(logits, -1)))
    return tf.einsum("gsec,egch->gsh", combine, rows), balance, squares


def routed(x, router, kernels, *, padded):
    tokens = tf.reshape(x, [-1, DIM])
    rules = RoutingRules(experts_per_token=2, group_size=SIZE, capacity=CAPACITY, padded=padded)
    mask = tf.ones(tokens.shape[:1], tf.bool)
    routing = ops.route_tokens(tokens @ router, rules, RoutingArguments(mask))
    rows = ops.grouped_matmul(ops.dispatch_tokens(tokens, routing), kernels, routing.segments)
    y = tf.reshape(ops.combine_tokens(rows, routing), [GROUPS, SIZE, -1])
    count = GROUPS * SIZE
    return y, routing.balance / count, routing.squares / count


@each_choice
@pytest.mark.parametrize("padded", [True, False])
def test_the_layer_is_that_of_gshard_with_its_gradients(choice, padded):
    points = [normal(GROUPS, SIZE, DIM), 2 * normal(DIM, EXPERTS), normal(EXPERTS, DIM, 3)]
    given = []
    for function in (gshard_top_two, lambda *args: routed(*args, padded=padded)):
        with ops.implementation(choice), tf.GradientTape() as tape:
            tape.watch(points)
            y, balance, squares = function(*points)
            total = tf.reduce_sum(y * normal(*y.shape, seed=9)) + 3 * balance + 0.7 * squares
        given.append([y, balance, squares, *tape.gradient(total, points)])
    for expected, found in zip(*given, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@st.composite
def routings(draw):
    """Random sizes, logits and masks, with the rules."""
    tokens = draw(st.integers(0, 40))
    experts = draw(st.integers(1, 6))
    capacity = draw(st.integers(0, 5))
    rules = RoutingRules(
        experts_per_token=draw(st.integers(1, experts)),
        group_size=draw(st.integers(1, 50)),
        capacity=capacity,
        padded=capacity > 0 and draw(st.booleans()),
    )
    seed = draw(st.integers(0, 1000))
    logits = tf.random.stateless_normal([tokens, experts], [seed, 1])
    mask = tf.random.stateless_uniform([tokens], [seed, 2]) < draw(st.sampled_from([0.5, 1.0]))
    return logits, mask, rules


@hypothesis.given(routings())
def test_kernel_and_graph_route_alike(case):
    logits, mask, rules = case
    given = []
    for choice in (KERNEL, GRAPH):
        with ops.implementation(choice):
            given.append(ops.route_tokens(logits, rules, RoutingArguments(mask)))
    for name, kernel, graph in zip(ops.Routing._fields, *given, strict=True):
        assert kernel.shape == graph.shape, name
        np.testing.assert_allclose(kernel, graph, rtol=1e-5, atol=1e-5, err_msg=name)


@hypothesis.given(routings())
def test_a_token_has_one_slot_a_choice_and_a_slot_one_token(case):
    logits, mask, rules = case
    routing = ops.route_tokens(logits, rules, RoutingArguments(mask))
    slots, owners = routing.slots.numpy().ravel(), routing.owners.numpy()
    taken = slots[slots >= 0]
    assert len(set(taken)) == len(taken)
    np.testing.assert_array_equal(owners[taken], np.flatnonzero(slots >= 0))
    assert np.sum(owners >= 0) == len(taken)
    sizes = routing.segments.numpy()[..., 1]
    assert np.sum(sizes) == len(taken)
    if rules.capacity:
        assert np.all(sizes <= rules.capacity)
    else:
        assert len(taken) == np.sum(mask) * rules.experts_per_token
    assert np.all(routing.slots.numpy()[~mask.numpy()] == -1)
    # A choice is dropped only if its expert is full, so that loads without a bound all fit.
    full = np.sum(routing.loads) - len(taken)
    assert full == 0 or rules.capacity > 0


@hypothesis.given(routings(), st.integers(0, 40))
def test_padding_changes_nothing(case, position):
    logits, mask, rules = case
    position = min(position, len(mask))
    more = tf.concat([logits[:position], 9 + tf.zeros_like(logits[:3]), logits[position:]], 0)
    added = len(more) - len(logits)
    padding = tf.zeros([added], tf.bool)
    longer = tf.concat([mask[:position], padding, mask[position:]], 0)
    plain = ops.route_tokens(logits, rules, RoutingArguments(mask))
    padded = ops.route_tokens(more, rules, RoutingArguments(longer))
    for name in ("experts", "weights", "log_totals", "probabilities"):
        found = tf.boolean_mask(getattr(padded, name), longer)
        np.testing.assert_array_equal(found, tf.boolean_mask(getattr(plain, name), mask))
    dropped = tf.boolean_mask(padded.slots, longer) < 0
    np.testing.assert_array_equal(dropped, tf.boolean_mask(plain.slots, mask) < 0)
    for name in ("balance", "squares", "entropy"):
        np.testing.assert_allclose(getattr(padded, name), getattr(plain, name), rtol=1e-5)


@each_choice
def test_bias_noise_and_uniform_change_the_choice(choice):
    # The probabilities are .1, .2, .3, .4.
    logits = tf.math.log([[0.1, 0.2, 0.3, 0.4]])
    rules = RoutingRules(experts_per_token=2, group_size=1)
    mask = tf.constant([True])

    def experts(**arguments):
        with ops.implementation(choice):
            return ops.route_tokens(logits, rules, RoutingArguments(mask, **arguments))

    assert experts().experts.numpy().tolist() == [[3, 2]]
    biased = experts(bias=tf.constant([1.0, 0, 0, 0]))
    assert biased.experts.numpy().tolist() == [[0, 3]]
    # .1 / .5 and .4 / .5: the bias is not in the weights.
    np.testing.assert_allclose(biased.weights, [[0.2, 0.8]], rtol=1e-5)
    noisy = experts(noise=tf.constant([[9.0, 0, 0, -9]]))
    assert noisy.experts.numpy().tolist() == [[3, 0]]
    # The second weight, .428571, is above half of .85, and below half of .86.
    assert np.all(experts(uniform=tf.constant([[0.85]])).slots.numpy() >= 0)
    given_up = experts(uniform=tf.constant([[0.86]]))
    assert given_up.slots.numpy().tolist() == [[0, -1]]
    np.testing.assert_allclose(given_up.weights, [[0.571429, 0]], rtol=1e-5)
    assert given_up.loads.numpy().tolist() == [0, 0, 0, 1]


def test_sizes_are_known_before_it_runs():
    @tf.function(input_signature=[tf.TensorSpec([24, 4]), tf.TensorSpec([24], tf.bool)])
    def route(logits, mask):
        rules = RoutingRules(experts_per_token=2, group_size=8, capacity=3, padded=True)
        routing = ops.route_tokens(logits, rules, RoutingArguments(mask))
        assert routing.owners.shape == [3 * 3 * 4]
        assert routing.segments.shape == [4, 3, 2]
        assert routing.slots.shape == [24, 2]
        rows = ops.dispatch_tokens(logits, routing)
        assert rows.shape == [36, 4]
        assert ops.combine_tokens(rows, routing).shape == [24, 4]
        return rows

    route(normal(24, 4), tf.ones([24], tf.bool))


def test_bad_inputs_are_refused():
    logits, mask = normal(4, 3), tf.ones([4], tf.bool)

    def expect(text, logits=logits, mask=mask, rules=None, **arguments):
        rules = rules or RoutingRules(experts_per_token=2, group_size=4)
        with pytest.raises(tf.errors.InvalidArgumentError, match=text):
            ops.route_tokens(logits, rules, RoutingArguments(mask, **arguments))

    expect(r"mask has shape \[3\]; expected \[4\]", mask=mask[:3])
    expect(r"bias has shape \[2\]; expected \[3\], or no", bias=tf.zeros([2]))
    expect(r"noise has shape \[4,2\]", noise=tf.zeros([4, 2]))
    expect(r"uniform has shape \[4,2\]; expected \[4,1\]", uniform=tf.zeros([4, 2]))
    expect(r"experts_per_token is 4; expected 1 .. 3", rules=RoutingRules(4, 4))
    expect(r"above 0 if slots are padded", rules=RoutingRules(2, 4, 0, padded=True))
    expect(r"threshold is 0", rules=RoutingRules(2, 4, threshold=0.0))


def test_slots_and_owners_that_are_not_there_are_refused():
    routing = ops.route_tokens(
        normal(4, 3), RoutingRules(2, 4), RoutingArguments(tf.ones([4], tf.bool))
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"number 0 of owners is .*-1 .. 1"):
        ops.dispatch_tokens(normal(1, 2), routing._replace(owners=routing.owners * 0 + 7))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"of slots is .* expected -1 .. 1"):
        ops.combine_tokens(normal(2, 2), routing)
