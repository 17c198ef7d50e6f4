"""Checks the logical axes that the variables of Frazo's own experiments declare."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from frazo.config import list_models, load_experiment
from frazo.experiment import model  # noqa: F401  (imports all tasks)
from frazo.layers.declaration import declaration_of
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.registry import build, unwrap
from frazo.shard.mesh import Axis, Fused, Mesh, held_shape
from frazo.tasks.lm import small_language_modeling
from frazo.tasks.mt import small_translation

_MODELS = [name for name, _ in list_models()]
_SHARDED = ["image.mnist.LeNet5", "mt.gettext_en_de.TransformerTiny"]
_IMAGES = {
    "image": tf.TensorSpec([None, 28, 28, 1], tf.float32),
    "label": tf.TensorSpec([None], tf.int32),
}
_TEXTS = {
    "text": tf.TensorSpec([None, None], tf.int32),
    "text_length": tf.TensorSpec([None], tf.int32),
    "label": tf.TensorSpec([None], tf.int32),
}
_SPEECH = {
    "frames": tf.TensorSpec([None, None, 80], tf.float32),
    "frames_length": tf.TensorSpec([None], tf.int32),
    "labels": tf.TensorSpec([None, None], tf.int32),
    "labels_length": tf.TensorSpec([None], tf.int32),
}
_POINTS = {
    "centers": tf.TensorSpec([None, None, 3], tf.float32),
    "neighbors": tf.TensorSpec([None, None, None, 4], tf.float32),
    "neighbor_counts": tf.TensorSpec([None, None], tf.int32),
    "anchor_labels": tf.TensorSpec([None, None, None], tf.int32),
    "anchor_residuals": tf.TensorSpec([None, None, None, 7], tf.float32),
}
_SPECS = {
    "image_classifier": _IMAGES,
    "text_classifier": _TEXTS,
    "translation": small_translation.SPEC,
    "language_modeling": small_language_modeling.PACKED_SPEC,
    "speech_recognition": _SPEECH,
    "point_detection": _POINTS,
    "multi_task": {"TrainDigit": _IMAGES, "TrainParity": _IMAGES},
}
_RULES = {
    "embed": "data",
    "heads": "model",
    "key_value_heads": "model",
    "mlp": "model",
    "channels": "model",
    "vocab": "model",
}


def make_task(name, mesh=None):
    experiment = load_experiment(model=name, config=None, overrides=())
    kind, task = unwrap(experiment.task)
    if kind == "language_modeling" and task.model.body.HasField("transformer_stack"):
        # More layers declare no other axes, and take a minute.
        stack = task.model.body.transformer_stack
        stack.num_layers = min(stack.num_layers, 1 + len(stack.alternating_with))
    place = Place(seed=experiment.seed, mesh=mesh or Mesh.single())
    return build(experiment.task, place=place, input_spec=_SPECS[kind])


def by_name(task):
    return {variable.name: variable for variable in task.variables}


@pytest.mark.parametrize("name", _MODELS)
def test_all_variables_declare_axes_and_kernels_alone_decay(name):
    # A graph computes nothing, so the large models cost nothing.
    with tf.Graph().as_default():
        variables = make_task(name).variables
    for variable in variables:
        declared = declaration_of(variable)
        assert declared.full_shape == tuple(variable.shape), variable.name
        assert len(declared.axes) == variable.shape.rank, variable.name
        assert declared.decays == variable.name.endswith("/kernel:0"), variable.name


def test_parts_of_fused_kernels_are_axes_of_their_own():
    with tf.Graph().as_default():
        variables = by_name(make_task("mt.gettext_en_de.TransformerTiny"))
    name = "transformer/encoder/layer0/self_attention/query_key_value/kernel:0"
    embed, fused = declaration_of(variables[name]).axes
    # 4 heads of 256 / 4 = 64.
    heads, shared = Axis("heads", unit=64), Axis("key_value_heads", unit=64)
    assert (embed, fused) == ("embed", Fused((heads, shared, shared), (256, 256, 256)))


def batch_of(name):
    if "image" in name:
        images = tf.random.stateless_uniform([2, 28, 28, 1], [1, 2])
        return {"image": images, "label": tf.constant([3, 9])}
    return small_translation.make_batch([([4, 5], [6]), ([7], [8, 9])])


@pytest.mark.parametrize("name", _SHARDED)
def test_mesh_of_one_process_is_the_same_as_none(name):
    mesh = Mesh({"data": 1, "model": 1}, {"data": 0, "model": 0}, _RULES)
    alone, in_mesh = make_task(name), make_task(name, mesh)
    losses = []
    for task in (alone, in_mesh):
        context = StepContext.for_training(seed=1, global_step=tf.constant(5, tf.int64))
        with tf.GradientTape() as tape:
            loss, _ = task.loss(batch_of(name), context)
        losses.append(
            [loss, *map(tf.convert_to_tensor, tape.gradient(loss, task.trainable_variables))]
        )
    assert by_name(alone).keys() == by_name(in_mesh).keys()
    for key, variable in by_name(alone).items():
        np.testing.assert_array_equal(variable, by_name(in_mesh)[key], err_msg=key)
    for one, other in zip(*losses, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", _SHARDED)
def test_four_processes_hold_four_parts_of_each_variable(name):
    whole = by_name(make_task(name))
    gathered = {key: np.full(variable.shape, np.nan) for key, variable in whole.items()}
    largest = max(variable.shape.num_elements() for variable in whole.values())
    for data, column in itertools.product(range(2), range(2)):
        mesh = Mesh({"data": 2, "model": 2}, {"data": data, "model": column}, _RULES)
        for key, variable in by_name(make_task(name, mesh)).items():
            held = declaration_of(variable).held
            assert held_shape(held) == tuple(variable.shape)
            indices = [
                [i for start, size in ranges for i in range(start, start + size)] for ranges in held
            ]
            gathered[key][np.ix_(*indices)] = variable
            if variable.shape.rank == 2:
                # The mesh cuts all matrices of these models along "model", and most along both axes.
                assert variable.shape.num_elements() <= whole[key].shape.num_elements() // 2
            assert variable.shape.num_elements() <= largest // 4
    for key, variable in whole.items():
        np.testing.assert_array_equal(gathered[key], variable, err_msg=key)
