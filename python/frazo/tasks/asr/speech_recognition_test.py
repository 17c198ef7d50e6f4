"""A small recogniser: losses, gradients, decoding, and an export that takes sound."""

import io
import wave

import frazo
import numpy as np
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.ctc import ctc_losses
from frazo.layers.step_context import StepContext
from frazo.models.token_model import Tokens
from frazo.proto import pipeline_pb2, speech_recognition_pb2
from frazo.tasks.asr.speech_recognition import SpeechRecognition
from frazo.tasks.row_wise_check import check_row_wise
from google.protobuf import text_format

MODEL = """
spec_augment { most_frames: 5 }
subsampling { filters: 3 units: 8 }
encoder { lstm_stack { num_layers: 1 layer { units: 4 } bidirectional: true } }
ctc { vocab_size: 76 }
"""
SEARCH = "search { eos_id: 2 max_length: 6 beam { width: 3 n_best: 2 } }"
TRANSFORMER = f"""
attention_decoder {{
  embedding {{ vocab_size: 76 dim: 8 }}
  transformer {{
    num_layers: 1
    layer {{
      self_attention {{ num_heads: 2 causal: true rotary {{}} }}
      cross_attention {{ num_heads: 2 }}
      feed_forward {{ hidden_units: 8 }}
    }}
  }}
  softmax {{ num_classes: 76 }}
  label_smoothing: 0.1
  {SEARCH}
}}
"""
RECURRENT = f"""
attention_decoder {{
  embedding {{ vocab_size: 76 dim: 5 }}
  recurrent {{ num_layers: 2 layer {{ units: 6 }} attention {{ additive {{ hidden_units: 4 }} }} }}
  softmax {{ num_classes: 76 }}
  {SEARCH}
}}
"""
TRANSDUCER = """
transducer {
  vocab_size: 76
  prediction { embedding_dim: 5 lstm_stack { num_layers: 1 layer { units: 6 } } }
  joint { units: 7 }
  beam_width: 2
}
"""
ENCODER = MODEL.replace("ctc { vocab_size: 76 }", "")
MODELS = {
    "ctc": MODEL,
    "ctc_search": MODEL.replace("76 }", "76 search { width: 4 n_best: 3 } }"),
    "transformer": ENCODER + TRANSFORMER,
    "recurrent": ENCODER + RECURRENT,
    "joint": MODEL + RECURRENT + "ctc_weight: 0.25",
    "transducer": ENCODER + TRANSDUCER,
}
of_all_models = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
STEPS = """
processor {
  tf_example {
    features { name: "audio" type: BYTES shape {} }
    features { name: "transcript" type: BYTES shape {} }
  }
  steps { decode_audio { field: "audio" output: "samples" } }
  steps { log_mel { field: "samples" output: "frames" log_mel { num_bins: 8 } } }
  steps { tokenize { field: "transcript" output: "labels" tokenizer { grapheme {} } } }
}
batcher { buckets { length_of: "frames" bounds: [100] limits { examples: 2 } } }
"""
EVALUATION = StepContext.for_evaluation(seed=1)


def input_texts(steps=STEPS):
    return InputTexts(text_format.Parse(steps, pipeline_pb2.Pipeline()))


def make_task(model=MODEL, **specs):
    spec = {
        "frames": tf.TensorSpec([None, None, 8], tf.float32),
        "frames_length": tf.TensorSpec([None], tf.int32),
        "labels": tf.TensorSpec([None, None], tf.int32),
        "labels_length": tf.TensorSpec([None], tf.int32),
    } | specs
    message = text_format.Parse(model, speech_recognition_pb2.SpeechRecognition())
    return SpeechRecognition(
        message, Place(seed=1), input_spec={name: s for name, s in spec.items() if s is not None}
    )


@pytest.fixture
def batch():
    return {
        "frames": tf.random.stateless_normal([3, 24, 8], [1, 2]),
        "frames_length": tf.constant([24, 15, 4]),
        "labels": tf.constant([[5, 6, 7, 7], [5, 5, 0, 0], [8, 9, 0, 0]]),
        "labels_length": tf.constant([4, 2, 2]),
    }


def test_a_text_that_is_too_long_for_its_frames_counts_for_nothing(batch):
    task = make_task()
    loss, metrics = task.loss(batch, EVALUATION)
    # 4 frames become 1, too few for 2 tokens.
    assert float(loss.weight) == 6
    assert float(metrics["unaligned_share"][0]) == pytest.approx(1 / 3)
    first = {name: value[:2] for name, value in batch.items()}
    np.testing.assert_allclose(task.loss(first, EVALUATION)[0].total, loss.total, rtol=1e-5)
    assert int(task.num_examples(batch)) == 3


@of_all_models
def test_gradients(batch, model):
    task = make_task(model)
    assert_gradients_agree(
        lambda: task.loss(batch, EVALUATION)[0].total, list(task.trainable_variables)
    )


def test_training_hides_parts_and_evaluation_does_not(batch):
    task = make_task()
    training = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))
    totals = {float(task.loss(batch, context)[0].total) for context in (EVALUATION, training)}
    assert len(totals) == 2


@pytest.mark.parametrize("model", [MODELS["transformer"], MODELS["recurrent"]])
def test_a_decoder_is_trained_on_its_guesses(batch, model):
    sampling = "scheduled_sampling { probability: 0.5 start_step: 3 }"
    steps = [
        StepContext.for_training(seed=1, global_step=tf.constant(step, tf.int64)) for step in (2, 3)
    ]

    def losses(model):
        task = make_task(model)
        return [float(task.loss(batch, context)[0].total) for context in (EVALUATION, *steps)]

    of_text, of_guesses = losses(model), losses(model.replace("softmax", f"{sampling} softmax"))
    assert of_guesses[:2] == of_text[:2]
    assert of_guesses[2] != of_text[2]


def test_the_loss_of_a_decoder_is_of_the_text_and_its_end(batch):
    task = make_task(MODELS["recurrent"])
    loss, metrics = task.loss(batch, EVALUATION)
    # 4, 2 and 2 tokens, and three ends.
    assert float(loss.weight) == float(metrics["num_words"][0]) == 11
    head = task.text_decoder
    encoded = task._encode(batch, EVALUATION)
    inputs = [[1, 5, 6, 7, 7], [1, 5, 5, 0, 0], [1, 8, 9, 0, 0]]
    labels = np.array([[5, 6, 7, 7, 2], [5, 5, 2, 0, 0], [8, 9, 2, 0, 0]])
    layout = SequenceLayout.of_lengths([5, 3, 3], 5)
    features, _ = head.token_model.features(
        Tokens(tf.constant(inputs), layout), EVALUATION, encoded
    )
    logarithms = tf.nn.log_softmax(head.token_model.logits(features, EVALUATION))
    of_labels = tf.gather(logarithms, labels, batch_dims=2)
    expected = -tf.reduce_sum(tf.where(layout.mask, of_labels, 0.0))
    np.testing.assert_allclose(loss.total, expected, rtol=1e-5)


@pytest.mark.parametrize(
    "model", [MODELS["joint"], MODEL + TRANSDUCER], ids=["joint", "transducer"]
)
def test_padding_of_labels_changes_nothing(batch, model):
    task = make_task(model)
    noise = tf.where(batch["labels"] == 0, 99, batch["labels"])
    total = task.loss(batch, EVALUATION)[0].total
    np.testing.assert_array_equal(task.loss(batch | {"labels": noise}, EVALUATION)[0].total, total)


def test_a_joint_loss_has_a_share_of_each_head(batch):
    task = make_task(MODELS["joint"])
    loss, metrics = task.loss(batch, EVALUATION)
    ctc, attention = metrics["ctc_loss"], metrics["log_pplx"]
    expected = 0.25 * ctc[0] * ctc[1] + 0.75 * attention[0] * attention[1]
    np.testing.assert_allclose(loss.total, expected, rtol=1e-5)
    assert float(loss.weight) == 11
    evaluated = task.evaluate(batch, EVALUATION).metrics
    np.testing.assert_allclose(evaluated["loss"][0], loss.mean, rtol=1e-5)
    assert {"token_error_rate", "fraction_of_correct_next_step_preds"} < set(evaluated)


def test_a_decoder_finds_texts_without_their_ends(batch):
    found = make_task(MODELS["joint"]).recognize(batch["frames"], batch["frames_length"])
    assert found.tokens.shape[:2] == (3, 2)
    scores = found.scores.numpy()
    assert (scores[:, 0] >= scores[:, 1]).all()
    for tokens, lengths in zip(found.tokens.numpy(), found.lengths.numpy(), strict=True):
        for ids, length in zip(tokens, lengths, strict=True):
            assert 2 not in ids
            assert not ids[length:].any()


def test_a_search_for_prefixes_sums_alignments(batch):
    task = make_task(MODELS["ctc_search"])
    found = task.recognize(batch["frames"], batch["frames_length"])
    assert found.scores.shape == (3, 3)
    best = make_task().recognize(batch["frames"], batch["frames_length"])
    # A text has more than its best alignment, but for that of a single frame.
    assert (found.scores[:2, 0] > best.scores[:2, 0]).numpy().all()
    np.testing.assert_allclose(found.scores[2, 0], best.scores[2, 0], rtol=1e-5)
    logits = task.ctc.layer(task._encode(batch, EVALUATION).values, EVALUATION)
    losses = ctc_losses(logits, [6, 4, 1], found.tokens[:, 1], found.lengths[:, 1]).losses
    # A narrow beam misses some alignments.
    assert (found.scores[:, 1] <= -losses + 1e-4).numpy().all()


def test_a_missing_text_is_no_hypothesis():
    decoder = make_task().decoder(input_texts())
    outputs = {
        "labels": np.array([[5]]),
        "labels_length": np.array([1]),
        "tokens": np.array([[[5, 6], [0, 0]]]),
        "lengths": np.array([[2, 0]]),
        "scores": np.array([[-1.5, -np.inf]]),
    }
    (record,) = decoder.records(outputs)
    assert record["hypotheses"] == [{"text": "ab", "score": -1.5, "num_tokens": 2}]


def test_evaluation_counts_wrong_tokens(batch):
    task = make_task()
    found = task.recognize(batch["frames"], batch["frames_length"])
    tokens, lengths = found.tokens[:, 0], found.lengths[:, 0]
    right = batch | {"labels": tokens, "labels_length": lengths}
    rate, weight = task.evaluate(right, EVALUATION).metrics["token_error_rate"]
    assert float(rate) == 0
    assert float(weight) == float(tf.reduce_sum(lengths))
    wrong = batch | {"labels": tokens[:, :0], "labels_length": tf.zeros([3], tf.int32)}
    assert float(task.evaluate(wrong, EVALUATION).metrics["token_error_rate"][0]) == 0


@of_all_models
def test_a_record_has_what_was_said_and_what_was_recognised(batch, model):
    decoder = make_task(model).decoder(input_texts())
    outputs = decoder.decode(batch | {"uttid": tf.constant(["a-1", "b-2", "c-3"])})
    records = decoder.records({name: value.numpy() for name, value in outputs.items()})
    assert [record["id"] for record in records] == ["a-1", "b-2", "c-3"]
    # The grapheme tokenizer's ids from 5 on are a, b, c ...
    assert [record["reference"] for record in records] == ["abcc", "aa", "de"]
    hypothesis = records[0]["hypotheses"][0]
    assert hypothesis["num_tokens"] == int(outputs["lengths"][0, 0])
    scorer = decoder.scorer()
    scorer.add({}, records)
    assert scorer.result().metrics["wer"] > 0


@of_all_models
def test_tensorboard_shows_an_utterance(batch, model):
    decoder = make_task(model).decoder(input_texts())
    sounds = tf.constant([wav(np.linspace(-0.5, 0.5, 100 * n)) for n in (1, 2, 3)])
    outputs = decoder.decode(batch | {"uttid": tf.constant(["a-1", "b-2", "c-3"]), "audio": sounds})
    arrays = {name: each.numpy() for name, each in outputs.items()}
    summaries = decoder.summaries(arrays, 1, 7)
    assert [value.tag for value in summaries] == [
        f"utterances/b-2/{part}" for part in ("text", "features", "sound")
    ]
    # What attention saw is a picture below that of the features.
    assert summaries[1].image.height == (520 if "attention_decoder" in model else 260)
    assert summaries[2].audio.length_frames == 200
    # Without an id an utterance is named by its record: rows are the same in each batch.
    arrays.pop("uttid")
    assert decoder.summaries(arrays, 1, 7)[0].tag == "utterances/7/text"


def wav(samples) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((np.asarray(samples) * 32767).astype("<i2").tobytes())
    return content.getvalue()


@of_all_models
def test_an_export_takes_sound_and_computes_the_frames_of_training(tmp_path, model):
    task = make_task(model)
    servable = task.servable(input_texts())
    tf.saved_model.save(servable, str(tmp_path), signatures=servable.signatures())
    loaded = tf.saved_model.load(str(tmp_path))
    generator = np.random.default_rng(1)
    sounds = [wav(generator.uniform(-0.5, 0.5, length)) for length in (8000, 5000)]
    answer = loaded.signatures["serving_default"](sounds=tf.constant(sounds))
    frontend = frazo._core.LogMelFrontend(servable._preparation.log_mel.SerializeToString())
    for row, sound in enumerate(sounds):
        samples = frazo._core.decode_sound(sound)
        frames = frontend.compute(samples)
        found = task.recognize(tf.constant(frames[None]), tf.constant([len(frames)]))
        assert int(answer["num_tokens"][row]) == int(found.lengths[0, 0])
        np.testing.assert_allclose(answer["scores"][row], found.scores[0, 0], rtol=1e-4)
        assert int(answer["num_samples"][row]) == len(samples)
        assert answer["hypotheses"][row, 0] == answer["texts"][row]
        np.testing.assert_allclose(answer["hypothesis_scores"][row], found.scores[0], rtol=1e-4)
        again = loaded.signatures["transcribe_samples"](
            samples=tf.constant(samples[None]), lengths=tf.constant([len(samples)])
        )
        assert again["texts"][0] == answer["texts"][row]
    assert int(loaded.signatures["about"]()["sample_rate"]) == 16000
    check_row_wise(loaded.signatures, servable.row_wise(), {"sounds": tf.constant(sounds)})


def test_a_sound_without_a_frame_has_no_text():
    servable = make_task().servable(input_texts())
    answer = servable.signatures()["serving_default"](tf.constant([wav([0.1])]))
    assert answer["texts"].numpy().tolist() == [b""]
    assert answer["scores"].numpy().tolist() == [0]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            STEPS.replace("log_mel {", "copy {").replace("copy { num_bins: 8 }", ""),
            "no decode_audio",
        ),
        (
            STEPS.replace(
                "}\nbatcher", 'steps { truncate { field: "frames" length: 9 } }\n}\nbatcher'
            ),
            "a truncate step cuts 'frames'",
        ),
    ],
)
def test_what_an_export_cannot_do_is_refused(steps, message):
    with pytest.raises(ValueError, match=message):
        make_task().servable(input_texts(steps))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ENCODER, "Set ctc, attention_decoder or transducer"),
        (
            MODELS["recurrent"].replace("num_classes: 76", "num_classes: 77"),
            "embedding has 76 tokens, the softmax 77",
        ),
        (
            MODELS["recurrent"].replace("search {", "search { score_kind: LOG_PROBABILITIES"),
            "the model gives logits",
        ),
    ],
)
def test_heads_that_cannot_be_are_refused(model, message):
    with pytest.raises(ValueError, match=message):
        make_task(model)


def test_labels_with_an_end_are_refused():
    ending = STEPS.replace("}\nbatcher", 'steps { append_eos { field: "labels" } }\n}\nbatcher')
    with pytest.raises(ValueError, match="Remove its prepend_sos and append_eos steps"):
        make_task().check_input(input_texts(ending))


def test_a_missing_feature_is_named():
    with pytest.raises(ValueError, match=r"no feature 'labels_length'"):
        make_task(labels_length=None)


def test_a_tokenizer_with_more_tokens_is_refused():
    task = make_task(MODEL.replace("76", "75"))
    with pytest.raises(ValueError, match="has 76 tokens, vocab_size of ctc is 75"):
        task.check_input(input_texts())
    assert make_task().check_input(input_texts()) == []
    without = STEPS.replace("tokenize {", "copy {").replace("tokenizer { grapheme {} }", "")
    assert "need a tokenize step" in make_task().check_input(input_texts(without))[0]


INT8 = {
    name: MODELS[name].replace("embedding", "decoding_weights: INT8 embedding", 1)
    for name in ("transformer", "recurrent", "joint")
}


@pytest.mark.parametrize("name", INT8)
def test_rounded_weights_find_nearly_the_same(batch, name):
    exact, rounded = make_task(MODELS[name]), make_task(INT8[name])
    results = [task.recognize(batch["frames"], batch["frames_length"]) for task in (exact, rounded)]
    difference = np.abs(results[0].scores - results[1].scores)
    assert 0 < difference.max() < 0.1
    assert rounded.decoder(input_texts()).search.count("decoding_weights: INT8") == 1


@pytest.mark.parametrize("name", INT8)
def test_an_export_keeps_rounded_weights(tmp_path, name):
    task = make_task(INT8[name])
    servable = task.servable(input_texts())
    tf.saved_model.save(servable, str(tmp_path), signatures=servable.signatures())
    samples = np.random.default_rng(2).uniform(-0.5, 0.5, 6000).astype(np.float32)
    answer = tf.saved_model.load(str(tmp_path)).signatures["transcribe_samples"](
        samples=tf.constant(samples[None]), lengths=tf.constant([6000])
    )
    frames = frazo._core.LogMelFrontend(servable._preparation.log_mel.SerializeToString())
    frames = tf.constant(frames.compute(samples)[None])
    expected = task.recognize(frames, tf.constant([frames.shape[1]]))
    np.testing.assert_allclose(answer["hypothesis_scores"], expected.scores, rtol=1e-4)
    content = (tmp_path / "saved_model.pb").read_bytes()
    assert b"Frazo>Int8MatMul" in content
    assert b"Frazo>QuantizeMatrix" not in content
    kept = {variable.ref() for variable in servable.weights}
    assert task.text_decoder.token_model.softmax.kernel.ref() not in kept
