import concurrent.futures

import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.decode.graph_search import graph_search
from frazo.decode.search import Results, Scores, Sentences, search
from frazo.proto import search_pb2
from google.protobuf import text_format

VOCABULARY, SOURCE, LENGTH, START = 11, 3, 7, 1
STRATEGIES = {
    "beam": "beam { width: 4 n_best: 3 } length_normalization: 0.8 coverage_penalty: 0.1",
    "narrow beam": "beam { width: 1 early_stop: false } no_repeat_ngram: 1",
    "greedy": "greedy {}",
    "sampling": "sampling { samples: 5 temperature: 0.7 top_p: 0.9 }",
}


def serialized(strategy: str) -> bytes:
    text = f"eos_id: 0 max_length: {LENGTH} {strategy}"
    return text_format.Parse(text, search_pb2.Search()).SerializeToString()


class ToyModel(tf.Module):
    """A recurrent net with random weights and an attention that depends on its state."""

    def __init__(self):
        rng = np.random.default_rng(11)

        def weights(*shape):
            return tf.constant(rng.normal(size=shape).astype(np.float32))

        self.embedding = weights(VOCABULARY, 8)
        self.recurrent = weights(8, 8)
        self.output = weights(8, VOCABULARY)
        self.attend = weights(8, SOURCE)

    def score(self, rows, state):
        hidden = tf.tanh(state["hidden"] @ self.recurrent + tf.gather(self.embedding, rows.tokens))
        attention = tf.nn.softmax(hidden @ self.attend)
        return Scores(hidden @ self.output, attention), {"hidden": hidden}

    @tf.function(
        input_signature=[
            tf.TensorSpec([], tf.string),
            tf.TensorSpec([None, 8], tf.float32),
            tf.TensorSpec([None], tf.int64),
        ]
    )
    def decode(self, config, start, seeds):
        sentences = Sentences(tf.shape(start)[0], VOCABULARY, SOURCE, seeds=seeds)
        results = graph_search(self.score, {"hidden": start}, config, sentences, start_token=START)
        return results._asdict()


def decode_outside(model: ToyModel, config: bytes, start: np.ndarray, seeds: np.ndarray):
    state = {"hidden": start}

    def score(rows):
        nonlocal state
        gathered = {"hidden": tf.gather(state["hidden"], rows.parents)}
        scores, state = model.score(rows, gathered)
        return Scores(scores.scores.numpy(), scores.attention.numpy())

    message = search_pb2.Search.FromString(config)
    sentences = Sentences(len(start), VOCABULARY, SOURCE, seeds=seeds)
    return search(score, message, sentences, start_token=START)


def starts(count: int) -> tuple[np.ndarray, np.ndarray]:
    start = np.random.default_rng(count).normal(size=(count, 8)).astype(np.float32)
    return start, np.arange(count) + 5


def assert_same(found: dict[str, tf.Tensor], expected: Results):
    for name, values in expected._asdict().items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("count", [1, 4, 0])
def test_a_graph_finds_what_numpy_finds(strategy, count):
    model, config = ToyModel(), serialized(STRATEGIES[strategy])
    start, seeds = starts(count)
    expected = decode_outside(model, config, start, seeds)
    assert_same(model.decode(config, start, seeds), expected)
    assert count == 0 or (expected.lengths > 1).any()


def test_one_exported_model_serves_every_setting_at_once(tmp_path):
    model = ToyModel()
    tf.saved_model.save(model, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    cases = [(serialized(text), *starts(count)) for text in STRATEGIES.values() for count in (2, 5)]
    expected = [decode_outside(model, *case) for case in cases]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            for found, values in zip(
                threads.map(lambda case: loaded.decode(*map(tf.constant, case)), cases),
                expected,
                strict=True,
            ):
                assert_same(found, values)


def test_a_state_may_grow_where_its_shape_says_so():
    def score(rows, state):
        past = tf.concat([state["past"], rows.tokens[:, tf.newaxis]], 1)
        # The next token is the sum of all tokens so far, modulo 7.
        return Scores(tf.one_hot(tf.reduce_sum(past, 1) % 7, 7, 9.0)), {"past": past}

    @tf.function
    def decode():
        return graph_search(
            score,
            {"past": tf.constant([[0], [3]])},
            text_format.Parse(
                "eos_id: 0 max_length: 4 greedy {}", search_pb2.Search()
            ).SerializeToString(),
            Sentences(2, 7),
            start_token=1,
            state_shapes={"past": tf.TensorShape([None, None])},
        )

    assert decode().tokens[:, 0].numpy().tolist() == [[1, 2, 4, 1], [4, 1, 2, 4]]


def begin(**keywords):
    inputs = ops.SearchInputs(count=1, vocabulary=3)._replace(**keywords)
    return ops.search_begin(serialized("beam { width: 2 early_stop: false }"), inputs)


def test_a_step_does_not_change_the_search_it_starts_from():
    first, _, _ = begin()
    scores = tf.constant([[-9.0, 1.0, 2.0]])
    after, tokens, _, _ = ops.search_step(first, scores)
    _, again, _, _ = ops.search_step(first, scores)
    assert tokens.numpy().tolist() == again.numpy().tolist() == [2, 1]
    two = tf.constant([[3.0, 1, 2]] * 2)
    left, _, _, _ = ops.search_step(after, two)
    assert ops.search_results(after)["reasons"].numpy().tolist() == [[0]]
    assert ops.search_results(left)["reasons"].numpy().tolist() == [[1]]


def test_what_is_wrong_is_named():
    def fails(message, call, *arguments, **keywords):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            call(*arguments, **keywords)

    fails("vocabulary: 0; expected at least 1", begin, vocabulary=0)
    fails("config: no serialized", ops.search_begin, b"\xff", ops.SearchInputs(1, 3))
    fails(r"forced: rows for 2 sentences; expected 1", begin, forced=[[1], [1]], forced_lengths=[1])
    fails(r"forced\[0, 0\]: token 7; expected 0 .. 2", begin, forced=[[7]], forced_lengths=[1])
    fails("2 of them; expected one for each of 1", begin, seeds=tf.constant([1, 2], tf.int64))
    first, _, _ = begin(source=2)
    weights = tf.zeros([1, 2])
    fails(
        r"scores: shape \[1,4\]; expected \[1,3\]",
        ops.search_step,
        first,
        tf.zeros([1, 4]),
        weights,
    )
    fails(r"attention: shape \[0,0\]; expected \[1,2\]", ops.search_step, first, tf.zeros([1, 3]))
    fails(
        "sentence 0, hypothesis 0, step 0: every score is NaN",
        ops.search_step,
        first,
        tf.fill([1, 3], np.nan),
        weights,
    )
    fails("is_last_chunk is for", ops.search_step, first, tf.zeros([1, 3]), weights, [True])
    other = tf.data.experimental.to_variant(tf.data.Dataset.range(3))
    fails("search: not a search handle", ops.search_step, other, tf.zeros([1, 3]))
    fails("search: not a search handle", ops.search_results, other)


def test_a_search_that_is_done_takes_no_step():
    handle, _, owners = begin()
    while len(owners):
        handle, _, _, owners = ops.search_step(handle, tf.zeros([len(owners), 3]))
    with pytest.raises(
        tf.errors.FailedPreconditionError, match="the search was done after 7 steps"
    ):
        ops.search_step(handle, tf.zeros([0, 3]))


def test_shapes_are_known_as_far_as_they_are():
    @tf.function
    def shapes():
        handle, parents, _ = begin()
        after, tokens, _, _ = ops.search_step(handle, tf.zeros([1, 3]))
        results = ops.search_results(after)
        assert handle.shape == after.shape == []
        assert parents.shape.rank == tokens.shape.rank == 1
        assert {name: value.shape.rank for name, value in results.items()} == {
            "tokens": 3,
            "token_scores": 3,
            "lengths": 2,
            "totals": 2,
            "normalized": 2,
            "reasons": 2,
            "attention": 4,
        }
        with pytest.raises(ValueError, match="must be rank 2"):
            ops.search_step(handle, tf.zeros([3]))

    shapes.get_concrete_function()
