"""The TensorFlow op that searches for texts by connectionist temporal classification."""

from __future__ import annotations

import math
from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class CtcHypotheses(NamedTuple):
    """The most probable texts of B utterances, best first.

    Attributes:
      tokens: int32 [B, n_best, longest]; 0 after the last token.
      lengths: int32 [B, n_best].
      scores: float32 [B, n_best], the logarithm of the sum of the probabilities of a text's
        alignments; minus infinity, with a length of 0, where an utterance has fewer texts.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor


def ctc_beam_search(
    log_probabilities: tf.Tensor,
    frames: tf.Tensor,
    *,
    width: int,
    n_best: int = 1,
    token_gap: float = math.inf,
) -> CtcHypotheses:
    """Finds the most probable texts by a beam search for prefixes, without a gradient.

    Each prefix has the sum over its alignments (Graves and Jaitly 2014, algorithm 1). Texts of
    equal scores: the shorter one first, of equally long ones the one whose first token that differs
    is smaller.

    Args:
      log_probabilities: float32 [B, time, tokens + 1], natural logarithms; the last class is the
        blank.
      frames: int32 [B], frames of each utterance.
      width: Prefixes that are kept after each frame.
      n_best: Texts of each utterance, at most `width`.
      token_gap: A frame makes no new prefix with a token whose log-probability is lower than the
        frame's greatest by more than this.

    Raises:
      tf.errors.InvalidArgumentError: An argument is outside its range, shapes do not fit, or a
        frame has NaN or plus infinity; the message names the utterance.
    """
    return CtcHypotheses(
        *op_library().frazo_ctc_beam_search(
            log_probabilities=log_probabilities,
            frames=frames,
            width=width,
            n_best=n_best,
            token_gap=token_gap,
        )
    )
