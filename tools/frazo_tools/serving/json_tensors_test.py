import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from frazo_tools.serving.json_tensors import array_of_json, json_of_array
from frazo_tools.serving.serving_error import ServingError
from hypothesis import strategies
from hypothesis.extra import numpy as arrays

VALUES = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(),
    lambda values: (
        strategies.lists(values, max_size=3)
        | strategies.dictionaries(strategies.sampled_from(["b64", "a"]), values, max_size=2)
    ),
    max_leaves=12,
)
TYPES = (tf.float32, tf.float16, tf.bfloat16, tf.int8, tf.int64, tf.uint64, tf.bool, tf.string)


@hypothesis.given(value=VALUES, dtype=strategies.sampled_from(TYPES))
def test_any_value_is_an_array_or_an_error(value, dtype):
    try:
        found = array_of_json("x", value, tf.TensorSpec(None, dtype))
    except ServingError as error:
        assert str(error).startswith("input 'x'")
        return
    assert found.dtype == (object if dtype == tf.string else dtype.as_numpy_dtype)
    tf.constant(found, dtype)


@hypothesis.given(
    array=strategies.sampled_from(["float32", "int64", "uint8", "bool"]).flatmap(
        lambda dtype: arrays.arrays(dtype, arrays.array_shapes(max_dims=3, min_side=0))
    )
)
def test_what_is_written_is_read(array):
    hypothesis.assume(array.size or array.ndim == 1)
    spec = tf.TensorSpec(None, array.dtype)
    np.testing.assert_array_equal(array_of_json("x", json_of_array("x", array), spec), array)


@hypothesis.given(texts=strategies.lists(strategies.binary(max_size=4), max_size=4))
def test_all_bytes_are_written_so_that_they_are_read(texts):
    array = np.array([*texts, None], object)[:-1]
    spec = tf.TensorSpec([None], tf.string)
    for name in ("x", "x_bytes"):
        found = array_of_json(name, json_of_array(name, array), spec)
        assert found.tolist() == texts


def test_bytes_are_base64_where_they_are_no_text_or_the_name_says_so():
    array = np.array([[b"a", b"\xff"]], object)
    assert json_of_array("x", array) == [["a", {"b64": "/w=="}]]
    assert json_of_array("x_bytes", array) == [[{"b64": "YQ=="}, {"b64": "/w=="}]]


def test_the_lengths_of_lists_are_the_shape():
    spec = tf.TensorSpec([None, 2], tf.int32)
    assert array_of_json("x", [[1, 2], [3, 4], [5, 6]], spec).tolist() == [[1, 2], [3, 4], [5, 6]]
    assert array_of_json("x", [], tf.TensorSpec([None], tf.int32)).shape == (0,)
    with pytest.raises(ServingError) as failure:
        array_of_json("x", [[1, 2, 3]], spec)
    assert str(failure.value) == "input 'x' has shape (1, 3); expected (None, 2)"
    deep = 1
    for _ in range(40):
        deep = [deep]
    with pytest.raises(ServingError, match="input 'x' has more than 32 dimensions"):
        array_of_json("x", deep, tf.TensorSpec(None, tf.int32))


def test_numbers_have_the_digits_of_their_type():
    assert json_of_array("x", np.float32([0.1, -np.inf])) == [0.1, -np.inf]
    assert json_of_array("x", np.float16(0.1)) == 0.1
    assert json_of_array("x", np.float64([0.1, 1 / 3])) == [0.1, 1 / 3]
    assert json_of_array("x", np.zeros((2, 0), np.float32)) == [[], []]


def test_numbers_beyond_a_type_are_errors():
    for value, dtype in (
        (128, tf.int8),
        (-1, tf.uint64),
        (1e39, tf.float32),
        (65520.0, tf.float16),
    ):
        with pytest.raises(ServingError, match=f"input 'x': .* is no {dtype.name}"):
            array_of_json("x", value, tf.TensorSpec([], dtype))
    infinite = array_of_json("x", float("-inf"), tf.TensorSpec([], tf.float32))
    assert infinite == -np.inf
