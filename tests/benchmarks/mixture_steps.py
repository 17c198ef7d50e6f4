"""Mixtures of experts, Frazo's and others, in turns in one process.

usage: mixture_steps.py EXPERTS

Prints milliseconds: medians over turns. `forward` is the output, `train` the output and the
gradients by the input and all weights. `routing` is gating, dispatch and combination without the
experts between.
"""

import functools
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from figures import print_figures
from frazo import ops
from frazo.layers.mixture_of_experts import MixtureOfExperts
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import mixture_of_experts_pb2
from tf_mixtures import (
    CAPACITY_FACTOR,
    DIM,
    GROUPS,
    HIDDEN,
    PER_TOKEN,
    SIZE,
    TOKENS,
    capacity,
    einsum_mixture,
    feed_forward,
    gather_mixture,
)

_TURNS = 9

Function = Callable[..., tf.Tensor]


def normal(*shape: int, seed: int) -> tf.Tensor:
    return tf.random.stateless_normal(shape, [seed, 1])


def make_layer(experts: int, dropless: bool) -> MixtureOfExperts:
    message = mixture_of_experts_pb2.MixtureOfExperts(
        num_experts=experts,
        hidden_units=HIDDEN,
        experts_per_token=PER_TOKEN,
        capacity_factor=CAPACITY_FACTOR,
        group_size=SIZE,
        dropless=dropless,
    )
    return MixtureOfExperts(message, Place(path="moe", input_shape=(None, DIM), seed=1))


def run_layer(layer: MixtureOfExperts, x: tf.Tensor) -> tf.Tensor:
    context = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))
    y = layer(x, context)
    return tf.reduce_sum(y * y) / 2 + context.auxiliary_loss()


def run_mixture(mixture: Function, x: tf.Tensor, *weights: tf.Tensor) -> tf.Tensor:
    router, *experts = weights
    y, balance = mixture(x, router, lambda rows: feed_forward(rows, *experts))
    return tf.reduce_sum(y * y) / 2 + 0.01 * balance


def run_matmuls(x: tf.Tensor, *weights: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.square(feed_forward(x, *weights))) / 2


def route(experts: int, x: tf.Tensor, router: tf.Tensor) -> tf.Tensor:
    rules = ops.RoutingRules(PER_TOKEN, SIZE, capacity(experts))
    arguments = ops.RoutingArguments(tf.ones([TOKENS], tf.bool))
    routing = ops.route_tokens(x @ router, rules, arguments)
    y = ops.combine_tokens(ops.dispatch_tokens(x, routing), routing)
    return tf.reduce_sum(y * y) / 2 + 0.01 * routing.balance / TOKENS


def forward_and_train(function: Function, *points: tf.Tensor) -> dict[str, Callable[[], object]]:
    """Returns what computes the value of a function, and its gradients by the points."""

    @tf.function(autograph=False)
    def train() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(points)
            value = function(*points)
        gradients = tape.gradient(value, points)
        # Its last elements are all that leaves the graph.
        return [tf.reshape(gradient, [-1])[-1] for gradient in gradients]

    forward = tf.function(lambda: function(*points), autograph=False)
    return {"forward": lambda: forward().numpy(), "train": lambda: [g.numpy() for g in train()]}


def movements(experts: int, x: tf.Tensor, router: tf.Tensor) -> dict[str, Callable[[], object]]:
    """Returns the dispatch alone, and copies of as many bytes, to new memory as it and to memory
    that is there.
    """
    rules = ops.RoutingRules(PER_TOKEN, SIZE, capacity(experts))
    routing = ops.route_tokens(x @ router, rules, ops.RoutingArguments(tf.ones([TOKENS], tf.bool)))
    rows = ops.dispatch_tokens(x, routing)
    values = rows.numpy()
    there = values.copy()
    return {
        "dispatch": tf.function(lambda: ops.dispatch_tokens(x, routing), autograph=False),
        "copy": tf.function(lambda: tf.raw_ops.DeepCopy(x=rows), autograph=False),
        "copy_in_place": lambda: np.copyto(there, values),
    }


def measured(experts: int) -> dict[str, Callable[[], object]]:
    """Returns all that is measured, by name."""
    x, router = normal(TOKENS, DIM, seed=1), 0.1 * normal(DIM, experts, seed=2)
    wide = normal(experts, DIM, HIDDEN, seed=3) / DIM**0.5
    narrow = normal(experts, HIDDEN, DIM, seed=4) / HIDDEN**0.5
    slots = normal(experts, GROUPS * capacity(experts), DIM, seed=5)
    dense_wide = normal(DIM, PER_TOKEN * HIDDEN, seed=6) / DIM**0.5
    dense_narrow = normal(PER_TOKEN * HIDDEN, DIM, seed=7) / (PER_TOKEN * HIDDEN) ** 0.5
    functions = {
        "matmuls": (run_matmuls, slots, wide, narrow),
        "dense": (run_matmuls, x, dense_wide, dense_narrow),
        "routing": (functools.partial(route, experts), x, router),
    }
    for name, mixture in (("einsum", einsum_mixture), ("gather", gather_mixture)):
        functions[name] = (functools.partial(run_mixture, mixture), x, router, wide, narrow)

        def alone(x: tf.Tensor, router: tf.Tensor, mixture: Function = mixture) -> tf.Tensor:
            y, balance = mixture(x, router, lambda rows: rows)
            return tf.reduce_sum(y * y) / 2 + 0.01 * balance

        functions[f"{name}_routing"] = (alone, x, router)
    for name, dropless in (("layer", False), ("dropless", True)):
        layer = make_layer(experts, dropless)
        weights = layer.router, layer.experts.hidden, layer.experts.output
        for variable, value in zip(weights, (router, wide, narrow), strict=True):
            variable.assign(value)

        def run(x: tf.Tensor, *_: tf.Variable, layer: MixtureOfExperts = layer) -> tf.Tensor:
            return run_layer(layer, x)

        functions[name] = (run, x, *weights)
    found = movements(experts, x, router)
    for name, (function, *points) in functions.items():
        for kind, call in forward_and_train(function, *points).items():
            found[f"{name}_{kind}"] = call
    return found


def main() -> None:
    calls = measured(int(sys.argv[1]))
    # All that gives a mixture gives the same one.
    values = [calls[f"{name}_forward"]() for name in ("layer", "einsum", "gather")]
    np.testing.assert_allclose(values, values[0], rtol=1e-4)
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(_TURNS + 1):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    print_figures(**{name: 1000 * statistics.median(times) for name, times in seconds.items()})


if __name__ == "__main__":
    main()
