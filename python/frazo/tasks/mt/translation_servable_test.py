"""Tests of exports of a small model with weights of both kinds."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.proto import pipeline_pb2
from frazo.tasks.mt.small_translation import MODELS, make_task
from frazo.tasks.row_wise_check import check_row_wise
from google.protobuf import text_format

_WORDS = ["<unk>", "<s>", "</s>", *"abcdefgh"]
_SOURCES = ["a b c", "h", "d e f g a"]
# The ids of _SOURCES with </s>, 2, and 0 after it.
_IDS = [[3, 4, 5, 2, 0, 0], [10, 2, 0, 0, 0, 0], [6, 7, 8, 9, 3, 2]]
_LENGTHS = [4, 2, 6]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vocabulary")
    (folder / "words").write_text("".join(f"{word}\n" for word in _WORDS))
    tokenizer = f'tokenizer {{ word {{ vocabulary: "{folder}/words" }} }}'
    message = f"""processor {{
        raw {{ name: "source" }}
        steps {{ tokenize {{ field: "source" {tokenizer} }} }}
        steps {{ copy {{ field: "source" output: "target_labels" }} }}
        steps {{ append_eos {{ field: "source" }} }}
      }}
      batcher {{ fixed {{ batch_size: 1 }} }}"""
    return InputTexts(text_format.Parse(message, pipeline_pb2.Pipeline()))


def exported(task, texts, folder):
    servable = task.servable(texts)
    tf.saved_model.save(servable, str(folder), signatures=servable.signatures())
    return tf.saved_model.load(str(folder)), servable


def num_bytes(variables):
    return sum(variable.shape.num_elements() * variable.dtype.size for variable in variables)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("weights", ["FLOAT32", "INT8"])
def test_an_export_finds_what_the_task_finds(model, weights, texts, tmp_path):
    task = make_task(model=model, dim=16, extra=f"decoding_weights: {weights}")
    loaded, _ = exported(task, texts, tmp_path / "model")
    expected = tf.function(task.decode, autograph=False)(tf.constant(_IDS), tf.constant(_LENGTHS))
    found = loaded.signatures["serving_default"](tf.constant(_SOURCES))
    np.testing.assert_array_equal(found["num_tokens"], expected.lengths)
    # Bit for bit: the rounded weights are the same, whether an export keeps them or not.
    np.testing.assert_array_equal(found["scores"], expected.normalized)


@pytest.mark.parametrize("model", MODELS)
def test_int8_weights_are_kept_as_such(model, texts, tmp_path):
    task = make_task(model=model, dim=16, extra="decoding_weights: INT8")
    _, servable = exported(task, texts, tmp_path / "model")
    plain = make_task(model=model, dim=16)
    _, plain_servable = exported(plain, texts, tmp_path / "plain")
    panels = [variable for variable in servable.weights if variable.dtype == tf.int8]
    assert panels
    # The softmax is read by the search alone.
    kept = {variable.ref() for variable in servable.weights}
    assert task.model.softmax.kernel.ref() not in kept
    assert task.model.source_embedding.table.ref() in kept
    assert num_bytes(servable.weights) < num_bytes(plain_servable.weights)
    # No graph rounds weights when it runs.
    content = (pathlib.Path(tmp_path) / "model" / "saved_model.pb").read_bytes()
    assert b"Frazo>Int8MatMul" in content
    assert b"Frazo>QuantizeMatrix" not in content


def test_an_export_has_the_weights_of_the_moment(texts, tmp_path):
    task = make_task(extra="decoding_weights: INT8")
    servable = task.servable(texts)
    task.model.softmax.kernel.assign(tf.zeros_like(task.model.softmax.kernel))
    task.model.softmax.bias.assign(tf.one_hot(7, 11) * 100)
    tf.saved_model.save(servable, str(tmp_path), signatures=servable.signatures())
    found = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](tf.constant(["a"]))
    # Only token 7 is probable.
    assert found["hypotheses"].numpy()[0, 0].split()[0] == b"e"


@pytest.mark.parametrize("model", MODELS)
def test_scores_are_those_of_the_search(model, texts, tmp_path):
    task = make_task(model=model, dim=16, extra="decoding_weights: INT8 search { max_length: 6 }")
    loaded, _ = exported(task, texts, tmp_path / "model")
    found = loaded.signatures["score"](
        sources=tf.constant(["a b", "c"]), targets=tf.constant(["d e f", "g"])
    )
    np.testing.assert_array_equal(found["tokens"], [[6, 7, 8, 2], [9, 2, 0, 0]])
    np.testing.assert_array_equal(found["num_tokens"], [4, 2])
    np.testing.assert_allclose(found["scores"], tf.reduce_sum(found["token_scores"], 1), rtol=1e-5)
    float32 = make_task(model=model, dim=16)
    for variable, value in zip(float32.variables, task.variables, strict=True):
        variable.assign(value)
    exact = float32.score(
        tf.constant([[3, 4, 2], [5, 2, 0]]),
        tf.constant([3, 2]),
        tf.constant([[6, 7, 8], [9, 0, 0]]),
        tf.constant([3, 1]),
    )
    # The weights are rounded to a 254th of the largest.
    np.testing.assert_allclose(found["token_scores"], exact.scores, atol=0.1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most max_length, 6"):
        loaded.signatures["score"](sources=tf.constant(["a"]), targets=tf.constant(["a b c d e f"]))


def test_servers_may_call_signatures_once_for_several_callers(texts, tmp_path):
    task = make_task(dim=16, extra="search { beam { n_best: 2 } }")
    loaded, servable = exported(task, texts, tmp_path)
    row_wise = servable.row_wise()
    assert sorted(row_wise) == ["lengths", "score", "search_with_prefixes", "serving_default"]
    tensors = {
        "sources": tf.constant(_SOURCES),
        "targets": tf.constant(["a b", "c", "d e f"]),
        "prefixes": tf.constant(["", "a", ""]),
        "seeds": tf.constant([5, 6, 7], tf.int64),
        "search": tf.constant(b""),
    }
    check_row_wise(loaded.signatures, row_wise, tensors)


def test_random_draws_without_seeds_depend_on_the_place_of_a_row(texts):
    task = make_task(extra="search { sampling {} }")
    assert "serving_default" not in task.servable(texts).row_wise()
    assert "search_with_prefixes" in task.servable(texts).row_wise()
