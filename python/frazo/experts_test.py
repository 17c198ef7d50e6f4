"""Routing over NumPy arrays, without TensorFlow."""

import numpy as np
import pytest

from frazo import _core


def route(logits, **arguments):
    logits = np.asarray(logits, np.float32)
    settings = {"experts_per_token": 2, "group_size": 8} | arguments
    return _core.route_tokens(logits, np.ones(len(logits), np.bool_), **settings)


def test_a_mixture_of_scaled_tokens():
    random = np.random.default_rng(1)
    tokens = random.standard_normal([20, 5], np.float32)
    logits = random.standard_normal([20, 4], np.float32)
    routed = route(logits, group_size=7, threads=3)
    rows = _core.dispatch_tokens(tokens, routed["owners"], experts_per_token=2)
    # Expert e multiplies by e + 1.
    for expert, parts in enumerate(routed["segments"]):
        for begin, size in parts:
            rows[begin : begin + size] *= expert + 1
    sums = _core.combine_tokens(rows, routed["slots"], routed["weights"])
    factors = np.sum((routed["experts"] + 1) * routed["weights"], 1, keepdims=True)
    np.testing.assert_allclose(sums, tokens * factors, rtol=1e-5, atol=1e-6)
    probabilities = np.exp(logits) / np.sum(np.exp(logits), 1, keepdims=True)
    np.testing.assert_allclose(routed["probabilities"], probabilities, rtol=1e-5)
    np.testing.assert_array_equal(routed["experts"], np.argsort(-logits, 1)[:, :2])


def test_a_full_expert_takes_no_more():
    routed = route([[0, 1], [0, 1], [0, 1]], experts_per_token=1, capacity=2, padded=True)
    assert routed["slots"].tolist() == [[2], [3], [-1]]
    assert routed["owners"].tolist() == [-1, -1, 0, 1]
    assert routed["loads"].tolist() == [0, 3]
    # n E sum f P = 3 * 2 * e / (1 + e).
    assert routed["balance"] == pytest.approx(4.386352, rel=1e-5)


def test_what_changes_the_choice():
    logits = np.log([[0.1, 0.2, 0.3, 0.4]])
    bias = np.array([1, 0, 0, 0], np.float32)
    assert route(logits, bias=bias)["experts"].tolist() == [[0, 3]]
    noise = np.array([[9, 0, 0, 0]], np.float32)
    assert route(logits, noise=noise)["experts"].tolist() == [[3, 0]]
    uniform = np.array([[0.86]], np.float32)
    assert route(logits, uniform=uniform)["slots"].tolist() == [[0, -1]]


def test_bad_arguments_are_refused():
    logits = np.zeros([3, 4], np.float32)
    wrong = _core.InvalidArgumentError
    with pytest.raises(wrong, match="mask has 2 values for 3 tokens"):
        _core.route_tokens(logits, np.ones(2, np.bool_), experts_per_token=1, group_size=1)
    with pytest.raises(wrong, match=r"experts_per_token is 5; expected 1 .. 4"):
        route(logits, experts_per_token=5)
    with pytest.raises(wrong, match=r"bias has 3 values for 4 experts"):
        route(logits, bias=np.zeros(3, np.float32))
    with pytest.raises(wrong, match=r"noise has shape \[3, 2\]; expected \[3, 4\]"):
        route(logits, noise=np.zeros([3, 2], np.float32))
    with pytest.raises(wrong, match="threads is 0"):
        route(logits, threads=0)
    with pytest.raises(wrong, match=r"number 1 of owners is 6; expected -1 .. 5"):
        _core.dispatch_tokens(logits, np.array([5, 6], np.int32), experts_per_token=2)
    with pytest.raises(wrong, match="experts_per_token is 0"):
        _core.dispatch_tokens(logits, np.array([0], np.int32), experts_per_token=0)
    slots = np.array([[3]], np.int32)
    with pytest.raises(wrong, match=r"number 0 of slots is 3; expected -1 .. 2"):
        _core.combine_tokens(logits, slots, np.ones([1, 1], np.float32))
    with pytest.raises(wrong, match=r"weights have shape \[1, 2\]; expected that of slots, \[1, 1"):
        _core.combine_tokens(logits, slots, np.ones([1, 2], np.float32))
