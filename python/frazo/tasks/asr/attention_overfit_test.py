"""Listen, Attend and Spell learns a small batch by heart, through all of its parts."""

import numpy as np
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import speech_recognition_pb2
from frazo.tasks.asr.speech_recognition import SpeechRecognition
from google.protobuf import text_format

_MODEL = """
subsampling { filters: 4 batch_norm { decay: 0.9 } }
encoder {
  projected_lstm_stack { num_layers: 2 layer { units: 32 } batch_norm { decay: 0.9 } }
}
attention_decoder {
  embedding { vocab_size: 12 dim: 16 }
  recurrent { num_layers: 2 layer { units: 48 } attention { additive { hidden_units: 32 } } }
  softmax { num_classes: 12 }
  search { beam { width: 4 } eos_id: 2 max_length: 9 }
}
"""
_UTTERANCES, _FEATURES, _FRAMES_OF_A_TOKEN = 32, 8, 8
_STEPS = 130


def utterances():
    """Texts of two to six tokens; a token sounds like itself, with some noise."""
    generator = np.random.default_rng(5)
    sounds = generator.normal(size=[12, _FRAMES_OF_A_TOKEN, _FEATURES])
    lengths = generator.integers(2, 7, _UTTERANCES)
    labels = np.zeros([_UTTERANCES, 6], np.int32)
    frames = np.zeros([_UTTERANCES, 6 * _FRAMES_OF_A_TOKEN, _FEATURES], np.float32)
    for row, length in enumerate(lengths):
        labels[row, :length] = generator.integers(3, 12, length)
        sound = np.concatenate(sounds[labels[row, :length]])
        frames[row, : len(sound)] = sound + 0.1 * generator.normal(size=sound.shape)
    return {
        "frames": tf.constant(frames),
        "frames_length": tf.constant(lengths * _FRAMES_OF_A_TOKEN, tf.int32),
        "labels": tf.constant(labels),
        "labels_length": tf.constant(lengths, tf.int32),
    }


def test_32_utterances_are_recognised_without_an_error():
    batch = utterances()
    spec = {
        name: tf.TensorSpec(
            [None] * (x.shape.rank - (name == "frames")) + [8] * (name == "frames"), x.dtype
        )
        for name, x in batch.items()
    }
    message = text_format.Parse(_MODEL, speech_recognition_pb2.SpeechRecognition())
    task = SpeechRecognition(message, Place(seed=1), input_spec=spec)
    optimizer = tf.keras.optimizers.Adam(3e-3, global_clipnorm=1.0)

    @tf.function(autograph=False)
    def step(number):
        context = StepContext.for_training(seed=1, global_step=number)
        with tf.GradientTape() as tape:
            loss, _ = task.loss(batch, context)
            mean = loss.mean
        for variable, value in context.updates:
            variable.assign(value)
        gradients = tape.gradient(mean, task.trainable_variables)
        optimizer.apply_gradients(zip(gradients, task.trainable_variables, strict=True))
        return mean

    for number in range(_STEPS):
        mean = step(tf.constant(number, tf.int64))
    found = task.recognize(batch["frames"], batch["frames_length"])
    np.testing.assert_array_equal(found.lengths[:, 0], batch["labels_length"], str(float(mean)))
    longest = found.tokens.shape[-1]
    np.testing.assert_array_equal(
        np.pad(found.tokens[:, 0], [[0, 0], [0, max(0, 6 - longest)]])[:, :6], batch["labels"]
    )
