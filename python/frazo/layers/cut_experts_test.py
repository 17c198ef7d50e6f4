"""A mixture of experts on meshes of real processes."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.declaration import declaration_of
from frazo.layers.mixture_of_experts import MixtureOfExperts
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import mixture_of_experts_pb2
from frazo.shard.connected_mesh import connected_mesh
from frazo.shard.mesh import Mesh
from frazo.shard.worker_processes import run_in_workers
from google.protobuf import text_format

_DIM, _TOKENS = 4, 12
_MESSAGE = (
    "num_experts: 4 hidden_units: 6 gated: true activation: GELU group_size: 6 min_capacity: 2 "
    "shared_experts: 1 router_z_loss_weight: 0.1"
)
_RULES = {
    "tokens_travel": {"expert": "data"},
    "tokens_travel_to_parts": {"expert": "data", "mlp": "model"},
    "same_tokens_other_experts": {"expert": "model"},
    "parts": {"mlp": "model"},
}
_GRID = {"data": 2, "model": 2}


def make(mesh=None):
    message = text_format.Parse(_MESSAGE, mixture_of_experts_pb2.MixtureOfExperts())
    place = Place(path="moe", input_shape=(None, _DIM), seed=1, mesh=mesh or Mesh.single())
    return MixtureOfExperts(message, place)


def tokens():
    """Those of both positions on the data axis; and slopes of the output."""
    random = np.random.default_rng(5)
    return (random.normal(size=(2, _TOKENS, _DIM)).astype(np.float32) for _ in range(2))


def train(layer, x, slopes, mesh=None):
    """Returns the output, the gradient of the input, and those of the weights by name."""

    @tf.function(autograph=False)
    def step(x):
        context = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, context)
            loss = tf.reduce_sum(y * slopes) + context.auxiliary_loss()
        gradients = tape.gradient(loss, [x, *layer.trainable_variables])
        whole = [tf.convert_to_tensor(gradient) for gradient in gradients]
        if mesh is not None:
            # As the reduction of a mesh does.
            for i, variable in enumerate(layer.trainable_variables, 1):
                if "data" not in declaration_of(variable).cuts:
                    whole[i] = mesh.groups["data"].all_reduce(whole[i])
        return y, whole

    y, (of_x, *of_weights) = step(tf.constant(x))
    names = [variable.name for variable in layer.trainable_variables]
    return (
        y.numpy(),
        of_x.numpy(),
        {name: value.numpy() for name, value in zip(names, of_weights, strict=True)},
    )


def _train_parts(rank, count):
    """Returns what train() does, and what is held of each weight, for each of the rules."""
    connected = connected_mesh(rank, _GRID, {}, "data")
    x, slopes = (each[connected.coordinates["data"]] for each in tokens())
    results = {}
    for name, rules in _RULES.items():
        mesh = dataclasses.replace(connected, rules=rules)
        layer = make(mesh)
        held = {v.name: declaration_of(v).held for v in layer.trainable_variables}
        results[name] = *train(layer, x, slopes, mesh), held
    return results


def test_outputs_and_gradients_are_those_of_one_process():
    layer = make()
    expected = [train(layer, x, slopes) for x, slopes in zip(*tokens(), strict=True)]
    for rank, by_rules in enumerate(run_in_workers(4, _train_parts)):
        expected_y, expected_of_x, _ = expected[rank // 2]
        for rules, (y, of_x, of_weights, held) in by_rules.items():
            np.testing.assert_allclose(y, expected_y, atol=1e-5, err_msg=rules)
            np.testing.assert_allclose(of_x, expected_of_x, atol=1e-5, err_msg=rules)
            for name, value in of_weights.items():
                # The gradient of both batches.
                whole = expected[0][2][name] + expected[1][2][name]
                index = np.ix_(*([i for r in d for i in range(r[0], sum(r))] for d in held[name]))
                np.testing.assert_allclose(
                    value, whole[index], atol=1e-4, err_msg=f"{rules} {name}"
                )


def test_experts_without_a_capacity_stay_where_their_tokens_are():
    mesh = connected_mesh(0, _GRID, {"expert": "data"}, "data")
    message = text_format.Parse(
        "num_experts: 4 hidden_units: 6 dropless: true", mixture_of_experts_pb2.MixtureOfExperts()
    )
    place = Place(path="moe", input_shape=(None, _DIM), seed=1, mesh=mesh)
    with pytest.raises(
        ValueError, match=r"^moe: the mesh axis data cuts the experts and the batch"
    ):
        MixtureOfExperts(message, place)


def test_decoding_needs_all_experts():
    layer = make(connected_mesh(0, _GRID, {"expert": "data"}, "data"))
    context = StepContext.for_evaluation(seed=0)
    with pytest.raises(ValueError, match=r"^moe: decoding needs all experts in one process"):
        layer.step(tf.zeros([1, _DIM]), context)
