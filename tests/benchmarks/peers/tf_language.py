"""Language models as a user of plain TensorFlow would write them, for language_model.py.

usage: tf_language.py training|generation|words

One tf.function call a step, TensorFlow's own kernels for the optimizers. Generation keeps keys and
values in a loop in the graph. LSTMs multiply the input of all words at once and are unrolled over
the words.
"""

import math
import sys
from collections.abc import Callable

import tensorflow as tf
from figures import print_figures
from language_workload import (
    EOS,
    SOS,
    Transformer,
    Words,
    generation_figures,
    random_ids,
    random_words,
    training_figures,
)

_NORM_EPSILON = 1e-6
_NEVER = -1e9

Weights = dict[str, tf.Variable]


def transformer_weights(sizes: Transformer) -> Weights:
    """Returns weights by name; those of layer 0 begin with "0/"."""
    dim, hidden = sizes.dim, sizes.hidden_units
    shapes = {"table": (sizes.vocabulary, dim), "norm/scale": (dim,), "norm/bias": (dim,)}
    for layer in range(sizes.layers):
        for norm in ("attention_norm", "feed_forward_norm"):
            shapes |= {f"{layer}/{norm}/{part}": (dim,) for part in ("scale", "bias")}
        for name, inputs, outputs in (
            ("query_key_value", dim, 3 * dim),
            ("joined", dim, dim),
            ("hidden", dim, hidden),
            ("output", hidden, dim),
        ):
            shapes |= {
                f"{layer}/{name}/kernel": (inputs, outputs),
                f"{layer}/{name}/bias": (outputs,),
            }
    return {name: tf.Variable(_initial(name, shape)) for name, shape in shapes.items()}


def _initial(name: str, shape: tuple[int, ...]) -> tf.Tensor:
    if name.endswith("scale"):
        return tf.ones(shape)
    if name.endswith("bias"):
        return tf.zeros(shape)
    return tf.random.normal(shape, stddev=shape[-1] ** -0.5)


def _norm(x: tf.Tensor, weights: Weights, name: str) -> tf.Tensor:
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return tf.nn.batch_normalization(
        x, mean, variance, weights[f"{name}/bias"], weights[f"{name}/scale"], _NORM_EPSILON
    )


def _linear(x: tf.Tensor, weights: Weights, name: str) -> tf.Tensor:
    return tf.einsum("btd,de->bte", x, weights[f"{name}/kernel"]) + weights[f"{name}/bias"]


def _embedded(ids: tf.Tensor, positions: tf.Tensor, weights: Weights, dim: int) -> tf.Tensor:
    half = dim // 2
    timescales = 1e4 ** (tf.range(half, dtype=tf.float32) / max(half - 1, 1))
    angles = tf.cast(positions, tf.float32)[:, tf.newaxis] / timescales
    sines = tf.concat([tf.sin(angles), tf.cos(angles)], 1)
    return tf.nn.embedding_lookup(weights["table"], ids) * dim**0.5 + sines


def _transformed(
    x: tf.Tensor,
    weights: Weights,
    sizes: Transformer,
    mask: tf.Tensor,
    past: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns logits, [rows, time, vocabulary], and all keys and values.

    Args:
        x: [rows, time, dim].
        weights: of transformer_weights.
        sizes: of the model.
        mask: what is added to the logits of attention, [time, seen].
        past: keys and values of the tokens before, [layers, 2, rows, heads, tokens, head_dim].
    """
    kept = []
    for layer in range(sizes.layers):
        projected = _linear(
            _norm(x, weights, f"{layer}/attention_norm"), weights, f"{layer}/query_key_value"
        )
        shape = [tf.shape(x)[0], tf.shape(x)[1], sizes.heads, sizes.dim // sizes.heads]
        queries, keys, values = (
            tf.transpose(tf.reshape(part, shape), [0, 2, 1, 3])
            for part in tf.split(projected, 3, -1)
        )
        if past is not None:
            keys, values = (
                tf.concat([past[layer, 0], keys], 2),
                tf.concat([past[layer, 1], values], 2),
            )
        kept.append(tf.stack([keys, values]))
        scores = tf.einsum("bnth,bnsh->bnts", queries * shape[-1] ** -0.5, keys) + mask
        sums = tf.einsum("bnts,bnsh->btnh", tf.nn.softmax(scores), values)
        x += _linear(tf.reshape(sums, tf.shape(x)), weights, f"{layer}/joined")
        hidden = _linear(
            _norm(x, weights, f"{layer}/feed_forward_norm"), weights, f"{layer}/hidden"
        )
        x += _linear(tf.nn.relu(hidden), weights, f"{layer}/output")
    x = _norm(x, weights, "norm")
    return tf.einsum("btd,vd->btv", x, weights["table"]), tf.stack(kept)


def transformer_loss(weights: Weights, sizes: Transformer, ids: tf.Tensor) -> tf.Tensor:
    """Returns the mean loss of ids, int32 [rows, time], in nats."""
    time = ids.shape[1]
    tokens = tf.concat([tf.fill([ids.shape[0], 1], SOS), ids[:, :-1]], 1)
    x = _embedded(tokens, tf.range(time), weights, sizes.dim)
    mask = (1 - tf.linalg.band_part(tf.ones([time, time]), -1, 0)) * _NEVER
    logits, _ = _transformed(x, weights, sizes, mask)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(ids, logits))


def transformer_training(sizes: Transformer) -> tuple[Weights, Callable[[], object]]:
    """Returns the weights, and what does a step with Adam."""
    weights = transformer_weights(sizes)
    ids = tf.constant(random_ids(sizes.vocabulary, sizes.rows, sizes.tokens, 0))
    adam = _Adam(list(weights.values()))

    @tf.function(autograph=False)
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = transformer_loss(weights, sizes, ids)
        adam.apply(tape.gradient(loss, adam.variables))
        return loss

    return weights, lambda: step().numpy()


class _Adam:
    def __init__(self, variables: list[tf.Variable]):
        self.variables = variables
        self._slots = [
            (tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in variables
        ]
        self._beta1_power, self._beta2_power = tf.Variable(1.0), tf.Variable(1.0)

    def apply(self, gradients: list[tf.Tensor]) -> None:
        beta1, beta2 = 0.9, 0.98
        powers = (
            self._beta1_power.assign(self._beta1_power * beta1),
            self._beta2_power.assign(self._beta2_power * beta2),
        )
        for variable, (m, v), gradient in zip(self.variables, self._slots, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=1e-4,
                beta1=beta1,
                beta2=beta2,
                epsilon=1e-9,
                grad=tf.convert_to_tensor(gradient),
            )


def generation(weights: Weights, sizes: Transformer) -> Callable[[], tf.Tensor]:
    """Returns what generates texts greedily: int32 [texts, length]."""
    head_dim = sizes.dim // sizes.heads
    never_ends = tf.one_hot(EOS, sizes.vocabulary) * _NEVER

    def step(position: tf.Tensor, ids: tf.Tensor, past: tf.Tensor) -> tuple[tf.Tensor, ...]:
        x = _embedded(ids[:, -1:], position[tf.newaxis], weights, sizes.dim)
        logits, past = _transformed(x, weights, sizes, tf.zeros([1, 1]), past)
        best = tf.argmax(logits + never_ends, -1, tf.int32)
        return position + 1, tf.concat([ids, best], 1), past

    @tf.function(autograph=False)
    def generate() -> tf.Tensor:
        ids = tf.fill([sizes.texts, 1], SOS)
        past = tf.zeros([sizes.layers, 2, sizes.texts, sizes.heads, 0, head_dim])
        past_shape = tf.TensorShape([*past.shape[:4], None, head_dim])
        _, ids, _ = tf.while_loop(
            lambda *_: True,
            step,
            (tf.constant(0), ids, past),
            shape_invariants=(tf.TensorShape([]), tf.TensorShape([sizes.texts, None]), past_shape),
            maximum_iterations=sizes.length,
        )
        return ids[:, 1:]

    return generate


def words_training(sizes: Words) -> tuple[Weights, Callable[[], object]]:
    """Returns the weights, and what does a step with Adagrad.

    It updates the rows of the tables that the step uses.
    """
    weights = _words_weights(sizes)
    ids = tf.constant(random_words(sizes, 0))
    adagrad = _Adagrad(list(weights.values()), sizes.learning_rate)
    body = [index for index, name in enumerate(weights) if name[0].isdigit()]

    @tf.function(autograph=False)
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = _words_loss(weights, sizes, ids)
        gradients = tape.gradient(loss, adagrad.variables)
        clipped, _ = tf.clip_by_global_norm([gradients[index] for index in body], sizes.clip_norm)
        for index, gradient in zip(body, clipped, strict=True):
            gradients[index] = gradient
        adagrad.apply(gradients)
        return loss

    return weights, lambda: step().numpy()


def _words_weights(sizes: Words) -> Weights:
    limit = math.sqrt(3 / sizes.vocabulary)
    table = (sizes.vocabulary, sizes.dim)
    weights = {
        name: tf.Variable(tf.random.uniform(table, -limit, limit)) for name in ("table", "softmax")
    }
    weights["softmax_bias"] = tf.Variable(tf.zeros([sizes.vocabulary]))
    for layer in range(sizes.layers):
        for name, shape in (
            ("input", (sizes.dim, 4 * sizes.units)),
            ("recurrent", (sizes.dim, 4 * sizes.units)),
            ("bias", (4 * sizes.units,)),
            ("projection", (sizes.units, sizes.dim)),
        ):
            weights[f"{layer}/{name}"] = tf.Variable(_initial(f"{layer}/{name}", shape))
    return weights


def _words_loss(weights: Weights, sizes: Words, ids: tf.Tensor) -> tf.Tensor:
    tokens = tf.concat([tf.fill([sizes.rows, 1], SOS), ids[:, :-1]], 1)
    x = tf.nn.embedding_lookup(weights["table"], tokens) * sizes.dim**0.5
    x = tf.nn.dropout(x, sizes.dropout)
    for layer in range(sizes.layers):
        x = tf.nn.dropout(_lstm(x, weights, str(layer), sizes), sizes.dropout)
    losses = tf.nn.sampled_softmax_loss(
        weights["softmax"],
        weights["softmax_bias"],
        tf.cast(tf.reshape(ids, [-1, 1]), tf.int64),
        tf.reshape(x, [-1, sizes.dim]),
        sizes.samples,
        sizes.vocabulary,
    )
    return tf.reduce_sum(losses)


def _lstm(x: tf.Tensor, weights: Weights, name: str, sizes: Words) -> tf.Tensor:
    of_inputs = tf.einsum("btd,dg->tbg", x, weights[f"{name}/input"]) + weights[f"{name}/bias"]
    output, cell = tf.zeros([sizes.rows, sizes.dim]), tf.zeros([sizes.rows, sizes.units])
    outputs = []
    for of_input in tf.unstack(of_inputs):
        gates = of_input + tf.matmul(output, weights[f"{name}/recurrent"])
        new, take, keep, show = tf.split(gates, 4, -1)
        cell = tf.sigmoid(keep) * cell + tf.sigmoid(take) * tf.tanh(new)
        cell = tf.clip_by_value(cell, -sizes.cell_clip, sizes.cell_clip)
        output = tf.matmul(tf.sigmoid(show) * tf.tanh(cell), weights[f"{name}/projection"])
        outputs.append(output)
    return tf.stack(outputs, 1)


class _Adagrad:
    def __init__(self, variables: list[tf.Variable], learning_rate: float):
        self.variables = variables
        self._learning_rate = learning_rate
        self._sums = [tf.Variable(tf.ones_like(variable)) for variable in variables]

    def apply(self, gradients: list[tf.Tensor | tf.IndexedSlices]) -> None:
        for variable, total, gradient in zip(self.variables, self._sums, gradients, strict=True):
            place = {"var": variable.handle, "accum": total.handle, "lr": self._learning_rate}
            if isinstance(gradient, tf.IndexedSlices):
                # Each row once: its gradients are added up.
                rows, index = tf.unique(gradient.indices)
                summed = tf.math.unsorted_segment_sum(gradient.values, index, tf.size(rows))
                tf.raw_ops.ResourceSparseApplyAdagrad(**place, grad=summed, indices=rows)
            else:
                tf.raw_ops.ResourceApplyAdagrad(**place, grad=gradient)


def main() -> None:
    (what,) = sys.argv[1:]
    if what == "generation":
        generate = generation(transformer_weights(Transformer()), Transformer())
        print_figures(**generation_figures(lambda: generate().numpy().size))
    elif what == "training":
        print_figures(**training_figures(transformer_training(Transformer())[1], Transformer()))
    else:
        print_figures(**training_figures(words_training(Words())[1], Words()))


if __name__ == "__main__":
    main()
