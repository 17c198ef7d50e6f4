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
from frazo.layers.step_context import StepContext
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


def test_gradients(batch):
    task = make_task()
    assert_gradients_agree(
        lambda: task.loss(batch, EVALUATION)[0].total, list(task.trainable_variables)
    )


def test_training_hides_parts_and_evaluation_does_not(batch):
    task = make_task()
    training = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))
    totals = {float(task.loss(batch, context)[0].total) for context in (EVALUATION, training)}
    assert len(totals) == 2


def test_evaluation_counts_wrong_tokens(batch):
    task = make_task()
    found = task.recognize(batch["frames"], batch["frames_length"])
    right = batch | {"labels": found.tokens, "labels_length": found.lengths}
    rate, weight = task.evaluate(right, EVALUATION).metrics["token_error_rate"]
    assert float(rate) == 0
    assert float(weight) == float(tf.reduce_sum(found.lengths))
    wrong = batch | {"labels": found.tokens[:, :0], "labels_length": tf.zeros([3], tf.int32)}
    assert float(task.evaluate(wrong, EVALUATION).metrics["token_error_rate"][0]) == 0


def test_a_record_has_what_was_said_and_what_was_recognised(batch):
    decoder = make_task().decoder(input_texts())
    outputs = decoder.decode(batch | {"uttid": tf.constant(["a-1", "b-2", "c-3"])})
    records = decoder.records({name: value.numpy() for name, value in outputs.items()})
    assert [record["id"] for record in records] == ["a-1", "b-2", "c-3"]
    # The grapheme tokenizer's ids from 5 on are a, b, c ...
    assert [record["reference"] for record in records] == ["abcc", "aa", "de"]
    (hypothesis,) = records[0]["hypotheses"]
    assert hypothesis["num_tokens"] == int(outputs["lengths"][0])
    scorer = decoder.scorer()
    scorer.add({}, records)
    assert scorer.result().metrics["wer"] > 0


def wav(samples) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((np.asarray(samples) * 32767).astype("<i2").tobytes())
    return content.getvalue()


def test_an_export_takes_sound_and_computes_the_frames_of_training(tmp_path):
    task = make_task()
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
        assert int(answer["num_tokens"][row]) == int(found.lengths[0])
        np.testing.assert_allclose(answer["scores"][row], found.scores[0], rtol=1e-4)
        assert int(answer["num_samples"][row]) == len(samples)
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


def test_a_missing_feature_is_named():
    with pytest.raises(ValueError, match=r"no feature 'labels_length'"):
        make_task(labels_length=None)


def test_a_tokenizer_with_more_tokens_is_refused():
    task = make_task(MODEL.replace("76", "75"))
    with pytest.raises(ValueError, match=r"has 76 tokens, ctc\.vocab_size is 75"):
        task.check_input(input_texts())
    assert make_task().check_input(input_texts()) == []
    without = STEPS.replace("tokenize {", "copy {").replace("tokenizer { grapheme {} }", "")
    assert "need a tokenize step" in make_task().check_input(input_texts(without))[0]
