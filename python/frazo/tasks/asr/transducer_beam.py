"""The beam search of a transducer."""

from typing import NamedTuple

import tensorflow as tf
from frazo.decode.graph_search import graph_search
from frazo.decode.search import Results, Rows, Scores, Sentences
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.speech.transducer import Transducer, Written
from frazo.layers.step_context import StepContext
from frazo.proto import search_pb2
from frazo.tasks.asr.transducer_greedy import start_of_texts, write_tokens

# A search is for 2^n steps, the first of these that is enough.
_MAX_POWER = 24


class Hypotheses(NamedTuple):
    """The texts that a search has found in B utterances, best first.

    Attributes:
      tokens: int32 [B, best, longest]; 0 after the last one.
      lengths: int32 [B, best].
      scores: float32 [B, best], the natural logarithm of the probability of all orders of tokens
        and blanks that the search has seen; minus infinity where there is no hypothesis.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor


class _Row(NamedTuple):
    """The state of a hypothesis.

    Attributes:
      frame: int32 [rows], the frame that it reads.
      count: int32 [rows], the tokens that the frame has already.
      written: Of its text.
    """

    frame: tf.Tensor
    count: tf.Tensor
    written: Written


def search_beam(
    transducer: Transducer, encoded: tf.Tensor, frames: tf.Tensor, *, width: int, best: int = 1
) -> Hypotheses:
    """Extends the `width` most probable hypotheses of an utterance together, step by step.

    All hypotheses of a step have as many tokens and blanks (Saon et al. 2020, alignment-length
    synchronous decoding). So equal texts have read as many frames: their probabilities are added,
    and one of them goes on. A frame has at most max_tokens_per_frame tokens.

    Args:
      transducer: The transducer.
      encoded: The encoder's output, [B, time, dim], with at least one frame.
      frames: int32 [B], frames of each utterance.
      width: > 0.
      best: Hypotheses per utterance, > 0.
    """
    count = tf.shape(frames)[0]
    kernels = PackedKernels()
    heard = transducer.heard(encoded, StepContext.for_decoding(tf.range(count), kernels))
    # No token of the model: it takes the place of the blank that ends an utterance.
    end = transducer.blank + 1

    def score(rows: Rows, row: _Row) -> tuple[Scores, _Row]:
        context = StepContext.for_decoding(rows.sentences, kernels)
        is_blank = rows.tokens == transducer.blank
        row = _Row(
            frame=row.frame + tf.cast(is_blank, tf.int32),
            count=tf.where(is_blank, 0, row.count + 1),
            written=write_tokens(transducer, row.written, rows.tokens, ~is_blank, context),
        )
        place = tf.stack([rows.sentences, row.frame], 1)
        logits = transducer.next_logits(tf.gather_nd(heard, place), row.written, context)
        own_frames = tf.gather(frames, rows.sentences)
        is_full = row.count >= transducer.message.max_tokens_per_frame
        return Scores(_scores(logits, is_full, own_frames - row.frame)), row

    # The start token is a blank: it goes on from frame -1 to the first one.
    start = _Row(
        tf.fill([count], -1), tf.zeros([count], tf.int32), start_of_texts(transducer, count)
    )
    results = graph_search(
        score,
        start,
        _config(transducer, tf.shape(heard)[1], width, best),
        Sentences(count, end + 1),
        start_token=transducer.blank,
    )
    return _without_blanks(results, transducer.blank)


def _scores(logits: tf.Tensor, is_full: tf.Tensor, left: tf.Tensor) -> tf.Tensor:
    """Returns the log-probabilities of tokens, the blank and the end, [rows, classes + 1].

    Args:
      logits: float32 [rows, classes].
      is_full: bool [rows], whether the frame has as many tokens as it may have.
      left: int32 [rows], frames that the row has not read up; the one that it reads counts.
    """
    scores = tf.nn.log_softmax(logits)
    tokens, blank = scores[:, :-1], scores[:, -1:]
    impossible = tf.constant(float("-inf"))
    is_over = (left < 1)[:, tf.newaxis]
    is_last = (left <= 1)[:, tf.newaxis]
    return tf.concat(
        [
            tf.where(is_full[:, tf.newaxis] | is_over, impossible, tokens),
            tf.where(is_last, impossible, blank),
            tf.where(is_over, 0.0, tf.where(is_last, blank, impossible)),
        ],
        1,
    )


def _config(transducer: Transducer, time: tf.Tensor, width: int, best: int) -> tf.Tensor:
    """Returns the serialized Search for utterances of `time` frames."""

    def of_length(steps: int) -> bytes:
        search = search_pb2.Search(
            score_kind=search_pb2.Search.LOG_PROBABILITIES,
            eos_id=transducer.blank + 1,
            max_length=steps,
        )
        search.beam.width, search.beam.n_best = width, best
        # The end is a blank: it counts whatever its score.
        search.beam.valid_eos_max_logit_delta = float("inf")
        search.beam.local_eos_threshold = float("-inf")
        search.beam.propose_eos_always = True
        search.beam.transducer.eoc_id = transducer.blank
        search.beam.transducer.merge_paths = True
        return search.SerializeToString(deterministic=True)

    most = time * (transducer.message.max_tokens_per_frame + 1)
    powers = tf.constant([2**power for power in range(_MAX_POWER)])
    configs = tf.constant([of_length(2**power) for power in range(_MAX_POWER)])
    return configs[tf.searchsorted(powers, most[tf.newaxis])[0]]


def _without_blanks(results: Results, blank: int) -> Hypotheses:
    best, longest = tf.unstack(tf.shape(results.tokens)[1:])
    tokens = tf.reshape(results.tokens, [-1, longest])
    is_token = tf.sequence_mask(tf.reshape(results.lengths, [-1]), longest) & (tokens < blank)
    ragged = tf.ragged.boolean_mask(tokens, is_token)
    found = ragged.to_tensor()
    return Hypotheses(
        tokens=tf.reshape(found, [-1, best, tf.shape(found)[1]]),
        lengths=tf.reshape(tf.cast(ragged.row_lengths(), tf.int32), [-1, best]),
        scores=results.totals,
    )
