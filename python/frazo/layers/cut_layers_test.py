"""What layers say of a mesh that they cannot compute with. No processes are connected."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.attention.multi_head_attention import MultiHeadAttention
from frazo.layers.dropout import Dropout
from frazo.layers.fused_linear import FusedLinear
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.sampled_softmax import SampledSoftmax
from frazo.layers.step_context import StepContext
from frazo.proto import (
    attention_pb2,
    dropout_pb2,
    initializer_pb2,
    linear_pb2,
    softmax_pb2,
)
from frazo.shard.mesh import Axis, Fused, Mesh


def place(rank, input_shape, **rules):
    sizes = {"data": 2, "model": 2}
    coordinates = {"data": rank // 2, "model": rank % 2}
    return Place(
        path="layer", seed=1, input_shape=input_shape, mesh=Mesh(sizes, coordinates, rules, "data")
    )


def test_projections_of_which_the_mesh_cuts_some_are_an_error():
    units = Fused((Axis("heads"), Axis("mlp")), (4, 4))
    with pytest.raises(ValueError, match=r"layer: the mesh cuts a part of the projections heads\|"):
        FusedLinear(
            units,
            place(0, (None, 4), heads="model"),
            bias=False,
            kernel_init=initializer_pb2.Initializer(),
        )


def test_heads_that_are_cut_in_another_way_than_those_of_keys_are_an_error():
    message = attention_pb2.MultiHeadAttention(num_heads=4, num_key_value_heads=1)
    with pytest.raises(
        ValueError, match="layer: the mesh cuts heads and key_value_heads in differ"
    ):
        MultiHeadAttention(message, place(0, (None, None, 8), heads="model"))


def test_a_sampled_softmax_over_classes_that_are_cut_is_an_error():
    message = softmax_pb2.SampledSoftmax(num_classes=8, num_sampled=4)
    with pytest.raises(
        ValueError, match="layer: a sampled softmax draws from all classes, but the"
    ):
        SampledSoftmax(message, place(0, (None, 4), vocab="model"))


def test_a_mesh_that_is_not_connected_cannot_compute():
    layer = Linear(linear_pb2.Linear(units=4), place(0, (None, 4), mlp="model"))
    assert layer.kernel.shape == (4, 2)
    with pytest.raises(ValueError, match="mlp is cut by the mesh axis model, but the processes of"):
        layer(tf.zeros([1, 4]), StepContext.for_evaluation(seed=1))


def test_dropout_draws_the_same_in_copies_and_others_in_parts():
    message = dropout_pb2.Dropout(rate=0.5)
    context = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))

    def drawn(rank, cut_axis):
        layer = Dropout(message, place(rank, (None, 64), mlp="model"), cut_axis=cut_axis)
        return layer(tf.ones([4, 64]), context).numpy()

    np.testing.assert_array_equal(drawn(0, None), drawn(1, None))
    np.testing.assert_array_equal(drawn(0, None), drawn(0, "embed"))
    np.testing.assert_array_equal(drawn(0, "mlp"), drawn(2, "mlp"))
    assert not np.array_equal(drawn(0, "mlp"), drawn(1, "mlp"))
