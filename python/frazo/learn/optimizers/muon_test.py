import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.learn.optimizers import muon  # noqa: F401  (binds itself to its message)
from frazo.learn.trained_weight import TrainedWeight
from frazo.proto import optimizer_pb2
from frazo.registry import build
from frazo.shard.axis_group import AxisGroup, CallOrder
from frazo.shard.mesh import Mesh
from google.protobuf import text_format


def make(text, *weights):
    message = text_format.Parse(text, optimizer_pb2.Optimizer())
    return build(message, weights=list(weights))


def variable(name, value, axes, mesh=None):
    value = tf.constant(value, tf.float32)
    place = Place(seed=1) if mesh is None else Place(seed=1, mesh=mesh)
    return place.variable(name, value.shape, axes=axes, init=lambda _: value)


def trajectory(text, gradients, start, axes=("embed", "mlp"), **treatment):
    """The weight after each of the gradients, in turn."""
    weight = variable("fc/kernel", start, axes)
    optimizer = make(text, TrainedWeight(weight, **treatment))
    apply = tf.function(lambda g: optimizer.apply([g], tf.constant(0.5)), autograph=False)
    values = []
    for gradient in gradients:
        apply(tf.constant(gradient, tf.float32))
        values.append(weight.numpy())
    return values


# 0.6 and 0.8 after the five iterations.
_OF_06, _OF_08 = 0.7228762, 1.1192039


def test_two_steps_by_hand():
    # g = diag(3, 4): m = g, and g + .5 m = 1.5 g has the singular values .6 and .8 of its norm.
    # g = diag(0, -9/2): m = diag(1.5, 2 - 4.5); g + .5 m = diag(.75, -5.75), norm 5.7987068: the
    # values 0.1293392 and 0.9916004 become 0.6828536 and 0.7063749, by the polynomial.
    scale = 0.2 * np.sqrt(2)
    first, second = trajectory(
        "muon { momentum: 0.5 }", [np.diag([3.0, 4.0]), np.diag([0.0, -4.5])], np.zeros([2, 2])
    )
    np.testing.assert_allclose(first, -0.5 * scale * np.diag([_OF_06, _OF_08]), rtol=1e-5)
    small, large = (iterated(value / np.hypot(0.75, 5.75)) for value in (0.75, 5.75))
    np.testing.assert_allclose(
        second, first - 0.5 * scale * np.diag([small, -large]), rtol=1e-4, atol=1e-6
    )


def iterated(value):
    for _ in range(5):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    return value


def test_weight_decay_is_for_weights_that_decay():
    text, gradients, start = "muon { weight_decay: 0.5 }", [np.zeros([2, 2])], 4 * np.eye(2)
    (value,) = trajectory(text, gradients, start, decays=True)
    np.testing.assert_allclose(value, 3 * np.eye(2))
    (value,) = trajectory(text, gradients, start)
    np.testing.assert_allclose(value, 4 * np.eye(2))


def test_update_is_as_large_as_one_of_adam_w():
    random = np.random.default_rng(1)
    for shape in ((64, 64), (16, 256), (256, 16)):
        (value,) = trajectory("muon {}", [random.normal(size=shape)], np.zeros(shape))
        assert 0.1 < np.sqrt(np.mean(np.square(value / 0.5))) < 0.3


def test_all_dimensions_but_the_last_are_rows():
    random = np.random.default_rng(2)
    gradient = random.normal(size=(3, 2, 4, 5))
    axes = ("height", "width", "input_channels", "channels")
    (value,) = trajectory("muon {}", [gradient], np.zeros([3, 2, 4, 5]), axes)
    (flat,) = trajectory("muon {}", [gradient.reshape(24, 5)], np.zeros([24, 5]))
    np.testing.assert_allclose(value.reshape(24, 5), flat, rtol=1e-4, atol=1e-6)


def test_each_expert_has_a_matrix():
    gradient = np.random.default_rng(3).normal(size=(3, 4, 5))
    (value,) = trajectory("muon {}", [gradient], np.zeros([3, 4, 5]), ("expert", "embed", "mlp"))
    for expert in range(3):
        (own,) = trajectory("muon {}", [gradient[expert]], np.zeros([4, 5]))
        np.testing.assert_allclose(value[expert], own, rtol=1e-4, atol=1e-6)


def test_adam_w_updates_vectors_and_tables():
    adam_w = "beta1: 0.8 beta2: 0.9 weight_decay: 0.5"
    starts = {"norm/scale": [1.0, 2.0], "embedding/table": [[1.0, -1.0], [0.5, 3.0]]}
    axes = {"norm/scale": ("embed",), "embedding/table": ("vocab", "embed")}
    random = np.random.default_rng(4)
    gradients = [
        [tf.constant(random.normal(size=np.shape(v)), tf.float32) for v in starts.values()]
        for _ in range(3)
    ]
    found = []
    for text in (f"muon {{ others {{ {adam_w} }} }}", f"adam_w {{ {adam_w} }}"):
        weights = [variable(name, value, axes[name]) for name, value in starts.items()]
        optimizer = make(text, *(TrainedWeight(w, decays=True) for w in weights))
        for each in gradients:
            optimizer.apply(each, tf.constant(0.1))
        found.append([w.numpy() for w in weights])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_slots_are_one_for_a_matrix_and_two_for_others():
    optimizer = make(
        "muon {}",
        TrainedWeight(variable("fc/kernel", np.zeros([2, 3]), ("embed", "mlp"))),
        TrainedWeight(variable("fc/bias", np.zeros([3]), ("mlp",))),
    )
    assert {slot.name for slot in optimizer.slots} == {
        "learner/muon/fc/kernel:0",
        "learner/adam_w/m/fc/bias:0",
        "learner/adam_w/v/fc/bias:0",
        "learner/adam_w/applied_steps:0",
    }


def test_matrix_alone_has_no_counter():
    weight = TrainedWeight(variable("fc/kernel", np.zeros([2, 3]), ("embed", "mlp")))
    assert [slot.name for slot in make("muon {}", weight).slots] == ["learner/muon/fc/kernel:0"]


def mesh_of_two_axes(rules):
    sizes = {"rows": 2, "columns": 2}
    groups = {
        name: AxisGroup(name, 0, 2, key=key, order=CallOrder()) for key, name in enumerate(sizes, 1)
    }
    return Mesh(sizes, dict.fromkeys(sizes, 0), rules, groups=groups)


def test_matrix_that_is_cut_both_ways_is_refused():
    mesh = mesh_of_two_axes({"embed": "rows", "mlp": "columns"})
    weight = TrainedWeight(variable("fc/kernel", np.zeros([2, 4]), ("embed", "mlp"), mesh))
    with pytest.raises(ValueError, match=r"Muon cannot update fc/kernel, .* rules for embed, mlp"):
        make("muon {}", weight)
