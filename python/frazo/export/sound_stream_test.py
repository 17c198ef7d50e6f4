import numpy as np
import pytest
import tensorflow as tf
from frazo.export.sound_stream import SoundStream


def signature(name):
    """A model that writes the number of samples so far."""

    def stream(samples, is_last, state0):
        count = state0 + tf.size(samples)
        return {"state0": count, "text": tf.strings.as_string(count), "score": -1.5}

    functions = {
        "stream": stream,
        "start_stream": lambda: {"state0": tf.constant(0)},
        "about": lambda: {"sample_rate": tf.constant(100)},
    }
    return functions[name]


def test_the_state_goes_from_chunk_to_chunk():
    stream = SoundStream(signature)
    assert stream.sample_rate == 100
    assert stream.feed(np.zeros(30)) == ("30", -1.5, 0.3)
    assert stream.feed(np.zeros(0)).text == "30"
    assert stream.feed(np.zeros(20), is_last=True) == ("50", -1.5, 0.5)
    with pytest.raises(ValueError, match="the sound has ended"):
        stream.feed(np.zeros(1))


def test_two_sounds_know_nothing_of_each_other():
    one, other = SoundStream(signature), SoundStream(signature)
    one.feed(np.zeros(30))
    assert other.feed(np.zeros(5)).text == "5"
