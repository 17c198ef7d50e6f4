import importlib.util
import math

import frazo_language
import numpy as np
import pytest
import tensorflow as tf
import tf_language
from language_workload import Transformer, Words, generation_figures, random_words

from tests.benchmarks.language_model import CASES, make_contenders

_TRANSFORMER = Transformer(
    dim=8, hidden_units=12, heads=2, layers=2, vocabulary=20, rows=2, tokens=5, texts=3, length=6
)
_WORDS = Words(vocabulary=50, dim=6, units=10, samples=8, rows=2, tokens=4)


def test_parameters_and_flops_of_the_transformer():
    # A layer has 4 x 512^2 + 2 x 512 x 2048 = 3,145,728 weights in matrices; biases of 4 x 512 + 2048
    # + 512, and two norms of 2 x 512. The table has 32,000 x 512, the last norm 2 x 512.
    matrices, table = 6 * 3_145_728, 32_000 * 512
    assert Transformer().num_parameters() == matrices + 6 * 6_656 + table + 1024 == 35_299_328
    # Attention multiplies a token with 128 others twice in each layer.
    assert Transformer().step_flops() == 6 * 1024 * (matrices + table + 6 * 2 * 128 * 512)


def test_parameters_and_flops_of_the_model_of_words():
    # An LSTM has 1024 x 8192 weights of gates, 8192 biases and 2048 x 512 of the projection.
    gates, projection = 1024 * 8192, 2048 * 512
    tables = 99_184 * (512 + 512 + 1)
    assert Words().num_parameters() == tables + 2 * (gates + 8192 + projection) == 120_554_352
    # A word is compared with 8192 others and itself.
    assert Words().step_flops() == 6 * 640 * (2 * (gates + projection) + 512 * 8193)


def test_words_are_ordinary_and_frequent_ones_have_low_ids():
    ids = random_words(Words(), 0)
    assert ids.min() >= 3 and ids.max() < Words().vocabulary
    # Half of them are below the root of the vocabulary, 315.
    assert 200 < (ids < 315).sum() < 440


def test_generation_is_the_median_over_the_repetitions(monkeypatch):
    seconds = [4, 2, 1, 8, 0.5, 16, 0.25]
    now = iter([reading for length in seconds for reading in (0, length)])
    monkeypatch.setattr(generation_figures.__globals__["time"], "perf_counter", lambda: next(now))
    assert generation_figures(lambda: 200) == {"generation": 100}


def copied(variables, sizes):
    """The weights of our Transformer, as the peer names them."""
    body = "model/body"
    names = {"table": "model/embedding/table"}
    names |= {f"norm/{part}": f"{body}/final_norm/{part}" for part in ("scale", "bias")}
    for layer in range(sizes.layers):
        for name, ours in (
            ("attention_norm", "self_attention_residual/norm"),
            ("feed_forward_norm", "feed_forward_residual/norm"),
            ("query_key_value", "self_attention/query_key_value"),
            ("joined", "self_attention/output"),
            ("hidden", "feed_forward/hidden"),
            ("output", "feed_forward/output"),
        ):
            for part in ("scale", "bias") if name.endswith("norm") else ("kernel", "bias"):
                names[f"{layer}/{name}/{part}"] = f"{body}/layer{layer}/{ours}/{part}"
    # Our scales are offsets from 1.
    return {
        name: tf.Variable(variables[ours] + float(name.endswith("scale")))
        for name, ours in names.items()
    }


def test_both_transformers_have_the_same_loss():
    model, step = frazo_language.transformer_training(_TRANSFORMER)
    # Its first step draws the weights.
    step()
    weights = copied(model.variables, _TRANSFORMER)
    sizes = [math.prod(weight.shape) for weight in weights.values()]
    assert sum(sizes) == _TRANSFORMER.num_parameters()
    own, _ = tf_language.transformer_training(_TRANSFORMER)
    assert {n: w.shape for n, w in own.items()} == {n: w.shape for n, w in weights.items()}
    ids = tf.constant(
        tf_language.random_ids(_TRANSFORMER.vocabulary, _TRANSFORMER.rows, _TRANSFORMER.tokens, 0)
    )
    expected = tf_language.transformer_loss(weights, _TRANSFORMER, ids)
    result = step()
    loss = result.totals["loss"] / result.weights["loss"]
    assert loss == pytest.approx(float(expected), rel=1e-4)


def test_both_transformers_generate_as_many_tokens():
    assert frazo_language.generation(_TRANSFORMER)() == 3 * 6
    weights = tf_language.transformer_weights(_TRANSFORMER)
    ids = tf_language.generation(weights, _TRANSFORMER)().numpy()
    assert ids.shape == (3, 6)
    # All texts begin alike, and each token is the most probable one after those before it.
    tokens = tf.constant(ids[:1])
    np.testing.assert_array_equal(ids, np.repeat(ids[:1], 3, 0))
    with pytest.MonkeyPatch.context() as patch:
        found = []
        patch.setattr(
            tf_language.tf.nn,
            "sparse_softmax_cross_entropy_with_logits",
            lambda labels, logits: found.append(logits) or tf.zeros([1]),
        )
        tf_language.transformer_loss(weights, _TRANSFORMER, tokens)
    logits = found[0].numpy()[0]
    logits[:, tf_language.EOS] = -np.inf
    np.testing.assert_array_equal(logits.argmax(-1), ids[0])


def test_a_step_of_plain_tensorflow_changes_all_weights():
    for weights, step in (
        tf_language.transformer_training(_TRANSFORMER),
        tf_language.words_training(_WORDS),
    ):
        before = {name: weight.numpy() for name, weight in weights.items()}
        assert np.isfinite(step())
        for name, weight in weights.items():
            assert (weight.numpy() != before[name]).any(), name


def test_both_models_of_words_have_as_many_parameters():
    model, step = frazo_language.words_training(_WORDS)
    ours = [v.shape for name, v in model.variables.items() if name.startswith("model/")]
    assert sum(map(math.prod, ours)) == _WORDS.num_parameters()
    weights, _ = tf_language.words_training(_WORDS)
    assert sum(math.prod(w.shape) for w in weights.values()) == _WORDS.num_parameters()
    assert np.isfinite(step().totals["loss"])


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
def test_pytorch_has_as_many_parameters():
    import torch_language

    model, step = torch_language.training(_TRANSFORMER)
    found = sum(parameter.numel() for parameter in model.parameters())
    assert found == _TRANSFORMER.num_parameters()
    assert math.isfinite(step())


def test_peers_are_left_out_with_a_word_where_they_are_not_installed(tmp_path, capsys):
    contests = make_contenders(tmp_path)
    assert [ours.name for ours, _ in contests] == ["Frazo"] * len(CASES)
    assert [[peer.name for peer in peers] for _, peers in contests] == [["TensorFlow"]] * 3
    out = capsys.readouterr().out
    assert "PyTorch is left out: not installed" in out
    assert "Lingvo 0.14 is left out: not installed" in out
    for folder in ("torch", "lv13"):
        (tmp_path / folder / "bin").mkdir(parents=True)
        (tmp_path / folder / "bin" / "python").touch()
    training, _, words = make_contenders(tmp_path)
    assert [peer.name for peer in training[1]] == ["TensorFlow", "PyTorch"]
    assert [peer.name for peer in words[1]] == ["TensorFlow", "Lingvo 0.14"]
