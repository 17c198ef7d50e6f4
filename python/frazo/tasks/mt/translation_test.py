import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.step_context import StepContext
from frazo.proto import pipeline_pb2, search_pb2
from frazo.tasks.mt.small_translation import (
    EOS,
    MODELS,
    PACKED_SPEC,
    SPEC,
    make_batch,
    make_packed_batch,
    make_task,
)
from frazo.tasks.sequence.token_search import Given
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_EACH_MODEL = pytest.mark.parametrize("model", MODELS)
_PAIRS = [([3, 4, 5], [6, 7]), ([8], [9, 10, 3, 5]), ([7, 7, 3, 4, 9], [4])]
# The targets have 3 + 5 + 2 tokens, each with the token that ends it.
_NUM_WORDS = 10


def task_of_known_probabilities(extra=""):
    """Whatever the input, the tokens 0, 1 and 2 have probabilities 1/8, 2/8 and 5/8."""
    task = make_task(vocab_size=3, extra=extra)
    task.model.softmax.kernel.assign(tf.zeros([8, 3]))
    task.model.softmax.bias.assign(np.log([1, 2, 5]))
    return task


# The two sentences have the labels 1 2 and 2, three tokens. With smoothing 0.1, id 2 costs
# 0.9 log(8/5) + 0.05 (log 8 + log 4) and id 1 costs 0.9 log 4 + 0.05 (log 8 + log(8/5)).
_COST_OF_2 = 0.9 * math.log(8 / 5) + 0.05 * (math.log(8) + math.log(4))
_COST_OF_1 = 0.9 * math.log(4) + 0.05 * (math.log(8) + math.log(8 / 5))
_TOTAL = _COST_OF_1 + 2 * _COST_OF_2
# Without smoothing: the mean of log 4 and two times log(8/5).
_LOG_PPLX = (math.log(4) + 2 * math.log(8 / 5)) / 3


@pytest.mark.parametrize(
    ("extra", "loss", "weight"),
    [("", _TOTAL / 3, 3), ("loss: SUM_PER_SENTENCE", _TOTAL / 2, 2)],
    ids=["mean per token", "sum per sentence"],
)
def test_loss_is_the_smoothed_cross_entropy(extra, loss, weight):
    task = task_of_known_probabilities(f"label_smoothing: 0.1 {extra}")
    found, metrics = task.loss(make_batch([([1], [1]), ([1, 1], [])]), _EVALUATION)
    assert float(found.mean) == pytest.approx(loss, rel=1e-6)
    assert float(found.weight) == weight
    as_numbers = {name: (float(value), float(w)) for name, (value, w) in metrics.items()}
    assert as_numbers == {
        "log_pplx": (pytest.approx(_LOG_PPLX, rel=1e-6), 3),
        "num_words": (3, 1),
        "num_examples_in_batch": (2, 1),
    }


def test_without_smoothing_only_the_label_counts():
    loss, _ = task_of_known_probabilities().loss(make_batch([([1], [1])]), _EVALUATION)
    assert float(loss.mean) == pytest.approx((math.log(4) + math.log(8 / 5)) / 2, rel=1e-6)


def test_evaluation_counts_the_tokens_that_are_predicted():
    output = task_of_known_probabilities().evaluate(
        make_batch([([1], [1]), ([1], [])]), _EVALUATION
    )
    # The prediction is always token 2. It is right twice and wrong where the label is 1.
    fraction, weight = output.metrics["fraction_of_correct_next_step_preds"]
    assert (float(fraction), float(weight)) == (pytest.approx(2 / 3), 3)
    assert float(output.metrics["log_pplx"][1]) == 3


def test_smoothing_does_not_change_the_cross_entropy_of_a_model():
    batch = make_batch([([1], [1]), ([1, 1], [])])
    metrics = {
        extra: task_of_known_probabilities(extra).evaluate(batch, _EVALUATION).metrics
        for extra in ("", "label_smoothing: 0.1")
    }
    for found in metrics.values():
        assert float(found["log_pplx"][0]) == pytest.approx(_LOG_PPLX, rel=1e-6)
    assert float(metrics[""]["loss"][0]) == pytest.approx(_LOG_PPLX, rel=1e-6)
    assert float(metrics["label_smoothing: 0.1"]["loss"][0]) == pytest.approx(_TOTAL / 3, rel=1e-6)


@_EACH_MODEL
@pytest.mark.parametrize("padding", [0, 7, -1, 1000])
def test_padding_changes_nothing(model, padding):
    task = make_task(model=model, extra="label_smoothing: 0.1")

    def outcome(**layout):
        with tf.GradientTape() as tape:
            loss = task.loss(make_batch(_PAIRS, **layout), _EVALUATION)[0].mean
        gradients = tape.gradient(loss, task.trainable_variables)
        output = task.evaluate(make_batch(_PAIRS, **layout), _EVALUATION)
        return [loss, *map(tf.convert_to_tensor, gradients)], output.metrics

    tensors, metrics = outcome()
    padded_tensors, padded_metrics = outcome(time=12, padding=padding)
    for found, expected in zip(padded_tensors, tensors, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)
    for name, (value, weight) in metrics.items():
        assert float(padded_metrics[name][0]) == pytest.approx(float(value), rel=1e-5), name
        assert float(padded_metrics[name][1]) == float(weight), name


@_EACH_MODEL
def test_a_batch_is_the_mean_of_its_sentences(model):
    task = make_task(model=model)
    together, metrics = task.loss(make_batch(_PAIRS), _EVALUATION)
    assert float(metrics["num_words"][0]) == _NUM_WORDS
    total = sum(float(task.loss(make_batch([pair]), _EVALUATION)[0].total) for pair in _PAIRS)
    assert float(together.mean) == pytest.approx(total / _NUM_WORDS, rel=1e-5)


@_EACH_MODEL
def test_a_prediction_sees_no_later_token(model):
    task = make_task(model=model)

    def cost_of_first_token(target):
        batch = make_batch([([3, 4], target)])
        batch |= {f"{name}_length": tf.constant([1]) for name in ("target", "target_labels")}
        return float(task.loss(batch, _EVALUATION)[0].mean)

    assert cost_of_first_token([5, 6, 7]) == pytest.approx(cost_of_first_token([5, 9, 8]))


@_EACH_MODEL
def test_every_variable_learns(model):
    task = make_task(model=model)
    with tf.GradientTape() as tape:
        loss = task.loss(make_batch(_PAIRS), _EVALUATION)[0].mean
    gradients = tape.gradient(loss, task.trainable_variables)
    assert {variable.name.split("/")[0] for variable in task.variables} == {model}
    for variable, gradient in zip(task.trainable_variables, gradients, strict=True):
        assert np.any(tf.convert_to_tensor(gradient)), variable.name


@pytest.mark.parametrize("feature", sorted(SPEC))
def test_batches_without_a_feature_name_it(feature):
    spec = {name: value for name, value in SPEC.items() if name != feature}
    with pytest.raises(ValueError, match=f"translation: the batches have no feature '{feature}', "):
        make_task(input_spec=spec)


@pytest.mark.parametrize("feature", sorted(PACKED_SPEC))
def test_packed_batches_without_a_feature_name_it(feature):
    spec = {name: value for name, value in PACKED_SPEC.items() if name != feature}
    with pytest.raises(ValueError, match=f"translation: the batches have no feature '{feature}', "):
        make_task(input_spec=spec)


@pytest.mark.parametrize("extra", ["label_smoothing: 0.1", "loss: SUM_PER_SENTENCE"])
@pytest.mark.parametrize(("rows", "time"), [(1, 16), (2, 11), (4, 7)])
def test_packed_rows_have_the_loss_and_gradients_of_unpacked_ones(extra, rows, time):
    task = make_task(extra=extra, input_spec=PACKED_SPEC)

    def outcome(batch):
        with tf.GradientTape() as tape:
            loss, metrics = task.loss(batch, _EVALUATION)
            value = loss.mean
        gradients = tape.gradient(value, task.trainable_variables)
        metrics |= task.evaluate(batch, _EVALUATION).metrics
        return loss, metrics, [tf.convert_to_tensor(gradient) for gradient in gradients]

    loss, metrics, gradients = outcome(make_batch(_PAIRS))
    # With four rows, the three pairs leave one row empty.
    batch = make_packed_batch(_PAIRS, rows=rows, time=time)
    packed_loss, packed_metrics, packed_gradients = outcome(batch)
    assert float(packed_loss.total) == pytest.approx(float(loss.total), rel=1e-5)
    assert float(packed_loss.weight) == float(loss.weight)
    for name, (value, weight) in metrics.items():
        assert float(packed_metrics[name][0]) == pytest.approx(float(value), rel=1e-5), name
        assert float(packed_metrics[name][1]) == float(weight), name
    for found, expected in zip(packed_gradients, gradients, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert int(task.num_examples(batch)) == int(task.num_examples(make_batch(_PAIRS))) == 3


def test_a_recurrent_decoder_refuses_packed_rows():
    task = make_task(model="rnmt_plus", input_spec=PACKED_SPEC)
    with pytest.raises(ValueError, match=r"^rnmt_plus/decoder/layer0: the targets are packed"):
        task.loss(make_packed_batch(_PAIRS, rows=1, time=16), _EVALUATION)


@_EACH_MODEL
def test_a_sampled_softmax_is_trained_on_samples_and_evaluated_on_all_classes(model):
    extra = f"{model} {{ sampled_softmax {{ num_sampled: 4 }} }}"
    task = make_task(model=model, softmax="sampled_softmax", extra=extra)
    exact = make_task(model=model)
    for variable, value in zip(exact.variables, task.variables, strict=True):
        is_kernel = variable.name.endswith("softmax/kernel:0")
        # The kernel of a sampled softmax has a row for each class.
        variable.assign(tf.transpose(value) if is_kernel else value)
    batch = make_batch(_PAIRS)
    context = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
    evaluated = task.evaluate(batch, _EVALUATION).metrics["loss"][0]
    np.testing.assert_allclose(evaluated, exact.loss(batch, _EVALUATION)[0].mean, rtol=1e-5)

    def loss_and_gradients():
        with tf.GradientTape() as tape:
            loss = task.loss(batch, context)[0].mean
        return float(loss), tape.gradient(loss, task.trainable_variables)

    loss, gradients = loss_and_gradients()
    # The normalizer over a sample differs from that over all classes.
    assert loss != pytest.approx(float(evaluated), rel=1e-3)
    for variable, gradient in zip(task.trainable_variables, gradients, strict=True):
        assert np.any(tf.convert_to_tensor(gradient)), variable.name
        variable.assign_sub(1e-2 * tf.convert_to_tensor(gradient))
    # A short step against the gradient lowers the loss over the same sample.
    assert loss_and_gradients()[0] < loss


def test_a_source_of_frames_is_an_error():
    extra = "transformer { source_features: 8 target_embedding { vocab_size: 11 dim: 8 } }"
    with pytest.raises(ValueError, match=r"^translation: transformer\.source_features says that"):
        make_task(extra=extra)


def test_a_search_of_log_probabilities_is_an_error():
    with pytest.raises(ValueError, match=r"translation: search\.score_kind is LOG_PROBABILITIES"):
        make_task(extra="search { score_kind: LOG_PROBABILITIES }")


@_EACH_MODEL
@pytest.mark.parametrize("bad_id", [11, -1])
@pytest.mark.parametrize("feature", ["source", "target", "target_labels"])
def test_an_id_outside_of_the_vocabulary_names_the_feature(model, feature, bad_id):
    task = make_task(model=model)
    batch = make_batch(_PAIRS)
    ids = batch[feature].numpy()
    ids[1, 0] = bad_id
    batch[feature] = tf.constant(ids)
    step = tf.function(lambda: task.loss(batch, _EVALUATION)[0].mean, autograph=False)
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=f"Feature {feature} has an id outside of"
    ):
        step()


def test_labels_of_other_lengths_than_their_target_are_an_error():
    batch = make_batch(_PAIRS) | {"target_labels_length": tf.constant([3, 5, 1])}
    task = make_task()
    step = tf.function(lambda: task.loss(batch, _EVALUATION)[0].mean, autograph=False)
    with pytest.raises(tf.errors.InvalidArgumentError, match="its target_labels differ in length"):
        step()


@_EACH_MODEL
def test_a_batch_without_sentences_costs_nothing(model):
    task = make_task(model=model)
    batch = {name: values[:0] for name, values in make_batch(_PAIRS).items()}
    loss, _ = tf.function(lambda: task.loss(batch, _EVALUATION), autograph=False)()
    assert (float(loss.total), float(loss.weight), float(loss.mean)) == (0, 0, 0)
    assert int(task.num_examples(batch)) == 0
    results = tf.function(lambda: task.decode(batch["source"], batch["source_length"]))()
    assert results.tokens.shape[0] == 0


@_EACH_MODEL
def test_a_source_without_tokens_does_not_change_the_others(model):
    task = make_task(model=model)
    batch = make_batch(_PAIRS)
    lengths = batch["source_length"].numpy()
    alone = task.decode(batch["source"][:1], batch["source_length"][:1])
    lengths[1] = 0
    results = task.decode(batch["source"], tf.constant(lengths))
    assert np.all(np.isfinite(results.totals))
    np.testing.assert_allclose(results.totals[0], alone.totals[0], atol=1e-4)
    loss, _ = task.loss(batch | {"source_length": tf.constant(lengths)}, _EVALUATION)
    assert math.isfinite(float(loss.mean))


def test_a_source_of_ten_thousand_tokens_is_translated():
    task = make_task(model="rnmt_plus", extra="search { max_length: 3 }")
    batch = make_batch([([5, 7] * 5000, [4])])
    loss, _ = tf.function(lambda: task.loss(batch, _EVALUATION), autograph=False)()
    assert math.isfinite(float(loss.mean))
    results = tf.function(lambda: task.decode(batch["source"], batch["source_length"]))()
    assert np.all(np.isfinite(results.totals))
    assert results.attention.shape[-1] == 10_001


def texts_of(folder, steps=""):
    """How an input makes ids of words: source and target_labels are the same."""
    (folder / "words").write_text("".join(f"{number}\n" for number in range(11)))
    source = text_format.Parse(
        f"""processor {{
          raw {{ name: "source" }}
          steps {{ tokenize {{ field: "source" tokenizer {{ word {{ vocabulary: "{folder}/words" }} }} }} }}
          steps {{ copy {{ field: "source" output: "target_labels" }} }}
          {steps}
        }}
        batcher {{ fixed {{ batch_size: 1 }} }}""",
        pipeline_pb2.Pipeline(),
    )
    return InputTexts(source)


def test_the_input_is_checked_before_training(tmp_path):
    task = make_task()
    assert task.check_input(texts_of(tmp_path)) == []
    another_end = 'steps { append_eos { field: "target_labels" eos_id: 3 } }'
    with pytest.raises(
        ValueError, match=r"ends with token 3, .* task.translation.search.eos_id is 2"
    ):
        task.check_input(texts_of(tmp_path, another_end))
    cut = (
        'steps { append_eos { field: "source" } } steps { truncate { field: "source" length: 3 } }'
    )
    assert task.check_input(texts_of(tmp_path, cut)) == [
        "the model can be trained and decoded, but not exported: processor.steps[3].truncate changes "
        "the ids of 'source' in a way that is possible in a pipeline only. Truncate before append_eos, "
        "or let it change a copy of the feature."
    ]


def test_a_missing_vocabulary_hinders_no_training():
    task = make_task(extra='tokenizer { word { vocabulary: "/none" } }')
    (warning,) = task.check_input(InputTexts(pipeline_pb2.Pipeline()))
    assert warning.startswith(
        "the model can be trained, but neither decoded nor exported: task.translation.tokenizer: "
    )


def test_a_table_of_positions_for_every_step_of_the_search():
    table = "transformer { decoder { positions { learned { max_length: %d } } } }"
    make_task(extra=table % 20)
    with pytest.raises(ValueError) as failure:
        make_task(extra=table % 19)
    assert str(failure.value) == (
        "translation: search.max_length is 20 tokens, but transformer.decoder.positions has a table of "
        "19. Raise the table's max_length, or lower search.max_length."
    )


def test_the_decoder_describes_its_search_in_a_line(tmp_path):
    texts = texts_of(tmp_path)
    search = "beam { width: 4 } eos_id: 2 max_length: 20"
    assert make_task().decoder(texts).search == search
    int8 = make_task(extra="decoding_weights: INT8").decoder(texts).search
    assert int8 == f"{search} decoding_weights: INT8"
    chinese = make_task(extra="bleu_tokenizer: BLEU_ZH").decoder(texts)
    assert chinese.search == f"{search} bleu_tokenizer: BLEU_ZH"
    scorer = chinese.scorer()
    scorer.add({}, [{"reference": "\u4eca", "hypotheses": []}])
    assert "tok:zh" in scorer.result().signatures["bleu"]


@_EACH_MODEL
def test_scores_of_targets_are_the_logarithms_of_the_loss(model):
    task = make_task(model=model, extra="label_smoothing: 0.1")
    plain = make_task(model=model)
    batch = make_batch(_PAIRS)
    lengths = batch["target_labels_length"]
    # The targets without the token that ends them, which is replaced.
    target = tf.where(batch["target_labels"] == EOS, 9, batch["target_labels"])
    scored = task.score(batch["source"], batch["source_length"], target, lengths - 1)
    np.testing.assert_array_equal(scored.lengths, lengths)
    np.testing.assert_array_equal(
        scored.tokens[:, : tf.reduce_max(lengths)], batch["target_labels"]
    )
    loss, _ = plain.loss(batch, _EVALUATION)
    assert float(tf.reduce_sum(scored.scores)) == pytest.approx(-float(loss.total), rel=1e-5)
    # The scoring search goes token by token.
    search = search_pb2.Search(eos_id=EOS, max_length=20)
    search.scoring.SetInParent()
    results = task.decode(
        batch["source"],
        batch["source_length"],
        tf.constant(search.SerializeToString()),
        Given(batch["target_labels"], lengths),
    )
    np.testing.assert_allclose(
        results.token_scores[:, 0], scored.scores[:, : results.token_scores.shape[2]], atol=1e-4
    )


@_EACH_MODEL
@pytest.mark.parametrize("strategy", ["beam { width: 4 n_best: 4 }", "greedy {}", "sampling {}"])
def test_a_prefix_begins_every_hypothesis(model, strategy):
    task = make_task(model=model)
    batch = make_batch(_PAIRS)
    search = text_format.Parse(f"{strategy} eos_id: {EOS} max_length: 8", search_pb2.Search())
    results = task.decode(
        batch["source"],
        batch["source_length"],
        tf.constant(search.SerializeToString()),
        Given(tf.constant([[5, 6], [7, 0], [0, 0]]), tf.constant([2, 1, 0])),
    )
    found = np.array(results.lengths) > 0
    tokens = results.tokens.numpy()
    assert np.all(tokens[0, found[0], :2] == [5, 6])
    assert np.all(tokens[1, found[1], 0] == 7)
