"""The search by attention and CTC finds what scoring each text as a whole finds."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.speech.ctc import ctc_losses
from frazo.layers.step_context import StepContext
from frazo.proto import speech_recognition_pb2
from frazo.tasks.asr.speech_head import Labels
from frazo.tasks.asr.speech_recognition import SpeechRecognition
from google.protobuf import text_format

TOKENS, EOS = 5, 2
FRAMES = [4, 3]
EVALUATION = StepContext.for_evaluation(seed=1)
MODEL = f"""
encoder {{ lstm_stack {{ num_layers: 1 layer {{ units: 6 }} bidirectional: true }} }}
ctc {{ vocab_size: {TOKENS} kernel_init {{ gaussian {{ stddev: 2 }} }} }}
attention_decoder {{
  embedding {{ vocab_size: {TOKENS} dim: 4 }}
  recurrent {{ num_layers: 1 layer {{ units: 6 }} attention {{ additive {{ hidden_units: 4 }} }} }}
  softmax {{ num_classes: {TOKENS} kernel_init {{ gaussian {{ stddev: 2 }} }} }}
  search {{
    eos_id: {EOS} max_length: 4
    beam {{ width: 200 n_best: 6 valid_eos_max_logit_delta: inf local_eos_threshold: -1e9 }}
  }}
  ctc_search_weight: 0.4
}}
"""


def make_task(model=MODEL):
    spec = {
        "frames": tf.TensorSpec([None, None, 3], tf.float32),
        "frames_length": tf.TensorSpec([None], tf.int32),
        "labels": tf.TensorSpec([None, None], tf.int32),
        "labels_length": tf.TensorSpec([None], tf.int32),
    }
    message = text_format.Parse(model, speech_recognition_pb2.SpeechRecognition())
    return SpeechRecognition(message, Place(seed=1), input_spec=spec)


@pytest.fixture(scope="module")
def frames():
    return tf.random.stateless_normal([2, 4, 3], [1, 2])


def scores_of_all_texts(task, frames, row):
    """Maps each text of up to three tokens to its score, computed for the whole text."""
    others = [token for token in range(TOKENS) if token != EOS]
    texts = [text for length in range(4) for text in itertools.product(others, repeat=length)]
    labels = Labels(
        tf.constant([[*text, *[0] * (3 - len(text))] for text in texts]),
        tf.constant([len(text) for text in texts]),
    )
    batch = {
        "frames": tf.repeat(frames[row : row + 1, : FRAMES[row]], len(texts), 0),
        "frames_length": tf.fill([len(texts)], FRAMES[row]),
    }
    encoded = task._encode(batch, EVALUATION)
    features, tokens = task.text_decoder._features(encoded, labels, EVALUATION)
    losses = task.text_decoder.token_model.losses(features, tokens.ids, EVALUATION).plain
    of_decoder = tf.reduce_sum(tf.where(tokens.layout.mask, losses, 0.0), 1)
    logits = task.ctc.layer(encoded.values, EVALUATION)
    of_ctc = ctc_losses(logits, batch["frames_length"], *labels)
    totals = -0.6 * of_decoder - 0.4 * of_ctc.losses
    return {
        text: float(total)
        for text, total, is_aligned in zip(texts, totals, of_ctc.is_aligned, strict=True)
        if is_aligned
    }


def test_a_search_finds_the_best_of_all_texts(frames):
    task = make_task()
    found = task.recognize(frames, tf.constant(FRAMES))
    for row in range(2):
        expected = scores_of_all_texts(task, frames, row)
        best = sorted(expected, key=expected.get, reverse=True)[:6]
        texts = [
            tuple(tokens[:length].tolist())
            for tokens, length in zip(
                found.tokens[row].numpy(), found.lengths[row].numpy(), strict=True
            )
        ]
        assert texts == best
        np.testing.assert_allclose(
            found.scores[row], [expected[text] for text in texts], rtol=1e-4, atol=1e-4
        )


def test_attention_alone_ranks_otherwise(frames):
    alone = make_task(MODEL.replace("ctc_search_weight: 0.4", ""))
    found, joint = (task.recognize(frames, tf.constant(FRAMES)) for task in (alone, make_task()))
    assert not np.allclose(found.scores, joint.scores)
    assert (
        alone.text_decoder.search + ", CTC with the weight 0.4" == make_task().text_decoder.search
    )


def test_variables_are_those_of_both_heads_once():
    names = [variable.name for variable in make_task().variables]
    assert len(names) == len(set(names))
    assert not any(v.name.startswith("ctc") for v in make_task().text_decoder.variables)


def test_other_tokens_are_refused():
    with pytest.raises(ValueError, match="needs a CTC of the 5 tokens, but there is CTC with 4"):
        make_task(MODEL.replace("ctc { vocab_size: 5", "ctc { vocab_size: 4"))
