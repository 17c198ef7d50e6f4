"""What tensors become when they are put together."""

import numpy as np
import pytest
from frazo.checkpoint.tensor_recipe import Recipe, RecipeError, numbered
from frazo.proto import warm_start_pb2
from google.protobuf import text_format

TENSORS = {
    "a": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "b": np.array([[5.0, 6.0], [7.0, 8.0]]),
    "wide": np.array([[9.0, 10.0, 11.0]]),
    "list": np.array([12.0, 13.0]),
    "scalar": np.array(14.0),
}
SHAPES = {name: value.shape for name, value in TENSORS.items()}


def recipe(names, text):
    return Recipe(tuple(names), text_format.Parse(text, warm_start_pb2.TensorParts()))


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (["a", "b"], "", [[1, 2, 5, 6], [3, 4, 7, 8]]),
        (["a", "b"], "join: FIRST_DIMENSION", [[1, 2], [3, 4], [5, 6], [7, 8]]),
        (["a", "b"], "join: ROW_BY_ROW", [[1, 2], [5, 6], [3, 4], [7, 8]]),
        (["a", "b"], "transpose: true", [[1, 3, 5, 7], [2, 4, 6, 8]]),
        (["wide"], "transpose: true", [[9], [10], [11]]),
        (["list", "list"], "", [12, 13, 12, 13]),
        (["list", "list"], "join: ROW_BY_ROW", [12, 12, 13, 13]),
        (["a", "b"], "join: ROW_BY_ROW rows: FIRST", [[1, 2], [5, 6], [3, 4]]),
        (["a", "b"], "join: FIRST_DIMENSION rows: LAST", [[7, 8]]),
        (["a", "b"], "rows: LAST", [[1, 2, 5, 6], [3, 4, 7, 8]]),
    ],
)
def test_values(names, text, expected):
    made = recipe(names, text)
    made.check(SHAPES, np.shape(expected))
    value = made.value(TENSORS.__getitem__, len(expected))
    assert value.tolist() == expected
    assert value.flags.c_contiguous


def test_a_tensor_as_it_is():
    Recipe(("scalar",)).check(SHAPES, [])
    assert Recipe(("scalar",)).value(TENSORS.__getitem__, 0) == 14.0


@pytest.mark.parametrize(
    ("names", "text", "target", "problem"),
    [
        (["a", "b"], "", [4, 2], "a and b would give shape [2, 4], the variable [4, 2]"),
        (["a"] * 4, "", [2, 2], "a to a would give shape [2, 8], the variable [2, 2]"),
        (["a"], "rows: FIRST", [3, 2], "a would give shape [2, 2], the variable [3, 2]"),
        (
            ["list"],
            "transpose: true",
            [2],
            "list has shape [2], but a matrix to transpose was expected",
        ),
        (["scalar"], "", [1], "scalar has shape [], but a tensor to join was expected"),
        (
            ["a", "wide"],
            "",
            [2, 5],
            "wide has shape [1, 3] and a [2, 2], which cannot be joined",
        ),
        (
            ["a", "wide"],
            "join: ROW_BY_ROW",
            [2, 5],
            "wide has shape [1, 3] and a [2, 2], which cannot be joined",
        ),
        (["a", "list"], "", [2, 4], "list has shape [2] and a [2, 2], which cannot be joined"),
    ],
)
def test_what_does_not_fit_is_named(names, text, target, problem):
    with pytest.raises(RecipeError) as failure:
        recipe(names, text).check(SHAPES, target)
    assert str(failure.value) == problem


def test_numbers_end_where_the_names_end():
    names = dict.fromkeys(["w_0/var", "w_1/var", "w_3/var"])
    assert numbered("w_#/var", names) == ["w_0/var", "w_1/var"]
    assert numbered("w_0/var", names) == ["w_0/var"]
    # An error will name it.
    assert numbered("v_#/var", names) == ["v_0/var"]
