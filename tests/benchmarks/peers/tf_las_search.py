"""The search for texts with the decoder of Listen, Attend and Spell in plain TensorFlow.

usage: tf_las_search.py

One graph with a loop over the tokens. All utterances have as many hypotheses, also those that are
done, as tensors [utterances, width, ...] ask for.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from figures import print_figures
from las_workload import (
    CELL_CLIP,
    END,
    END_GAP,
    SIZES,
    START,
    Sizes,
    make_weights,
    utterances_per_second,
)

_IMPOSSIBLE = -float("inf")


class State(NamedTuple):
    """What the decoder keeps of each hypothesis: [utterances * width, values]."""

    first_cell: tf.Tensor
    first_output: tf.Tensor
    context: tf.Tensor
    second_cell: tf.Tensor
    second_output: tf.Tensor


class Ended(NamedTuple):
    """The best text of each utterance that has ended: [utterances], texts [utterances, tokens]."""

    totals: tf.Tensor
    texts: tf.Tensor
    lengths: tf.Tensor


class Decoder:
    """The layers, for an encoder's output [utterances, vectors, memory] with `lengths`."""

    def __init__(self, sizes: Sizes, weights: Mapping[str, tf.Tensor], memory, lengths):
        first, second = "decoder/layer0", "decoder/layer1"
        self.sizes = sizes
        self.memory = memory
        self.keys = memory @ weights[f"{first}/attention/memory/kernel"]
        self.query_kernel = weights[f"{first}/attention/query/kernel"]
        self.energy = weights[f"{first}/attention/energy"]
        self.mask = tf.sequence_mask(lengths, tf.shape(memory)[1])[:, tf.newaxis]
        self.table = weights["embedding/table"]
        # One product a layer is faster than one for each input.
        parts = ("lstm/input", "context", "lstm/recurrent")
        self.first_kernel = tf.concat([weights[f"{first}/{part}/kernel"] for part in parts], 0)
        self.first_bias = weights[f"{first}/lstm/bias"]
        parts = ("input", "recurrent")
        self.second_kernel = tf.concat([weights[f"{second}/{part}/kernel"] for part in parts], 0)
        self.second_bias = weights[f"{second}/bias"]
        self.softmax = weights["softmax/kernel"], weights["softmax/bias"]

    def first_state(self, utterances) -> State:
        nothing = tf.zeros([utterances * self.sizes.width, self.sizes.units])
        return State(nothing, nothing, self._attend(nothing), nothing, nothing)

    def step(self, state: State, tokens):
        """Returns the next state and logits, [utterances * width, vocabulary]."""
        x = tf.concat([tf.gather(self.table, tokens), state.context, state.first_output], -1)
        gates = x @ self.first_kernel + self.first_bias
        first_cell, first_output = _advance(gates, state.first_cell)
        context = self._attend(first_output)
        x = tf.concat([first_output, context, state.second_output], -1)
        gates = x @ self.second_kernel + self.second_bias
        second_cell, second_output = _advance(gates, state.second_cell)
        kernel, bias = self.softmax
        logits = tf.concat([second_output, context], -1) @ kernel + bias
        return State(first_cell, first_output, context, second_cell, second_output), logits

    def _attend(self, outputs):
        queries = tf.reshape(
            outputs @ self.query_kernel, [-1, self.sizes.width, 1, self.sizes.hidden]
        )
        energies = tf.tensordot(tf.tanh(self.keys[:, tf.newaxis] + queries), self.energy, 1)
        shares = tf.nn.softmax(tf.where(self.mask, energies, _IMPOSSIBLE))
        return tf.reshape(shares @ self.memory, [-1, self.sizes.memory])


def _advance(gates, cell):
    candidate, input_gate, forget_gate, output_gate = tf.split(gates, 4, -1)
    cell = tf.sigmoid(forget_gate) * cell + tf.sigmoid(input_gate) * tf.tanh(candidate)
    cell = tf.clip_by_value(cell, -CELL_CLIP, CELL_CLIP)
    return cell, tf.sigmoid(output_gate) * tf.tanh(cell)


class Beams(NamedTuple):
    """The hypotheses that go on, best first.

    totals is [utterances, width], texts [utterances, width, tokens].
    """

    totals: tf.Tensor
    texts: tf.Tensor


def search(decoder: Decoder, utterances):
    """Returns tokens, [utterances, sizes.tokens], lengths and totals, [utterances]."""
    sizes = decoder.sizes
    # At first each utterance has one hypothesis.
    totals = tf.constant([[0.0] + [_IMPOSSIBLE] * (sizes.width - 1)])
    beams = Beams(
        tf.repeat(totals, utterances, 0),
        tf.zeros([utterances, sizes.width, sizes.tokens], tf.int32),
    )
    ended = Ended(
        tf.fill([utterances], _IMPOSSIBLE),
        tf.zeros([utterances, sizes.tokens], tf.int32),
        tf.zeros([utterances], tf.int32),
    )

    def is_going_on(step, state, beams, ended):
        return tf.reduce_any(beams.totals[:, 0] > ended.totals)

    def extend(step, state, beams, ended):
        tokens = beams.texts[:, :, tf.maximum(step - 1, 0)]
        tokens = tf.where(step == 0, START, tokens)
        state, logits = decoder.step(state, tf.reshape(tokens, [-1]))
        scores = tf.reshape(tf.nn.log_softmax(logits), [-1, sizes.width, sizes.vocabulary])
        beams, parents, ended = _choose(sizes, scores, beams, ended, step)
        rows = parents + sizes.width * tf.range(utterances)[:, tf.newaxis]
        rows = tf.reshape(rows, [-1])
        state = tf.nest.map_structure(lambda x: tf.gather(x, rows), state)
        return step + 1, state, beams, ended

    _, _, beams, ended = tf.while_loop(
        is_going_on,
        extend,
        (tf.constant(0), decoder.first_state(utterances), beams, ended),
        maximum_iterations=sizes.tokens,
    )
    # What has not ended is cut.
    is_cut = ended.totals == _IMPOSSIBLE
    return (
        tf.where(is_cut[:, tf.newaxis], beams.texts[:, 0], ended.texts),
        tf.where(is_cut, sizes.tokens, ended.lengths),
        tf.where(is_cut, beams.totals[:, 0], ended.totals),
    )


def _choose(sizes: Sizes, scores, beams: Beams, ended: Ended, step):
    """Returns the next beams, the number of each one's parent in its utterance, and what ended."""
    # Each proposes one more than go on, for one of them may be the end.
    scores, tokens = tf.math.top_k(scores, sizes.width + 1)
    sums = beams.totals[:, :, tf.newaxis] + scores
    is_end = tokens == END
    may_end = is_end & (sums > sums[:, :, :1] - END_GAP)
    end_totals = tf.reduce_max(tf.where(may_end, sums, _IMPOSSIBLE), -1)
    best_end = tf.argmax(end_totals, -1)
    totals = tf.reduce_max(end_totals, -1)
    # An utterance is done once nothing that goes on is better than what has ended.
    is_better = (totals > ended.totals) & (beams.totals[:, 0] > ended.totals)
    ended = Ended(
        tf.where(is_better, totals, ended.totals),
        tf.where(
            is_better[:, tf.newaxis], tf.gather(beams.texts, best_end, batch_dims=1), ended.texts
        ),
        tf.where(is_better, step, ended.lengths),
    )
    proposed = sizes.width * (sizes.width + 1)
    sums = tf.reshape(tf.where(is_end, _IMPOSSIBLE, sums), [-1, proposed])
    totals, best = tf.math.top_k(sums, sizes.width)
    parents = best // (sizes.width + 1)
    tokens = tf.gather(tf.reshape(tokens, [-1, proposed]), best, batch_dims=1)
    texts = tf.gather(beams.texts, parents, batch_dims=1)
    is_now = tf.range(sizes.tokens) == step
    texts = tf.where(is_now, tokens[:, :, tf.newaxis], texts)
    return Beams(totals, texts), parents, ended


def make_search(sizes: Sizes, weights: Mapping[str, np.ndarray]):
    """Returns what maps the encoder's output and its lengths to texts and their scores."""
    constants = {name: tf.constant(values) for name, values in weights.items()}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, sizes.memory], tf.float32),
            tf.TensorSpec([None], tf.int32),
        ],
        autograph=False,
    )
    def found(memory, lengths):
        return search(Decoder(sizes, constants, memory, lengths), tf.shape(memory)[0])

    def run(memory, lengths):
        results = found(tf.constant(memory), tf.constant(lengths))
        texts, text_lengths, totals = (each.numpy() for each in results)
        texts = zip(texts, text_lengths, strict=True)
        return [text[:length].tolist() for text, length in texts], totals

    return run


def main() -> None:
    print_figures(las_search=utterances_per_second(make_search(SIZES, make_weights(SIZES))))


if __name__ == "__main__":
    main()
