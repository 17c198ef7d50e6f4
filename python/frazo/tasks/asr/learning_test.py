"""Models learn 32 utterances by heart: they recognise them without an error."""

import random

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn.learner import Learner
from frazo.proto import learner_pb2, speech_recognition_pb2
from frazo.tasks.asr.speech_recognition import SpeechRecognition
from google.protobuf import text_format

TOKENS, FEATURES = 9, 8
UTTERANCES = 32
CONFORMER = f"""
subsampling {{ filters: 8 units: 32 }}
encoder {{
  conformer_stack {{
    num_layers: 2
    layer {{
      self_attention {{ num_heads: 2 rotary {{}} }}
      feed_forward {{ hidden_units: 64 activation: SILU }}
      convolution {{ frames_before: 3 frames_after: 3 }}
    }}
  }}
}}
ctc {{ vocab_size: {TOKENS} search {{ width: 4 }} }}
"""
# It streams, and a beam finds its texts.
TRANSDUCER = f"""
subsampling {{ filters: 8 units: 32 }}
encoder {{ lstm_stack {{ num_layers: 1 layer {{ units: 48 forget_bias: 1 }} }} }}
transducer {{
  vocab_size: {TOKENS}
  prediction {{ embedding_dim: 8 lstm_stack {{ num_layers: 1 layer {{ units: 16 }} }} }}
  joint {{ units: 32 }}
  beam_width: 4
  streaming: true
}}
"""
# The tokens that begin and end a text stand behind those of the texts.
LISTEN_ATTEND_AND_SPELL = f"""
subsampling {{ filters: 4 batch_norm {{ decay: 0.9 }} }}
encoder {{
  projected_lstm_stack {{ num_layers: 2 layer {{ units: 32 }} batch_norm {{ decay: 0.9 }} }}
}}
attention_decoder {{
  embedding {{ vocab_size: {TOKENS + 2} dim: 16 }}
  recurrent {{ num_layers: 2 layer {{ units: 48 }} attention {{ additive {{ hidden_units: 32 }} }} }}
  softmax {{ num_classes: {TOKENS + 2} }}
  sos_id: {TOKENS}
  search {{ beam {{ width: 4 }} eos_id: {TOKENS + 1} max_length: 9 }}
}}
"""
LEARNER = """
learning_rate: 5e-3
schedule { linear_rampup { warmup_steps: 30 } }
optimizer { adam { beta2: 0.98 } }
clip_global_norm: 1
"""
# The Conformer needs about 50 steps, the transducer about 125, the LSTMs that attend 50 to 100.
STEPS, MOST_STEPS = 25, 1500


def make_batch():
    """Utterances of two to six tokens; each token is a spectrum of its own in noise, 6 to 13 frames
    long.
    """
    draw, generator = random.Random(3), np.random.default_rng(3)
    spectra = generator.normal(size=[TOKENS, FEATURES])
    texts = [[draw.randrange(TOKENS) for _ in range(draw.randint(2, 6))] for _ in range(UTTERANCES)]
    spoken = [
        np.concatenate([np.repeat(spectra[[token]], draw.randint(6, 13), 0) for token in text])
        for text in texts
    ]
    frames = np.zeros([UTTERANCES, max(map(len, spoken)), FEATURES], np.float32)
    labels = np.zeros([UTTERANCES, max(map(len, texts))], np.int32)
    for row, (text, sound) in enumerate(zip(texts, spoken, strict=True)):
        frames[row, : len(sound)] = sound + generator.normal(scale=0.3, size=sound.shape)
        labels[row, : len(text)] = text
    return {
        "frames": tf.constant(frames),
        "frames_length": tf.constant([len(sound) for sound in spoken]),
        "labels": tf.constant(labels),
        "labels_length": tf.constant([len(text) for text in texts]),
    }


def make_task(model, batch):
    spec = {
        name: tf.TensorSpec([None] * (value.shape.rank - 1) + [value.shape[-1]], value.dtype)
        if name == "frames"
        else tf.TensorSpec([None] * value.shape.rank, value.dtype)
        for name, value in batch.items()
    }
    message = text_format.Parse(model, speech_recognition_pb2.SpeechRecognition())
    return SpeechRecognition(message, Place(seed=1), input_spec=spec)


@pytest.mark.parametrize(
    "model",
    [CONFORMER, TRANSDUCER, LISTEN_ATTEND_AND_SPELL],
    ids=["conformer", "transducer", "listen_attend_and_spell"],
)
def test_32_utterances_are_recognised_without_an_error(model):
    batch = make_batch()
    task = make_task(model, batch)
    learner = Learner(text_format.Parse(LEARNER, learner_pb2.Learner()), task.variables)

    @tf.function(autograph=False)
    def steps(begin):
        def step(count):
            context = StepContext.for_training(seed=1, global_step=count)
            with tf.GradientTape() as tape:
                loss, _ = task.loss(batch, context)
                mean = loss.mean
            learner.step(loss, tape.gradient(mean, learner.weights), context, count)
            return count + 1

        return tf.while_loop(lambda count: count < begin + STEPS, step, [begin])

    @tf.function(autograph=False)
    def wrong():
        """Returns the number of utterances with an error."""
        found = task.recognize(batch["frames"], batch["frames_length"])
        tokens = tf.RaggedTensor.from_tensor(found.tokens[:, 0], found.lengths[:, 0])
        labels = tf.RaggedTensor.from_tensor(batch["labels"], batch["labels_length"])
        distances = tf.edit_distance(tokens.to_sparse(), labels.to_sparse(), normalize=False)
        return tf.math.count_nonzero(distances)

    for begin in range(0, MOST_STEPS, STEPS):
        steps(tf.constant(begin, tf.int64))
        if int(wrong()) == 0:
            return
    pytest.fail(f"after {MOST_STEPS} steps {int(wrong())} utterances still have an error")
