import tensorflow as tf
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.weight_groups import WeightGroups

A, B, C, D = (tf.Variable(0.0, name=name) for name in "abcd")
TRAINED = [TrainedWeight(variable) for variable in (A, B, C, D)]


def names(weights):
    return [weight.name for weight in weights]


def test_without_parts_there_is_one_group():
    groups = WeightGroups(TRAINED)
    (group,) = groups.groups
    assert names(group.weights) == ["a", "b", "c", "d"]
    assert {weight.group for weight in group.weights} == {""}
    assert groups.positions("") == [0, 1, 2, 3]


def test_weights_of_the_same_parts_are_a_group():
    # C is in both parts. B, which is in x as well, is not trained there.
    groups = WeightGroups([TRAINED[0], *TRAINED[2:]], {"x": [A, B, C], "y": [C, D]})
    found = {group.weights[0].group: names(group.weights) for group in groups.groups}
    assert found == {"x": ["a"], "x-y": ["c"], "y": ["d"]}
    assert groups.positions("x") == [0, 1]
    assert groups.positions("y") == [1, 2]
    assert [group.part_names for group in groups.groups_of("y")] == [("x", "y"), ("y",)]
