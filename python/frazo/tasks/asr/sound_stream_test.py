"""A sound chunk by chunk against the whole sound at once."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.proto import pipeline_pb2, speech_recognition_pb2
from frazo.tasks.asr.speech_recognition import SpeechRecognition
from google.protobuf import text_format

MODEL = """
subsampling { filters: 3 units: 8 }
encoder { lstm_stack { num_layers: 2 layer { units: 6 } } }
transducer {
  vocab_size: 76
  prediction { embedding_dim: 5 lstm_stack { num_layers: 1 layer { units: 6 } } }
  joint { units: 12 }
  max_tokens_per_frame: 2
  streaming: true
}
"""
STEPS = """
processor {
  tf_example {
    features { name: "audio" type: BYTES shape {} }
    features { name: "transcript" type: BYTES shape {} }
  }
  steps { decode_audio { field: "audio" output: "samples" } }
  steps {
    log_mel {
      field: "samples"
      output: "frames"
      log_mel { num_bins: 8 mean: [ 9, 9, 9, 9, 9, 9, 9, 9 ] stddev: [ 1, 1, 1, 1, 1, 1, 1, 1 ] }
    }
  }
  steps { tokenize { field: "transcript" output: "labels" tokenizer { grapheme {} } } }
}
batcher { buckets { length_of: "frames" bounds: [100] limits { examples: 2 } } }
"""


def make_task(model=MODEL):
    spec = {
        "frames": tf.TensorSpec([None, None, 8], tf.float32),
        "frames_length": tf.TensorSpec([None], tf.int32),
        "labels": tf.TensorSpec([None, None], tf.int32),
        "labels_length": tf.TensorSpec([None], tf.int32),
    }
    message = text_format.Parse(model, speech_recognition_pb2.SpeechRecognition())
    return SpeechRecognition(message, Place(seed=1), input_spec=spec)


def servable(task, steps=STEPS):
    return task.servable(InputTexts(text_format.Parse(steps, pipeline_pb2.Pipeline())))


# Its layers attend to all frames so far, by rotated positions.
ATTENDING = MODEL.replace(
    "lstm_stack { num_layers: 2 layer { units: 6 } }",
    """transformer_stack {
      num_layers: 2
      layer {
        self_attention { num_heads: 2 causal: true rotary {} }
        feed_forward { hidden_units: 12 }
      }
    }""",
    1,
)


@pytest.fixture(scope="module", params=[MODEL, ATTENDING], ids=["lstm", "causal_attention"])
def signatures(request, tmp_path_factory):
    task = make_task(request.param)
    for variable in task.trainable_variables:
        # Sharper than at the start of a training, and with a blank that wins now and then.
        if "kernel" in variable.name:
            variable.assign(variable * (8 if "joint/heard" in variable.name else 3))
        if variable.name.startswith("transducer/joint/softmax/bias"):
            variable.assign(tf.one_hot(76, 77) * 1)
    folder = str(tmp_path_factory.mktemp("export"))
    served = servable(task)
    tf.saved_model.save(served, folder, signatures=served.signatures())
    loaded = tf.saved_model.load(folder)
    # The functions live as long as the model that they are of.
    yield loaded.signatures


def streamed(signatures, samples, size):
    """Returns the texts after each chunk, and the last answer."""
    answer, texts = signatures["start_stream"](), []
    for begin in range(0, max(len(samples), 1), size):
        chunk = samples[begin : begin + size]
        state = {name: each for name, each in answer.items() if name.startswith("state")}
        answer = signatures["stream"](
            samples=tf.constant(chunk, tf.float32),
            is_last=tf.constant(begin + size >= len(samples)),
            **state,
        )
        texts.append(answer["text"].numpy())
    return texts, answer


@pytest.mark.parametrize(("length", "seed"), [(16000, 1), (9137, 2), (500, 3)])
def test_chunk_by_chunk_gives_the_text_of_the_whole_sound(signatures, length, seed):
    generator = np.random.default_rng(seed)
    # Tones that change every 50 ms.
    pitch = np.repeat(generator.uniform(200, 6000, length // 800 + 1), 800)[:length]
    samples = np.sin(2 * np.pi * np.cumsum(pitch) / 16000).astype(np.float32) * 0.1
    whole = signatures["transcribe_samples"](
        samples=tf.constant(samples[None]), lengths=tf.constant([length])
    )
    for size in (333, 4800, length):
        texts, answer = streamed(signatures, samples, size)
        assert texts[-1] == whole["texts"].numpy()[0]
        # A text only grows.
        assert all(after.startswith(before) for before, after in itertools.pairwise(texts))
        assert int(answer["num_tokens"]) == int(whole["num_tokens"][0])
        np.testing.assert_allclose(answer["score"], whole["scores"][0], rtol=1e-4)
    assert length < 1000 or len(set(texts[-1])) > 2


def test_a_sound_without_a_frame_has_no_text(signatures):
    texts, answer = streamed(signatures, np.zeros([100]), 50)
    assert texts == [b"", b""]
    assert float(answer["score"]) == 0


@pytest.mark.parametrize(
    ("found", "changed", "message"),
    [
        ("{ units: 6 } }", "{ units: 6 } bidirectional: true }", "Unset bidirectional"),
        (
            "lstm_stack { num_layers: 2 layer { units: 6 } }",
            "multi_head_attention { num_heads: 2 }",
            "does not see later tokens. Set causal",
        ),
    ],
)
def test_an_encoder_that_sees_later_frames_is_refused(found, changed, message):
    with pytest.raises(ValueError, match=message):
        make_task(MODEL.replace(found, changed, 1))


@pytest.mark.parametrize("field", ["normalize_utterance: true", "zero_frames: 1", "stride: 2"])
def test_features_of_the_whole_sound_are_refused(field):
    before = STEPS.index("num_bins: 8 mean")
    steps = (
        STEPS[:before] + f"num_bins: 8 {field} }} }} }}" + STEPS[STEPS.index("steps { tokenize") :]
    )
    with pytest.raises(ValueError, match=rf"log_mel\.{field.split(':')[0]}, which"):
        servable(make_task(), steps)


def test_a_model_that_does_not_stream_has_no_such_signature():
    task = make_task(MODEL.replace("streaming: true", ""))
    assert task.chunks is None
    assert "stream" not in servable(task).signatures()
