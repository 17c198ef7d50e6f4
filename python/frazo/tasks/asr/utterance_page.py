"""What TensorBoard shows of recognised utterances."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.alignment import Step, align
from frazo.program.picture import DOTS_PER_INCH, new_figure, png

_WIDTH, _PANEL_HEIGHT = 10, 2.6
_MARKS = {"substitution": "~~{}~~ **{}**", "deletion": "~~{}~~", "insertion": "**{}**"}


class RecognizedUtterance(NamedTuple):
    """An utterance and the best text that was found in it.

    Attributes:
      name: Its id, or the number of its record in the input.
      frames: float32 [time, features].
      reference: What is said.
      hypothesis: What was recognised.
      attention: float32 [tokens, encoder frames], the probabilities of attention when each token
        was chosen; None if the model does not attend.
      sound: The content of its sound file; None if the input does not keep it.
    """

    name: str
    frames: np.ndarray
    reference: str
    hypothesis: str
    attention: np.ndarray | None = None
    sound: bytes | None = None


def utterance_summaries(utterance: RecognizedUtterance) -> list[tf.compat.v1.Summary.Value]:
    """Returns a text, a picture of features and attention, and the sound if it is known.

    The text has the reference with what was deleted or replaced struck out, and what was inserted
    or put in its place in bold.
    """
    tag = f"utterances/{utterance.name}"
    words = " ".join(map(_marked, align(utterance.reference, utterance.hypothesis)))
    values = [_text(tag, words), _picture(tag, utterance)]
    if utterance.sound is not None:
        values.append(_audio(tag, utterance.sound))
    return values


def _marked(step: Step) -> str:
    words = [word for word in (step.reference, step.hypothesis) if word is not None]
    return _MARKS[step.kind].format(*words) if step.kind in _MARKS else words[0]


def _text(tag: str, text: str) -> tf.compat.v1.Summary.Value:
    metadata = tf.compat.v1.SummaryMetadata(
        plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="text")
    )
    return tf.compat.v1.Summary.Value(
        tag=f"{tag}/text", tensor=tf.make_tensor_proto(text), metadata=metadata
    )


def _picture(tag: str, utterance: RecognizedUtterance) -> tf.compat.v1.Summary.Value:
    panels = 1 if utterance.attention is None else 2
    figure = new_figure(_WIDTH, panels * _PANEL_HEIGHT)
    axes = figure.subplots(panels, 1, squeeze=False)[:, 0]
    axes[0].imshow(utterance.frames.T, origin="lower", aspect="auto")
    axes[0].set_ylabel("feature")
    axes[0].set_xlabel("frame")
    if utterance.attention is not None:
        axes[1].imshow(utterance.attention, aspect="auto", vmin=0, vmax=1)
        axes[1].set_ylabel("token")
        axes[1].set_xlabel("encoder frame")
    image = tf.compat.v1.Summary.Image(
        width=_WIDTH * DOTS_PER_INCH,
        height=round(panels * _PANEL_HEIGHT * DOTS_PER_INCH),
        colorspace=4,
        encoded_image_string=png(figure),
    )
    return tf.compat.v1.Summary.Value(tag=f"{tag}/features", image=image)


def _audio(tag: str, sound: bytes) -> tf.compat.v1.Summary.Value:
    rate = _core.read_sound_header(sound).sample_rate
    samples = _core.decode_sound(sound, sample_rate=rate)
    wav = tf.audio.encode_wav(samples[:, np.newaxis], rate).numpy()
    audio = tf.compat.v1.Summary.Audio(
        sample_rate=rate,
        num_channels=1,
        length_frames=len(samples),
        encoded_audio_string=wav,
        content_type="audio/wav",
    )
    return tf.compat.v1.Summary.Value(tag=f"{tag}/sound", audio=audio)
