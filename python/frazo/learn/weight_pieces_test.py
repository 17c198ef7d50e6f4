import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.declaration import declaration_of
from frazo.layers.place import Place
from frazo.learn.learner import Learner
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.weight_pieces import WeightPieces, find_piece
from frazo.proto import initializer_pb2, learner_pb2
from frazo.shard.connected_mesh import connected_mesh
from frazo.shard.mesh import Fused, Range
from google.protobuf import text_format


def make_mesh(rank, *, cuts_optimizer=True):
    """Two processes along data by two along model; nothing is sent."""
    sizes = {"data": 2, "model": 2}
    return connected_mesh(rank, sizes, {"mlp": "model"}, "data", cuts_optimizer=cuts_optimizer)


def make_variable(mesh, shape, axes):
    init = initializer_pb2.Initializer()
    init.gaussian.stddev = 1
    return Place(path="layer", seed=1, mesh=mesh).variable("kernel", shape, axes=axes, init=init)


def test_the_first_dimension_that_all_can_share_is_cut():
    mesh = make_mesh(3)
    assert find_piece(make_variable(mesh, (6, 4), ("embed", "mlp"))).dimension == 0
    # A process holds [5, 6] of it.
    piece = find_piece(make_variable(mesh, (5, 12), ("embed", "mlp")))
    assert (piece.dimension, piece.group.axis, piece.group.rank) == (1, "data", 1)
    assert find_piece(make_variable(mesh, (5, 6), ("embed", "mlp"))) is None
    assert find_piece(make_variable(make_mesh(3, cuts_optimizer=False), (6,), ("embed",))) is None
    assert find_piece(tf.Variable(tf.zeros([4]))) is None


def test_a_piece_knows_where_it_is_in_the_whole_weight():
    # Process 3 is the second one along data and along model.
    axes = ("embed", Fused.equal("mlp", 2, 6))
    variable = make_variable(make_mesh(3), (3, 12), axes)
    # The last three columns of either half.
    assert declaration_of(variable).held == ((Range(0, 3),), (Range(3, 3), Range(9, 3)))
    pieces = WeightPieces([TrainedWeight(variable, 0.5, True)])
    weight = pieces.of(TrainedWeight(variable, 0.5, True))
    assert (weight.name, weight.learning_rate_scale, weight.decays) == ("layer/kernel", 0.5, True)
    declaration = declaration_of(weight.variable)
    assert declaration.held == ((Range(0, 3),), (Range(9, 3),))
    assert declaration.cuts == {"data", "model"}
    assert declaration.full_shape == (3, 12)
    np.testing.assert_array_equal(weight.variable, variable[:, 3:])


def test_pieces_follow_the_weights():
    variable = make_variable(make_mesh(2), (4, 3), ("embed", "units"))
    pieces = WeightPieces([TrainedWeight(variable)])
    [own] = pieces.variables_to_update
    variable.assign(tf.reshape(tf.range(12.0), [4, 3]))
    pieces.read([variable])
    np.testing.assert_array_equal(own, [[6, 7, 8], [9, 10, 11]])


def make_learner(optimizer):
    variable = make_variable(make_mesh(2), (4, 3), ("embed", "units"))
    text = f"learning_rate: 1 optimizer {{ {optimizer} }} accumulation_steps: 2"
    return Learner(text_format.Parse(text, learner_pb2.Learner()), [variable])


def test_slots_are_slices_of_the_whole_with_the_weights_name():
    learner = make_learner("adam {}")
    state = {variable.name.removesuffix(":0"): variable for variable in learner.state_variables}
    for kind in ("adam/m", "adam/v", "accumulated"):
        slot = declaration_of(state[f"learner/{kind}/layer/kernel"])
        assert (slot.full_shape, slot.held) == ((4, 3), ((Range(2, 2),), (Range(0, 3),)))
        assert not slot.decays
    assert "layer/kernel" not in state
    assert [piece.shape for piece in learner.pieces] == [[2, 3]]
    assert [weight.shape for weight in learner.weights] == [[4, 3]]


def test_adafactor_is_not_cut():
    with pytest.raises(ValueError, match=r"optimizer: Adafactor cannot .* mesh\.cut_optimizer"):
        make_learner("adafactor {}")
