"""The TensorFlow ops that find and score texts by connectionist temporal classification."""

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


class CtcPrefixState(NamedTuple):
    """What is known of the alignments of hypotheses.

    Attributes:
      forward: float64 [rows, T, 2], for each frame the logarithms of the sums over the alignments
        up to it that end with the hypothesis' last token, and with a blank.
      last: int32 [rows], the last token; -1: there is none; -2: the hypothesis has not begun.
    """

    forward: tf.Tensor
    last: tf.Tensor

    @classmethod
    def before_first_step(cls, rows: int | tf.Tensor, time: int | tf.Tensor) -> CtcPrefixState:
        """Returns the state before a search's first step, in which the tokens are not read."""
        return cls(tf.zeros([rows, time, 2], tf.float64), tf.fill([rows], -2))


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


def ctc_prefix_scores(
    probabilities: tf.Tensor,
    frames: tf.Tensor,
    row_sentences: tf.Tensor,
    tokens: tf.Tensor,
    state: CtcPrefixState,
    *,
    eos_id: int,
) -> tuple[tf.Tensor, CtcPrefixState]:
    """Scores the next tokens of hypotheses: a step of a search that has other scores, too.

    Watanabe et al. 2017, "Hybrid CTC/Attention Architecture for End-to-End Speech Recognition",
    section III. Without a gradient.

    Args:
      probabilities: float32 [B, T, tokens + 1], of each frame; the last class is the blank.
      frames: int32 [B], frames of each utterance.
      row_sentences: int32 [rows], the utterance of each hypothesis.
      tokens: int32 [rows], the token that extends each hypothesis.
      state: The state before the token.
      eos_id: The token that ends a text.

    Returns:
      The scores, float32 [rows, tokens], and the state after the token. A score is the logarithm of
      the probability that a text which begins with the hypothesis has the token next; that of
      eos_id is that of its end.

    Raises:
      tf.errors.InvalidArgumentError: A number is outside its range, or shapes do not fit; the
        message names the argument and the row.
    """
    scored = op_library().frazo_ctc_prefix_scores(
        probabilities=probabilities,
        frames=frames,
        row_sentences=row_sentences,
        tokens=tokens,
        forward=state.forward,
        last=state.last,
        eos_id=eos_id,
    )
    return scored.scores, CtcPrefixState(scored.next_forward, scored.next_last)
