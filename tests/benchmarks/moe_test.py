import mixture_steps
import numpy as np
import pytest
import tensorflow as tf
import tf_mixtures

from tests.benchmarks import moe
from tests.benchmarks.side_by_side import Contender, Measurement

_SIZES = {"GROUPS": 2, "SIZE": 16, "DIM": 6, "HIDDEN": 5, "TOKENS": 32}


@pytest.fixture
def small(monkeypatch):
    for name, value in _SIZES.items():
        monkeypatch.setattr(tf_mixtures, name, value)
        monkeypatch.setattr(mixture_steps, name, value)


def test_all_figures_are_measured(small):
    calls = mixture_steps.measured(4)
    assert set(moe._all_figures()) <= set(calls)
    for call in calls.values():
        call()


def test_all_mixtures_and_their_gradients_are_the_same(small):
    x, router = mixture_steps.normal(32, 6, seed=1), mixture_steps.normal(6, 4, seed=2)
    wide, narrow = mixture_steps.normal(4, 6, 5, seed=3), mixture_steps.normal(4, 5, 6, seed=4)
    layer = mixture_steps.make_layer(4, dropless=False)
    variables = layer.router, layer.experts.hidden, layer.experts.output
    for variable, value in zip(variables, (router, wide, narrow), strict=True):
        variable.assign(value)
    # 1.25 * 2 * 16 / 4.
    assert layer.capacity == tf_mixtures.capacity(4) == 10
    given = []
    for mixture in (None, tf_mixtures.einsum_mixture, tf_mixtures.gather_mixture):
        points = [x, *(variables if mixture is None else (router, wide, narrow))]
        with tf.GradientTape() as tape:
            tape.watch(points)
            if mixture is None:
                value = mixture_steps.run_layer(layer, x)
            else:
                value = mixture_steps.run_mixture(mixture, *points)
        gradients = tape.gradient(value, points)
        given.append([value, *(tf.convert_to_tensor(gradient) for gradient in gradients)])
    for other in given[1:]:
        for ours, theirs in zip(given[0], other, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-3)


def test_peers_tell_what_was_measured_beside_us(monkeypatch):
    calls = []

    def make_contender(name, command, cases, environment):
        experts = int(command[-1])

        def measure():
            calls.append(experts)
            return Measurement(dict.fromkeys(cases.values(), experts), 10 * experts)

        return Contender(name, measure)

    monkeypatch.setattr(moe, "make_contender", make_contender)
    ours, peers = moe.make_contenders()
    measured = ours.measure()
    assert calls == list(moe.EXPERTS)
    assert measured.peak_memory_mb == 1280
    assert {peer.name for peer in peers} == {
        "one-hot einsums",
        "gather",
        "copy",
        "copy in place",
        "expert products",
        "dense layer",
    }
    for peer in peers:
        theirs = peer.measure().figures
        assert theirs.keys() <= measured.figures.keys()
        assert theirs
    assert measured.figures[moe.case_of("dispatch", 32)] == 32
    assert calls == list(moe.EXPERTS)
