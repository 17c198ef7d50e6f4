"""Recognises an utterance while it goes on."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.sequence_layer import SequenceLayer, State, TokenDecoder, loop_shapes
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.frame_subsampling import FrameSubsampling
from frazo.layers.speech.transducer import Transducer, Written
from frazo.layers.step_context import StepContext
from frazo.tasks.asr.transducer_greedy import search_greedily, start_of_texts


class Heard(NamedTuple):
    """What is known after some frames of an utterance.

    Attributes:
      tokens: int32 [num_tokens], found so far.
      score: float32 [], the natural logarithm of the probability of these tokens and blanks.
      subsampling: The state of the subsampling.
      encoder: The state of the encoder.
      written: What the transducer knows of the text.
    """

    tokens: tf.Tensor
    score: tf.Tensor
    subsampling: State
    encoder: State
    written: Written


class ChunkRecognizer:
    """Finds the text of one utterance by greedy search, a chunk of frames after the other.

    The tokens are those that the whole utterance at once gives: no layer sees later frames.

    Attributes:
      stride: Each chunk but the last has a multiple of so many frames.
    """

    def __init__(
        self,
        subsampling: FrameSubsampling | None,
        encoder: SequenceLayer,
        transducer: Transducer,
    ):
        """Keeps the layers.

        Args:
          subsampling: Before the encoder; None: nothing is.
          encoder: Goes frame by frame.
          transducer: The transducer.

        Raises:
          ValueError: The encoder sees later frames.
        """
        if not isinstance(encoder, TokenDecoder):
            raise ValueError(
                f"{encoder.path}: a {type(encoder).__name__} cannot go frame by frame, as a stream "
                "needs. Take an lstm_stack, or unset streaming."
            )
        # There is no memory, so that it has no tensors.
        self._cache = encoder.memory_cache(None, StepContext.for_evaluation(seed=0))
        # Raises an error if the layers see later frames.
        encoder.init_state(1, self._cache)
        self._subsampling, self._encoder, self._transducer = subsampling, encoder, transducer
        self.stride = 1 if subsampling is None else subsampling.stride

    def start(self) -> Heard:
        """Returns what is known before the first frame."""
        return Heard(
            tokens=tf.zeros([0], tf.int32),
            score=tf.zeros([]),
            subsampling={} if self._subsampling is None else self._subsampling.init_state(1),
            encoder=self._encoder.init_state(1, self._cache),
            written=start_of_texts(self._transducer, 1),
        )

    def hear(self, before: Heard, frames: tf.Tensor) -> Heard:
        """Returns what is known after more frames, [1, time > 0, features]."""
        context = StepContext.for_evaluation(seed=0)
        x, subsampling = frames, before.subsampling
        if self._subsampling is not None:
            layout = SequenceLayout(tf.ones(tf.shape(x)[:2], tf.bool))
            subsampling, x = self._subsampling.chunk(subsampling, x, layout, context)
        encoder, x = self._encode(before.encoder, x, context)
        found = search_greedily(self._transducer, x, tf.shape(x)[1][tf.newaxis], before.written)
        return Heard(
            tokens=tf.concat([before.tokens, found.tokens[0]], 0),
            score=before.score + found.scores[0],
            subsampling=subsampling,
            encoder=encoder,
            written=found.written,
        )

    def _encode(self, state: State, x: tf.Tensor, context: StepContext) -> tuple[State, tf.Tensor]:
        """Runs the encoder frame by frame over [1, time, dim]."""
        time = tf.shape(x)[1]

        def advance(frame: tf.Tensor, state: State, outputs: tf.TensorArray):
            state, y = self._encoder.step(state, x[:, frame], self._cache, context)
            return frame + 1, state, outputs.write(frame, y)

        outputs = tf.TensorArray(
            x.dtype, size=time, element_shape=[1, self._encoder.output_shape[-1]]
        )
        _, state, outputs = tf.while_loop(
            lambda frame, *_: frame < time,
            advance,
            (tf.constant(0), state, outputs),
            shape_invariants=(tf.TensorShape([]), loop_shapes(state), tf.TensorShape(None)),
        )
        return state, tf.transpose(outputs.stack(), [1, 0, 2])
