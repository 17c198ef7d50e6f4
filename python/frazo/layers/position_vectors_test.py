import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.attention.relative_position_bias import RelativePositionBias
from frazo.layers.attention.rotary import rotate
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.position_vectors import LearnedPositions, SinusoidalPositions
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import position_pb2
from frazo.registry import build, register
from google.protobuf import wrappers_pb2

_EVALUATION = StepContext.for_evaluation(seed=0)
_PLACE = Place(path="positions", input_shape=(None, None), seed=1)


def test_layout_of_lengths_counts_positions_from_the_start():
    layout = SequenceLayout.of_lengths(tf.constant([2, 0]), 3)
    np.testing.assert_array_equal(layout.mask, [[True, True, False], [False] * 3])
    np.testing.assert_array_equal(layout.positions(), [[0, 1, 2]])


def test_layout_of_segments_counts_positions_within_each():
    layout = SequenceLayout.of_segments(tf.constant([[1, 1, 2, 0]]), tf.constant([[0, 1, 0, 0]]))
    np.testing.assert_array_equal(layout.mask, [[True, True, True, False]])
    np.testing.assert_array_equal(layout.positions(), [[0, 1, 0, 0]])


def test_sines_then_cosines():
    layer = SinusoidalPositions(position_pb2.SinusoidalPositions(), _PLACE, dim=6)
    y = layer(tf.constant([[0, 2]]), _EVALUATION)
    # The timescales are 1, 100 and 10000: sin and cos of 2, .02 and .0002.
    expected = [0.909297, 0.019999, 0.0002, -0.416147, 0.9998, 1.0]
    np.testing.assert_allclose(y, [[[0, 0, 0, 1, 1, 1], expected]], atol=1e-6)
    assert layer.output_shape == (None, None, 6)


# Stands for a message of a user's own. Every protobuf library has this one, and no other test of
# the room binds it.
@register(wrappers_pb2.DoubleValue)
class _Constant(Layer):
    def __init__(self, message, place, *, dim):
        super().__init__(message, place)
        self.output_shape = (*self.input_shape, dim)

    def __call__(self, x, context):
        return tf.fill([*x.shape, self.output_shape[-1]], self.message.value)


def test_custom_vectors_come_in_an_any():
    message = position_pb2.PositionVectors()
    message.custom.Pack(wrappers_pb2.DoubleValue(value=3))
    y = build(message, place=_PLACE, dim=2)(tf.constant([[0, 1]]), _EVALUATION)
    np.testing.assert_array_equal(y, [[[3, 3], [3, 3]]])


def test_sinusoids_of_an_odd_size_are_an_error():
    message = position_pb2.SinusoidalPositions()
    with pytest.raises(ValueError, match=r"positions: sinusoidal .* even size, not 5\. Change"):
        SinusoidalPositions(message, _PLACE, dim=5)


def test_learned_positions_are_rows_of_the_table():
    layer = LearnedPositions(position_pb2.LearnedPositions(max_length=3), _PLACE, dim=2)
    layer.table.assign([[0, 1], [2, 3], [4, 5]])
    y = layer(tf.constant([[0, 2, 0]]), _EVALUATION)
    np.testing.assert_array_equal(y, [[[0, 1], [4, 5], [0, 1]]])


def test_position_beyond_the_table_is_an_error_that_names_the_remedy():
    layer = LearnedPositions(position_pb2.LearnedPositions(max_length=3), _PLACE, dim=2)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"positions, 3 tokens\. Raise max"):
        layer(tf.constant([[0, 3]]), _EVALUATION)


def test_rotation_turns_pairs_of_both_halves():
    x = tf.constant([[1.0, 0, 0, 1], [1.0, 0, 0, 1]])
    y = rotate(x, tf.constant([0, 2]), position_pb2.RotaryPositions())
    # Pair (1, 0) turned by 2 is (cos 2, sin 2). Pair (0, 1) turned by .02 is (-sin .02, cos .02).
    expected = [-0.416147, -0.019999, 0.909297, 0.9998]
    np.testing.assert_allclose(y, [[1, 0, 0, 1], expected], atol=1e-6)


def test_products_of_rotated_vectors_depend_on_the_distance_only():
    query, key = tf.random.stateless_normal([2, 8], [1, 2])
    message = position_pb2.RotaryPositions(max_timescale=50)

    def product(query_position, key_position):
        turned = rotate(query, query_position, message) * rotate(key, key_position, message)
        return float(tf.reduce_sum(turned))

    assert product(7, 3) == pytest.approx(product(4, 0), abs=1e-5)
    assert abs(product(7, 3) - product(3, 7)) > 0.01


@pytest.mark.parametrize(
    ("causal", "distances_and_buckets"),
    [
        # 16 + floor(16 log(d / 16) / log 8): 20 gives 1.7, 32 gives 5.3, 127 gives 15.9.
        (True, {0: 0, 15: 15, 16: 16, 20: 17, 32: 21, 127: 31, 128: 31, 5000: 31, -4: 0}),
        # 8 + floor(8 log(d / 8) / log 16): 16 and 32 and 64 give 2, 4 and 6 exactly.
        (False, {0: 0, 7: 7, 8: 8, 16: 10, 32: 12, 64: 14, 128: 15, -1: 17, -16: 26, -900: 31}),
    ],
)
def test_buckets(causal, distances_and_buckets):
    message = position_pb2.RelativePositionBias()
    bias = RelativePositionBias(message, _PLACE, num_heads=2, causal=causal)
    distances = tf.constant(list(distances_and_buckets))
    np.testing.assert_array_equal(bias.bucket(distances), list(distances_and_buckets.values()))


def test_bias_is_the_heads_number_for_the_bucket():
    message = position_pb2.RelativePositionBias(num_buckets=4, max_distance=4)
    bias = RelativePositionBias(message, _PLACE, num_heads=2, causal=True)
    bias.table.assign([[0, 1, 2, 3], [10, 11, 12, 13]])
    np.testing.assert_array_equal(bias(tf.constant([[0, 1]])), [[[0, 1]], [[10, 11]]])


def test_max_distance_within_the_exact_buckets_is_an_error():
    message = position_pb2.RelativePositionBias(max_distance=16)
    with pytest.raises(ValueError, match="max_distance is 16, but the first 16 distances have"):
        RelativePositionBias(message, _PLACE, num_heads=2, causal=True)
