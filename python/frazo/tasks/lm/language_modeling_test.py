import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.step_context import StepContext
from frazo.proto import pipeline_pb2
from frazo.tasks.lm.small_language_modeling import (
    BODIES,
    PACKED_SPEC,
    SPEC,
    make_batch,
    make_packed_batch,
    make_task,
)
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_EACH_BODY = pytest.mark.parametrize("body", BODIES)
_TEXTS = [[3, 4, 5], [8], [7, 7, 3, 4, 9], []]
# 3 + 1 + 5 + 0 tokens, and the end of each text.
_NUM_TOKENS = 13


def task_of_known_probabilities(extra=""):
    """Whatever the input, the tokens 0, 1 and 2 have probabilities 1/8, 2/8 and 5/8."""
    task = make_task(vocab_size=3, extra=extra)
    task.model.softmax.kernel.assign(tf.zeros([8, 3]))
    task.model.softmax.bias.assign(np.log([1, 2, 5]))
    return task


def as_numbers(metrics):
    return {name: (float(value), float(weight)) for name, (value, weight) in metrics.items()}


# The texts 1 and none have the labels 1 2 and 2: three tokens, of which the row of the second has
# one and one position of padding.
_KNOWN_TEXTS = [[1], []]
# Smoothing 0.1 gives 0.9 of the target to the label and 0.05 to each other token.
_COST_OF_2 = 0.9 * math.log(8 / 5) + 0.05 * (math.log(8) + math.log(4))
_COST_OF_1 = 0.9 * math.log(4) + 0.05 * (math.log(8) + math.log(8 / 5))
_TOTAL = _COST_OF_1 + 2 * _COST_OF_2
_CROSS_ENTROPY = math.log(4) + 2 * math.log(8 / 5)


@pytest.mark.parametrize(
    ("extra", "weight"),
    [
        ("", 3),
        ("loss: SUM_PER_SEQUENCE", 2),
        ("loss: SUM_PER_BATCH", 1),
        ("loss: MEAN_PER_POSITION", 4),
    ],
)
def test_loss_is_the_smoothed_cross_entropy(extra, weight):
    task = task_of_known_probabilities(f"label_smoothing: 0.1 {extra}")
    found, metrics = task.loss(make_batch(_KNOWN_TEXTS), _EVALUATION)
    assert float(found.mean) == pytest.approx(_TOTAL / weight, rel=1e-6)
    assert float(found.weight) == weight
    assert as_numbers(metrics) == {
        "log_pplx": (pytest.approx(_CROSS_ENTROPY / 3, rel=1e-6), 3),
        "num_predictions": (3, 1),
        "num_examples_in_batch": (2, 1),
    }


def test_z_loss_is_added_for_each_token():
    task = task_of_known_probabilities("z_loss: 0.01")
    # The logits are log 1, log 2 and log 5.
    expected = _CROSS_ENTROPY + 3 * 0.01 * math.log(8) ** 2
    loss, metrics = task.loss(make_batch(_KNOWN_TEXTS), _EVALUATION)
    assert float(loss.total) == pytest.approx(expected, rel=1e-6)
    assert float(metrics["log_pplx"][0]) == pytest.approx(_CROSS_ENTROPY / 3, rel=1e-6)
    evaluated = task.evaluate(make_batch(_KNOWN_TEXTS), _EVALUATION).metrics
    assert as_numbers(evaluated)["loss"] == (pytest.approx(expected / 3, rel=1e-6), 3)


def test_evaluation_counts_the_tokens_that_are_predicted():
    output = task_of_known_probabilities().evaluate(make_batch(_KNOWN_TEXTS), _EVALUATION)
    # The prediction is always token 2. It is right twice and wrong where the label is 1.
    fraction, weight = output.metrics["fraction_of_correct_next_step_preds"]
    assert (float(fraction), float(weight)) == (pytest.approx(2 / 3), 3)


def test_texts_give_the_loss_by_word_and_by_byte():
    batch = make_batch(_KNOWN_TEXTS) | {"text": tf.constant(["  zwölf Worte\n", ""])}
    _, metrics = task_of_known_probabilities().loss(batch, _EVALUATION)
    found = as_numbers(metrics)
    # Two words and two ends of texts; 15 bytes, two of them of one letter.
    assert found["num_words"] == (4, 1)
    assert found["log_pplx_per_word"] == (pytest.approx(_CROSS_ENTROPY / 4, rel=1e-6), 4)
    bits = _CROSS_ENTROPY / math.log(2)
    assert found["bits_per_byte"] == (pytest.approx(bits / 15, rel=1e-6), 15)


@_EACH_BODY
@pytest.mark.parametrize("padding", [0, 7, -1, 1000])
def test_padding_changes_nothing(body, padding):
    task = make_task(body=body, extra="label_smoothing: 0.1 z_loss: 0.01")

    def outcome(**layout):
        with tf.GradientTape() as tape:
            loss = task.loss(make_batch(_TEXTS, **layout), _EVALUATION)[0].mean
        gradients = tape.gradient(loss, task.trainable_variables)
        output = task.evaluate(make_batch(_TEXTS, **layout), _EVALUATION)
        return [loss, *map(tf.convert_to_tensor, gradients)], as_numbers(output.metrics)

    tensors, metrics = outcome()
    padded_tensors, padded_metrics = outcome(time=12, padding=padding)
    for found, expected in zip(padded_tensors, tensors, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert padded_metrics == {
        name: (pytest.approx(value, rel=1e-5), weight) for name, (value, weight) in metrics.items()
    }


@_EACH_BODY
def test_packed_rows_have_the_loss_and_gradients_of_others(body):
    extra = "label_smoothing: 0.1 z_loss: 0.01"
    outcomes = []
    for spec, batch in (
        (SPEC, make_batch(_TEXTS)),
        (PACKED_SPEC, make_packed_batch(_TEXTS, rows=2, time=11)),
    ):
        task = make_task(body=body, extra=extra, input_spec=spec)
        with tf.GradientTape() as tape:
            loss, metrics = task.loss(batch, _EVALUATION)
            mean = loss.mean
        gradients = tape.gradient(mean, task.trainable_variables)
        assert float(loss.weight) == _NUM_TOKENS
        assert float(metrics["num_examples_in_batch"][0]) == int(task.num_examples(batch)) == 4
        log_pplx = metrics["log_pplx"][0]
        outcomes.append([loss.total, log_pplx, *map(tf.convert_to_tensor, gradients)])
    for unpacked, packed in zip(*outcomes, strict=True):
        np.testing.assert_allclose(packed, unpacked, rtol=1e-5, atol=1e-5)


def test_evaluation_does_not_sample_the_classes():
    task = make_task(softmax="sampled_softmax num_sampled: 3")
    exact = task.evaluate(make_batch(_TEXTS), _EVALUATION).metrics
    training = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))
    sampled, _ = task.loss(make_batch(_TEXTS), training)
    evaluated, _ = task.loss(make_batch(_TEXTS), _EVALUATION)
    assert float(evaluated.mean) == pytest.approx(float(exact["loss"][0]), rel=1e-6)
    assert float(sampled.mean) != pytest.approx(float(exact["loss"][0]), rel=1e-3)


def test_a_batch_without_labels_is_an_error():
    spec = {"tokens": SPEC["tokens"], "tokens_length": SPEC["tokens_length"]}
    with pytest.raises(
        ValueError, match=r"^language_modeling: the batches have no feature 'labels'"
    ):
        make_task(input_spec=spec)


def test_logarithms_of_probabilities_are_an_error():
    with pytest.raises(ValueError, match=r"^language_modeling: search.score_kind is .* Remove it"):
        make_task(extra="search { score_kind: LOG_PROBABILITIES }")


def test_a_table_of_positions_for_every_step_of_the_search():
    table = "model { body { transformer_stack { positions { learned { max_length: %d } } } } }"
    make_task(extra=table % 20)
    with pytest.raises(ValueError) as failure:
        make_task(extra=table % 19)
    assert str(failure.value) == (
        "language_modeling: search.max_length is 20 tokens, but model.body.transformer_stack.positions "
        "has a table of 19. Raise the table's max_length, or lower search.max_length."
    )


def test_tokens_and_labels_of_other_lengths_are_an_error():
    batch = make_batch(_TEXTS) | {"labels_length": tf.constant([4, 2, 6, 2])}
    with pytest.raises(tf.errors.InvalidArgumentError, match="Tokens and labels of a text differ"):
        make_task().loss(batch, _EVALUATION)


def test_an_id_outside_of_the_vocabulary_is_an_error():
    with pytest.raises(tf.errors.InvalidArgumentError, match="Feature labels has an id outside"):
        make_task().loss(make_batch([[11]]), _EVALUATION)


def pipeline(tmp_path, *, tokenizer="", bounds="20"):
    (tmp_path / "words").write_text("<unk>\n<s>\n</s>\nword\n")
    text = f"""
        source {{ files {{ files {{ patterns: "{tmp_path}/none" }} }} }}
        processor {{
          raw {{ name: "tokens" }}
          steps {{
            tokenize {{
              field: "tokens"
              tokenizer {{ word {{ vocabulary: "{tmp_path}/words" }} {tokenizer} }}
            }}
          }}
          steps {{ copy {{ field: "tokens" output: "labels" }} }}
          steps {{ prepend_sos {{ field: "tokens" }} }}
          steps {{ append_eos {{ field: "labels" }} }}
        }}
        batcher {{ buckets {{ length_of: "tokens" bounds: [{bounds}] tokens: 100 }} }}
    """
    return InputTexts(text_format.Parse(text, pipeline_pb2.Pipeline()))


def test_an_input_that_suits_the_task_has_no_complaint(tmp_path):
    assert make_task().check_input(pipeline(tmp_path)) == []


@pytest.mark.parametrize(
    ("tokenizer", "error"),
    [
        ("sos_id: 3", r"'tokens' begins with token 3, .*language_modeling\.sos_id is 1"),
        ("eos_id: 3", r"'labels' ends with token 3, .*language_modeling\.search\.eos_id is 2"),
    ],
)
def test_special_tokens_of_another_input_are_an_error(tmp_path, tokenizer, error):
    with pytest.raises(ValueError, match=error):
        make_task().check_input(pipeline(tmp_path, tokenizer=tokenizer))


def test_a_text_longer_than_the_table_of_positions_is_an_error(tmp_path):
    extra = """
        model {
          body { transformer_stack { positions { learned { max_length: 20 } } } }
        }
    """
    task = make_task(extra=extra)
    assert task.check_input(pipeline(tmp_path)) == []
    with pytest.raises(ValueError, match=r"up to 21 tokens, but .*learned\.max_length is 20"):
        task.check_input(pipeline(tmp_path, bounds="21"))
