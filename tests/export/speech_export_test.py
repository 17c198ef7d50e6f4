"""A Predictor transcribes with speech recognisers, and has all texts that their search found."""

import frazo
import numpy as np
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.proto import pipeline_pb2, speech_recognition_pb2
from frazo.tasks.asr.speech_recognition import SpeechRecognition
from frazo_tools.speech.sample import tone
from google.protobuf import text_format

MODEL = """
subsampling {{ filters: 3 units: 8 }}
encoder {{ lstm_stack {{ num_layers: 1 layer {{ units: 4 }} bidirectional: true }} }}
ctc {{ vocab_size: 76 {search} }}
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


def predictor(search, folder):
    spec = {
        "frames": tf.TensorSpec([None, None, 8], tf.float32),
        "frames_length": tf.TensorSpec([None], tf.int32),
        "labels": tf.TensorSpec([None, None], tf.int32),
        "labels_length": tf.TensorSpec([None], tf.int32),
    }
    text = MODEL.format(search=search)
    message = text_format.Parse(text, speech_recognition_pb2.SpeechRecognition())
    task = SpeechRecognition(message, Place(seed=1), input_spec=spec)
    servable = task.servable(InputTexts(text_format.Parse(STEPS, pipeline_pb2.Pipeline())))
    tf.saved_model.save(servable, str(folder), signatures=servable.signatures())
    return frazo.Predictor(folder)


def test_the_texts_of_a_search_come_best_first(tmp_path):
    model = predictor("search { width: 4 n_best: 3 }", tmp_path / "model")
    transcripts = model.transcribe([tone(0.5), tone(0.3)])
    assert [transcript.seconds for transcript in transcripts] == pytest.approx([0.5, 0.3], abs=0.01)
    for transcript in transcripts:
        texts, scores = zip(*transcript.hypotheses, strict=True)
        assert len(set(texts)) == 3
        assert (transcript.text, transcript.score) == (texts[0], pytest.approx(scores[0]))
        assert list(scores) == sorted(scores, reverse=True)
        assert np.isfinite(scores).all()


def test_samples_are_transcribed_as_the_files_that_have_them(tmp_path):
    model = predictor("search { width: 4 n_best: 3 }", tmp_path / "model")
    assert model.sample_rate == 16000
    sounds = [tone(0.5), tone(0.3)]
    found = model.transcribe_samples([frazo._core.decode_sound(sound) for sound in sounds])
    for transcript, expected in zip(found, model.transcribe(sounds), strict=True):
        assert transcript.text == expected.text
        assert transcript.seconds == expected.seconds
        assert transcript.score == pytest.approx(expected.score, rel=1e-4)
    assert model.transcribe_samples([]) == []
    with pytest.raises(ValueError, match=r"sound 1 has the shape \(2, 5\); expected \[length\]"):
        model.transcribe_samples([np.zeros(5), np.zeros([2, 5])])


def test_missing_texts_are_left_out(tmp_path):
    model = predictor("search { width: 4 n_best: 3 }", tmp_path / "model")
    # A sound without a frame has the empty text alone.
    (transcript,) = model.transcribe([tone(0.001)])
    assert transcript.hypotheses == [("", 0.0)]
    assert model.transcribe([]) == []


def test_the_best_alignment_is_one_text(tmp_path):
    (transcript,) = predictor("", tmp_path / "model").transcribe([tone(0.5)])
    ((text, score),) = transcript.hypotheses
    assert (text, score) == (transcript.text, pytest.approx(transcript.score))
