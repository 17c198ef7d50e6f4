import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.declaration import Declaration, declaration_of
from frazo.layers.place import Place
from frazo.proto import initializer_pb2
from frazo.shard.mesh import Fused, Mesh, Range
from frazo.shard.mesh_layout import PipelineLayout
from frazo.shard.pipeline import Pipeline

_INIT = initializer_pb2.Initializer()
_MESH = Mesh({"model": 2}, {"model": 1}, {"mlp": "model"})


def test_places_of_parts():
    root = Place(seed=3, compute_dtype=tf.bfloat16, mesh=_MESH)
    conv = root.at("network", (None, 4)).at("conv0")
    assert (conv.path, conv.input_shape) == ("network/conv0", (None, 4))
    assert conv.at("deeper", [None, 5]).input_shape == (None, 5)
    assert (conv.seed, conv.compute_dtype, conv.mesh) == (3, tf.bfloat16, _MESH)


def test_variable_declares_what_it_is():
    place = Place(path="fc", seed=1)
    kernel = place.variable("kernel", (2, 4), axes=("embed", "mlp"), init=_INIT, decays=True)
    assert (kernel.name, kernel.dtype, kernel.shape) == ("fc/kernel:0", tf.float32, (2, 4))
    assert kernel.trainable
    assert declaration_of(kernel) == Declaration(
        ("embed", "mlp"), (2, 4), ((Range(0, 2),), (Range(0, 4),)), decays=True
    )
    mean = place.variable("mean", (2,), axes=("embed",), init=_INIT, trainable=False)
    assert not mean.trainable
    assert not declaration_of(mean).decays


def test_only_the_part_of_this_process_is_made():
    place = Place(path="fc", seed=1, mesh=_MESH)
    fused = Fused.equal("mlp", 2, 4)
    kernel = place.variable("kernel", (3, 8), axes=("embed", fused), init=_INIT)
    assert declaration_of(kernel).held == ((Range(0, 3),), (Range(2, 2), Range(6, 2)))
    whole_place = dataclasses.replace(place, mesh=Mesh.single())
    whole = whole_place.variable("kernel", (3, 8), axes=("embed", fused), init=_INIT)
    np.testing.assert_array_equal(kernel, whole.numpy()[:, [2, 3, 6, 7]])


def test_initial_values_can_be_a_function_of_what_is_held():
    place = Place(path="fc", seed=1, mesh=_MESH)

    def values(held):
        ((piece,),) = held
        return tf.range(piece.start, piece.start + piece.size, dtype=tf.float32)

    bias = place.variable("bias", (6,), axes=("mlp",), init=values)
    np.testing.assert_array_equal(bias, [3, 4, 5])


def test_variable_made_otherwise_has_no_declaration():
    with pytest.raises(LookupError, match=r"'fc/kernel' declares no logical axes. A layer makes"):
        declaration_of(tf.Variable(1.0, name="fc/kernel"))


def test_variable_that_cannot_be_cut_names_its_path():
    place = Place(path="fc", seed=1, mesh=_MESH)
    with pytest.raises(ValueError, match="fc/bias: the axis mlp of size 5 cannot be cut into 2"):
        place.variable("bias", (5,), axes=("mlp",), init=_INIT)


def test_a_shared_variable_takes_the_place_of_a_new_one():
    first = Place(path="a", seed=1).variable("w", (2,), axes=("mlp",), init=_INIT)
    place = Place(path="b", seed=1, find_shared={"b/w": first, "b/v": first}.get)
    assert place.variable("w", (2,), axes=("mlp",), init=_INIT) is first
    assert place.at("c").variable("w", (2,), axes=("mlp",), init=_INIT) is not first
    with pytest.raises(ValueError, match=r"'b/v' has the shape \[3\], and the variable that it sh"):
        place.variable("v", (3,), axes=("mlp",), init=_INIT)


def staged(stage):
    """Returns a place in a stage of three, each of two processes."""
    pipeline = Pipeline(PipelineLayout("stage"), stage, 3)
    mesh = Mesh({"stage": 3, "model": 2}, {"stage": stage, "model": 1}, pipeline=pipeline)
    return Place(path="fc", seed=1, mesh=mesh)


def test_only_the_stages_of_a_place_hold_its_variables():
    sizes, firsts, copies = [], [], []
    for stage in range(3):
        ends = staged(stage).on_stages(0, -1)
        table = ends.variable("table", (4, 3), axes=("vocab", "embed"), init=_INIT)
        declaration = declaration_of(table)
        assert declaration.is_elsewhere == ends.is_elsewhere == (stage == 1)
        assert (declaration.full_shape, declaration.cuts) == ((4, 3), {"stage"})
        sizes.append(table.shape)
        firsts.append(declaration.is_first)
        copies.append(declaration.copies)
    assert sizes == [(4, 3), (0, 0), (4, 3)]
    # The first of the copies is at stage 0, model 0.
    assert (firsts, copies) == ([False, False, False], [4, 4, 4])


def test_a_variable_without_a_stage_is_refused():
    message = r"fc/table: no stage of mesh.pipeline can have this variable. The body of a language"
    with pytest.raises(ValueError, match=message):
        staged(0).variable("table", (4, 3), axes=("vocab", "embed"), init=_INIT)


def test_stages_mean_nothing_without_a_pipeline():
    place = Place(path="fc", seed=1)
    assert place.on_stages(0, -1) is place
    assert not place.is_elsewhere
