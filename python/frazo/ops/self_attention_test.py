import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import ops
from frazo.ops import Implementation, VisibleKeys


def normal(*shape, seed=1):
    return tf.random.stateless_normal(shape, [seed, len(shape)])


def unmasked(batch, keys, **window):
    return VisibleKeys(tf.ones([batch, keys], tf.bool), **window)


def sums_and_gradient(choice, projected, visible, **settings):
    """The result, and the gradient of its product with fixed numbers."""
    with ops.implementation(choice), tf.GradientTape() as tape:
        tape.watch(projected)
        sums = ops.self_attention(projected, visible, **settings)
        loss = tf.reduce_sum(sums * normal(*sums.shape, seed=5))
    return sums, tape.gradient(loss, projected)


def check_agreement(projected, visible, **settings):
    found = sums_and_gradient(Implementation.KERNEL, projected, visible, **settings)
    right = sums_and_gradient(Implementation.GRAPH, projected, visible, **settings)
    for mine, other in zip(found, right, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-4)
    return found


@pytest.mark.parametrize("choice", [Implementation.KERNEL, Implementation.GRAPH])
def test_two_keys_by_hand(choice):
    # Each position is a query, a key and a value. The scaled query 2 with the keys log(3) / 2 and 0
    # gives probabilities 3/4 and 1/4: the sum is 3/4 * 8 + 1/4 * 4 = 7. Query 0 gives the mean.
    projected = tf.constant([[[4, np.log(3) / 2, 8], [0, 0, 4]]], tf.float32)
    arguments = {"heads": 1, "head_dim": 1, "scale": 0.5}
    with ops.implementation(choice), tf.GradientTape() as tape:
        tape.watch(projected)
        sums = ops.self_attention(projected, unmasked(1, 2), **arguments)
        first = sums[0, 0, 0]
    np.testing.assert_allclose(sums, [[[7.0], [6.0]]], rtol=1e-6)
    # By the score of key 0 the derivative is 3/4 * (8 - 7) = 3/4, by that of key 1 it is -3/4. A
    # score is query / 2 * key.
    expected = [[[0.375 * np.log(3) / 2, 1.5, 0.75], [0, -1.5, 0.25]]]
    np.testing.assert_allclose(tape.gradient(first, projected), expected, rtol=1e-5)


@st.composite
def packed_rows(draw, batch, time):
    """Segments that lie side by side, with padding between them: int32 [batch, time]."""
    rows = []
    for _ in range(batch):
        row, segment = [], 0
        while len(row) < time:
            segment += 1
            row += [segment] * draw(st.integers(1, 40)) + [0] * draw(st.integers(0, 3))
        rows.append(row[:time])
    return tf.constant(rows, tf.int32)


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_kernel_and_graph_agree_on_any_shape(data):
    draw = data.draw
    batch, shared, group = (draw(st.integers(1, 3)) for _ in range(3))
    time, head_dim = draw(st.integers(1, 100)), draw(st.integers(1, 128))
    before, after = (draw(st.none() | st.integers(0, 120)) for _ in range(2))
    if draw(st.booleans()):
        segments = draw(packed_rows(batch, time))
        mask = segments > 0
    else:
        segments = None
        mask = tf.constant([draw(st.lists(st.booleans(), min_size=time, max_size=time))] * batch)
    angles = normal(time, head_dim // 2, seed=9)
    rotations = tf.concat([tf.cos(angles), tf.sin(angles)], 1)
    found = check_agreement(
        normal(batch, time, (group + 2) * shared * head_dim),
        VisibleKeys(mask, segments, segments, before, after),
        heads=shared * group,
        head_dim=head_dim,
        scale=head_dim**-0.5,
        rotations=rotations if head_dim % 2 == 0 and draw(st.booleans()) else None,
    )
    assert all(np.isfinite(value).all() for value in found)


def test_a_query_that_sees_no_key_gives_zeros_and_no_gradient():
    # The window of query 0 has key 0 only, which is hidden.
    visible = VisibleKeys(tf.constant([[False, True, True]]), before=1, after=0)
    sums, gradient = check_agreement(normal(1, 3, 12), visible, heads=1, head_dim=4)
    np.testing.assert_array_equal(sums[0, 0], np.zeros(4))
    np.testing.assert_array_equal(gradient[0, 0], np.zeros(12))
    assert np.all(sums[0, 1:] != 0)


def test_hidden_keys_have_no_gradient_and_change_nothing():
    visible = VisibleKeys(tf.constant([[True] * 5 + [False] * 2]))
    projected = normal(1, 7, 24)
    keys_and_values = tf.constant([[[0.0] * 8 + [100.0] * 16]])
    other = projected + keys_and_values * tf.constant([[[0.0]] * 5 + [[1.0]] * 2])
    arguments = {"heads": 2, "head_dim": 4}
    sums, gradient = sums_and_gradient(Implementation.KERNEL, projected, visible, **arguments)
    np.testing.assert_array_equal(gradient[0, 5:, 8:], np.zeros([2, 16]))
    with ops.implementation(Implementation.KERNEL):
        again = ops.self_attention(other, visible, **arguments)
    np.testing.assert_array_equal(again, sums)


def test_the_result_does_not_depend_on_the_batch_around_a_row():
    projected, arguments = normal(3, 70, 48), {"heads": 2, "head_dim": 8}
    whole = sums_and_gradient(Implementation.KERNEL, projected, unmasked(3, 70), **arguments)
    with ops.implementation(Implementation.KERNEL):
        alone = ops.self_attention(projected[1:2], unmasked(1, 70), **arguments)
    np.testing.assert_array_equal(alone[0], whole[0][1])


def test_large_scores_do_not_overflow():
    found, right = (
        sums_and_gradient(choice, 30 * normal(1, 40, 48), unmasked(1, 40), heads=1, head_dim=16)
        for choice in (Implementation.KERNEL, Implementation.GRAPH)
    )
    assert all(np.isfinite(value).all() for value in found)
    np.testing.assert_allclose(found[0], right[0], rtol=1e-3)


def test_numbers_that_are_not_finite_do_not_get_lost():
    projected = normal(1, 4, 12).numpy()
    projected[0, 2, 4] = np.nan
    visible = unmasked(1, 4, after=0)
    sums, gradient = sums_and_gradient(
        Implementation.KERNEL, tf.constant(projected), visible, heads=1, head_dim=4
    )
    np.testing.assert_array_equal(np.isnan(sums).any(-1), [[False, False, True, True]])
    assert np.isnan(gradient[..., :4]).any(-1)[0, 2:].all()


def test_sizes_are_known_before_it_runs():
    @tf.function(input_signature=[tf.TensorSpec([None, None, 16])])
    def attend(projected):
        visible = VisibleKeys(tf.ones(tf.shape(projected)[:2], tf.bool))
        with tf.GradientTape() as tape:
            tape.watch(projected)
            sums = ops.self_attention(projected, visible, heads=2, head_dim=4)
        assert sums.shape.as_list() == [None, None, 8]
        slopes = tape.gradient(sums, projected)
        assert slopes.shape.as_list() == [None, None, 16]
        return sums, slopes

    with ops.implementation(Implementation.KERNEL):
        for rows, time in [(2, 3), (0, 3), (2, 0)]:
            sums, slopes = attend(tf.zeros([rows, time, 16]))
            assert sums.shape == [rows, time, 8]
            assert slopes.shape == [rows, time, 16]


@pytest.mark.parametrize(
    "changed",
    [
        {"projected": [2, 3, 17]},
        {"projected": [2, 3, 8]},
        {"projected": [2, 3, 32]},
        {"mask": [2, 4]},
        {"segments": [1, 3]},
        {"rotations": [3, 2]},
    ],
)
def test_shapes_that_do_not_fit_are_refused(changed):
    shapes = {"projected": [2, 3, 16], "mask": [2, 3], "segments": [2, 3], "rotations": [3, 4]}
    shapes |= changed
    segments = tf.ones(shapes["segments"], tf.int32)
    message = r"SelfAttention: projected has shape \[2,3.*expected \[batch, time, \(heads \+ 2"
    with (
        ops.implementation(Implementation.KERNEL),
        pytest.raises(tf.errors.InvalidArgumentError, match=message),
    ):
        ops.self_attention(
            tf.zeros(shapes["projected"]),
            VisibleKeys(tf.ones(shapes["mask"], tf.bool), segments, segments),
            heads=2,
            head_dim=4,
            rotations=tf.zeros(shapes["rotations"]),
        )


def test_a_segment_in_two_parts_is_refused():
    segments = tf.constant([[1, 1, 1, 1], [1, 2, 0, 1]])
    message = "in row 1 the tokens of segment 1 do not lie side by side: it ends before key 1 and"
    with (
        ops.implementation(Implementation.KERNEL),
        pytest.raises(tf.errors.InvalidArgumentError, match=message),
    ):
        ops.self_attention(
            tf.zeros([2, 4, 6]),
            VisibleKeys(segments > 0, segments, segments),
            heads=1,
            head_dim=2,
        )
