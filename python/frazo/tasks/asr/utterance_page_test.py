import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.tasks.asr.utterance_page import RecognizedUtterance, utterance_summaries

UTTERANCE = RecognizedUtterance(
    "84-1-0000", np.ones((30, 8), np.float32), "go do you hear it", "so do hear it now"
)


def test_a_text_marks_the_errors():
    text, picture = utterance_summaries(UTTERANCE)
    assert text.tag == "utterances/84-1-0000/text"
    assert text.metadata.plugin_data.plugin_name == "text"
    words = tf.make_ndarray(text.tensor).item().decode()
    assert words == "~~go~~ **so** do ~~you~~ hear it **now**"
    decoded = tf.io.decode_png(picture.image.encoded_image_string)
    assert decoded.shape[:2] == (picture.image.height, picture.image.width) == (260, 1000)


def test_attention_and_sound_are_shown_where_they_are_known():
    samples = np.linspace(-0.5, 0.5, 800, dtype=np.float32)
    known = UTTERANCE._replace(
        attention=np.full((4, 7), 1 / 7), sound=_core.encode_flac(samples, sample_rate=8000)
    )
    _, picture, sound = utterance_summaries(known)
    assert picture.image.height == 520
    decoded, rate = tf.audio.decode_wav(sound.audio.encoded_audio_string)
    assert int(rate) == sound.audio.sample_rate == 8000
    np.testing.assert_allclose(decoded[:, 0], samples, atol=1e-4)
