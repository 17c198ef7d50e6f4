"""Requests that are run as one get what they get alone."""

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from frazo_tools.serving.served_signature import ServedSignature
from frazo_tools.serving.serving_error import ServingError
from frazo_tools.serving.tiny_model import write_tiny_model
from hypothesis import strategies

PADDED = {"serving_default": {}, "letters": {"letters": "lengths"}, "scale": {}}

TEXTS = strategies.lists(strategies.binary(max_size=5), max_size=4).map(
    lambda texts: {"texts": np.array([*texts, None], object)[:-1]}
)
NUMBERS = strategies.floats(0, 100, width=32)
SCALED = strategies.lists(strategies.tuples(NUMBERS, NUMBERS), max_size=4).map(
    lambda rows: {
        "x": np.array(rows, np.float32).reshape(-1, 2),
        "factor": np.array(3, np.float32),
    }
)
INPUTS = {"serving_default": TEXTS, "letters": TEXTS, "scale": SCALED}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    return tf.saved_model.load(str(write_tiny_model(tmp_path_factory.mktemp("tiny"))))


@pytest.fixture(scope="module")
def signatures(loaded):
    return {
        name: ServedSignature(name, function, PADDED.get(name))
        for name, function in loaded.signatures.items()
    }


@hypothesis.given(data=strategies.data())
def test_joined_requests_get_what_they_get_alone(signatures, data):
    name = data.draw(strategies.sampled_from(sorted(INPUTS)))
    signature = signatures[name]
    requests = data.draw(strategies.lists(INPUTS[name], min_size=1, max_size=4))
    found = [signature.rows(inputs) for inputs in requests]
    assert len({rows.key for rows in found}) == 1
    counts = [rows.count for rows in found]
    parts = signature.split(signature.run(signature.join(requests)), counts)
    for inputs, part in zip(requests, parts, strict=True):
        alone = signature.run(inputs)
        assert part.keys() == alone.keys()
        for output, array in alone.items():
            np.testing.assert_array_equal(part[output], array, err_msg=output, strict=True)


def scale(x, factor):
    return {"x": np.array(x, np.float32), "factor": np.array(factor, np.float32)}


def test_what_rows_share_must_be_the_same(signatures):
    rows = signatures["scale"].rows
    assert rows(scale([[1, 2]], 3)).key == rows(scale([[4, 5], [6, 7]], 3)).key
    assert rows(scale([[1, 2]], 3)).key != rows(scale([[1, 2]], 4)).key
    assert rows(scale([[1, 2], [3, 4]], 3)).count == 2


def test_rows_that_depend_on_each_other_are_not_joined(signatures):
    assert signatures["total"].rows({"numbers": np.array([1, 2])}) is None


def test_inputs_that_differ_in_their_rows(tmp_path):
    module = tf.Module()
    inputs = [tf.TensorSpec([None], tf.int32, name=name) for name in "ab"]
    module.added = tf.function(lambda a, b: {"sum": a + b}, input_signature=inputs)
    tf.saved_model.save(module, str(tmp_path), signatures={"added": module.added})
    loaded = tf.saved_model.load(str(tmp_path))
    signature = ServedSignature("added", loaded.signatures["added"], {})
    with pytest.raises(ServingError) as failure:
        signature.rows({"a": np.arange(2), "b": np.arange(3)})
    assert str(failure.value) == (
        "inputs of signature 'added' differ in their rows: 'a' has 2, 'b' has 3"
    )


def test_outputs_without_the_rows_of_the_inputs(signatures):
    with pytest.raises(ValueError, match="output 'scaled' has 3 rows for 4"):
        signatures["scale"].split({"scaled": np.zeros((3, 2))}, [3, 1])


def test_a_padded_output_that_is_not_there(loaded):
    with pytest.raises(ValueError, match="signature 'letters' has no output 'words' to be padded"):
        ServedSignature("letters", loaded.signatures["letters"], {"words": "lengths"})
