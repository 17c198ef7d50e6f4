"""A sound that an exported model recognises while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf

_STATE = "state"


class TextSoFar(NamedTuple):
    """What a model has recognised in a sound so far.

    Attributes:
      text: The text. It may grow with the sound; a part of it does not change any more.
      score: The natural logarithm of the probability of its tokens and blanks.
      seconds: The length of the sound so far.
    """

    text: str
    score: float
    seconds: float

    @property
    def hypotheses(self) -> list[tuple[str, float]]:
        """The only text with its score, in the form of Transcript.hypotheses."""
        return [(self.text, self.score)]


class SoundStream:
    """One sound, which comes chunk by chunk. Not thread-safe.

        stream = predictor.stream_sound()
        for samples in microphone:
            print(stream.feed(samples).text)
        print(stream.feed(np.zeros(0), is_last=True).text)

    Attributes:
      sample_rate: The rate of the samples in Hz.
    """

    def __init__(self, signature: Callable[[str], Callable[..., Mapping[str, tf.Tensor]]]):
        """Starts.

        Args:
          signature: Returns a function of the model by its name.

        Raises:
          ValueError: The model does not stream.
        """
        self._feed = signature("stream")
        self.sample_rate = int(signature("about")()["sample_rate"])
        self._state: dict[str, tf.Tensor] | None = dict(signature("start_stream")())
        self._samples = 0

    def feed(self, samples: np.ndarray, *, is_last: bool = False) -> TextSoFar:
        """Takes the samples that follow, float [length] in [-1, 1], and returns the text so far.

        Args:
          samples: Any number of samples.
          is_last: Whether the sound ends with them. What the last ones say is found only then.

        Raises:
          ValueError: The sound has ended.
        """
        if self._state is None:
            raise ValueError(
                "the sound has ended: feed had is_last before. Start another stream for another sound."
            )
        answer = self._feed(
            samples=tf.constant(samples, tf.float32), is_last=tf.constant(is_last), **self._state
        )
        self._state = {name: each for name, each in answer.items() if name.startswith(_STATE)}
        if is_last:
            self._state = None
        self._samples += len(samples)
        return TextSoFar(
            text=answer["text"].numpy().decode(errors="replace"),
            score=float(answer["score"]),
            seconds=self._samples / self.sample_rate,
        )
