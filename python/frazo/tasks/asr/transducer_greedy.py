"""The search of a transducer that takes the best class of each step."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.speech.transducer import Transducer, Written
from frazo.layers.step_context import StepContext

_NOTHING = -1


class Best(NamedTuple):
    """What the search has found in some frames of B utterances.

    Attributes:
      tokens: int32 [B, longest]; 0 after the last one.
      lengths: int32 [B].
      scores: float32 [B], the natural logarithm of the probability of these tokens and blanks.
      written: What is known of the texts so far. The search of the frames that follow begins with
        it.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor
    written: Written


class _Position(NamedTuple):
    """Where the search is.

    Attributes:
      frame: int32 [B].
      count: int32 [B], the tokens that the frame has already.
      scores: float32 [B].
      written: Of the texts so far.
    """

    frame: tf.Tensor
    count: tf.Tensor
    scores: tf.Tensor
    written: Written


def start_of_texts(transducer: Transducer, rows: tf.Tensor) -> Written:
    """Returns what is known of `rows` texts before their first token."""
    return transducer.start(rows, StepContext.for_evaluation(seed=0))


def search_greedily(
    transducer: Transducer, encoded: tf.Tensor, frames: tf.Tensor, written: Written
) -> Best:
    """Takes the most probable class of each step: a token extends the text, a blank goes on to the
    next frame, and so does a frame that has max_tokens_per_frame.

    Some frames and then those that follow give the same tokens as all of them at once.

    Args:
      transducer: The transducer.
      encoded: The encoder's output, [B, time, dim].
      frames: int32 [B], frames of each utterance.
      written: Of the texts before the first frame.
    """
    rows = tf.shape(frames)[0]
    context = StepContext.for_decoding(tf.range(rows), PackedKernels())
    heard = transducer.heard(encoded, context)
    last = tf.shape(heard)[1] - 1

    def take_step(step: tf.Tensor, position: _Position, tokens: tf.TensorArray):
        at = tf.minimum(position.frame, last)
        logits = transducer.next_logits(
            tf.gather(heard, at, batch_dims=1), position.written, context
        )
        is_full = position.count >= transducer.message.max_tokens_per_frame
        best = tf.where(is_full, transducer.blank, tf.argmax(logits, -1, tf.int32))
        is_going = position.frame < frames
        is_token = is_going & (best != transducer.blank)
        scores = tf.gather(tf.nn.log_softmax(logits), best, batch_dims=1)
        position = _Position(
            frame=position.frame + tf.cast(is_going & ~is_token, tf.int32),
            count=tf.where(is_token, position.count + 1, 0),
            scores=position.scores + tf.where(is_going, scores, 0.0),
            written=write_tokens(transducer, position.written, best, is_token, context),
        )
        return step + 1, position, tokens.write(step, tf.where(is_token, best, _NOTHING))

    start = _Position(tf.zeros_like(frames), tf.zeros_like(frames), tf.zeros([rows]), written)
    steps, position, tokens = tf.while_loop(
        lambda _, position, __: tf.reduce_any(position.frame < frames),
        take_step,
        (
            tf.constant(0),
            start,
            tf.TensorArray(tf.int32, size=0, dynamic_size=True, element_shape=[None]),
        ),
    )
    found = tf.transpose(tf.reshape(tokens.stack(), [steps, rows]))
    ragged = tf.ragged.boolean_mask(found, found != _NOTHING)
    return Best(
        tokens=ragged.to_tensor(),
        lengths=tf.cast(ragged.row_lengths(), tf.int32),
        scores=position.scores,
        written=position.written,
    )


def write_tokens(
    transducer: Transducer,
    written: Written,
    tokens: tf.Tensor,
    is_token: tf.Tensor,
    context: StepContext,
) -> Written:
    """Extends the texts of the rows whose `is_token`, bool [rows], is true by int32 [rows]."""

    def extended() -> Written:
        after = transducer.write(written, tf.where(is_token, tokens, 0), context)
        return tf.nest.map_structure(
            lambda new, old: tf.where(is_token[:, tf.newaxis], new, old), after, written
        )

    # Most steps of an utterance are blanks.
    return tf.cond(tf.reduce_any(is_token), extended, lambda: written)
