import numpy as np
import pytest
from frazo import _core
from frazo.decode.search import FinishReason, Scores, Sentences, search
from frazo.proto import search_pb2
from google.protobuf import text_format
from hypothesis import given, settings
from hypothesis import strategies as st

START = 1


def config(text: str) -> search_pb2.Search:
    return text_format.Parse(text, search_pb2.Search())


class TableModel:
    """A model whose scores depend on the sentence, the step and the last token.

    Its state counts tokens.
    """

    def __init__(self, table: np.ndarray):
        self.table = table  # [sentence, step, last token, token]
        self.paths = [() for _ in table]

    def __call__(self, rows):
        self.paths = [
            self.paths[parent] + ((token,) if rows.step else ())
            for parent, token in zip(rows.parents, rows.tokens, strict=True)
        ]
        return Scores(self.table[rows.sentences, rows.step, rows.tokens])


def simple_beam(table: np.ndarray, width: int, eos: int, delta: float) -> list:
    """A plain beam search of one sentence; returns all ended hypotheses as (total, tokens)."""
    active, ended = [(0.0, ())], []
    for scores in table:
        extended = []
        for row, (total, tokens) in enumerate(active):
            last = tokens[-1] if tokens else START
            order = sorted(range(scores.shape[1]), key=lambda token: (-scores[last, token], token))
            for token in order[: width + 1]:
                new = np.float32(total) + scores[last, token]
                if token != eos:
                    extended.append((-new, token, row, (*tokens, token)))
                elif new > np.float32(total) + scores[last, order[0]] - delta:
                    ended.append((new, (*tokens, token)))
        active = [(-total, tokens) for total, _, _, tokens in sorted(extended)[:width]]
    return ended


@settings(max_examples=150)
@given(data=st.data())
def test_a_narrow_beam_is_that_of_a_simple_program(data):
    sentences, length = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 5))
    vocabulary, width = data.draw(st.integers(2, 6)), data.draw(st.integers(1, 7))
    eos, delta = data.draw(st.integers(0, vocabulary - 1)), data.draw(st.integers(0, 4))
    seed = data.draw(st.integers(0, 1 << 30))
    # The scores take few values, so that many hypotheses have equal totals.
    table = (
        -np.random.default_rng(seed)
        .integers(1, 7, (sentences, length, vocabulary, vocabulary))
        .astype(np.float32)
    )
    text = f"""
      score_kind: LOG_PROBABILITIES eos_id: {eos} max_length: {length}
      beam {{ width: {width} n_best: 100 valid_eos_max_logit_delta: {delta} }}
    """
    model = TableModel(table)
    results = search(model, config(text), Sentences(sentences, vocabulary), start_token=START)
    for sentence in range(sentences):
        expected = simple_beam(table[sentence], width, eos, delta)
        found = [
            (total, tuple(tokens[:size]))
            for total, tokens, size, reason in zip(
                results.totals[sentence],
                results.tokens[sentence],
                results.lengths[sentence],
                results.reasons[sentence],
                strict=True,
            )
            if reason == FinishReason.EOS
        ]
        # The hypotheses and their order are equal.
        assert sorted(found) == sorted(expected)
        assert [total for total, _ in found] == sorted((total for total, _ in found), reverse=True)


def test_rows_leave_with_their_sentence_and_parents_carry_the_state():
    table = np.full((2, 4, 4, 4), -9, np.float32)
    table[0, :, :, 0] = -0.1  # Ends at once.
    table[1, :2, :, 2:] = -1
    table[1, 2, :, 0] = -0.1
    model = TableModel(table)
    rows = []

    def score(step):
        scores = model(step)
        rows.append((step.sentences.tolist(), list(model.paths)))
        return scores

    results = search(
        score,
        config("score_kind: LOG_PROBABILITIES eos_id: 0 max_length: 4 beam { width: 2 }"),
        Sentences(2, 4),
        start_token=START,
    )
    assert rows[0] == ([0, 1], [(), ()])
    assert rows[1] == ([1, 1], [(2,), (3,)])
    assert rows[2] == ([1, 1], [(2, 2), (3, 2)])
    assert results.tokens[:, 0].tolist() == [[0, 0, 0], [2, 2, 0]]
    assert results.lengths[:, 0].tolist() == [1, 3]
    np.testing.assert_allclose(results.totals[:, 0], [-0.1, -2.1], rtol=1e-6)
    assert results.attention.shape == (2, 1, 3, 0)


def test_targets_are_scored_as_numpy_scores_them():
    rng = np.random.default_rng(5)
    logits = rng.normal(size=(2, 3, 7)).astype(np.float32)
    targets = np.array([[3, 4, 0], [5, 0, 0]], np.int32)
    results = search(
        lambda rows: Scores(logits[rows.sentences, rows.step]),
        config("eos_id: 0 max_length: 3 scoring {}"),
        Sentences(2, 7, forced=targets, forced_lengths=np.array([3, 2], np.int32)),
        start_token=START,
    )
    log_probabilities = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    expected = np.take_along_axis(log_probabilities, targets[..., None], -1)[..., 0]
    expected[1, 2] = 0
    np.testing.assert_allclose(results.token_scores[:, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(results.totals[:, 0], expected.sum(-1), rtol=1e-5)


@pytest.mark.parametrize("threads", [1, 3])
def test_samples_depend_on_seeds_alone(threads):
    logits = np.random.default_rng(1).normal(size=5000).astype(np.float32)

    def draw(seeds):
        return search(
            lambda rows: Scores(np.tile(logits, (len(rows.tokens), 1))),
            config("eos_id: 0 max_length: 6 sampling { samples: 2 }"),
            Sentences(len(seeds), 5000, seeds=np.array(seeds)),
            start_token=START,
            threads=threads,
        ).tokens

    np.testing.assert_array_equal(draw([7, 8])[1], draw([8])[0])


def make(**keywords):
    text = "eos_id: 0 max_length: 3 beam { width: 2 }"
    return _core.Search(config(text).SerializeToString(), **keywords)


def test_wrong_arguments_are_named():
    with pytest.raises(_core.InvalidArgumentError, match="not a serialized frazo"):
        _core.Search(b"\xff", sentences=1, vocabulary=3)
    with pytest.raises(_core.InvalidArgumentError, match="threads is 0 but must be at least 1"):
        make(sentences=1, vocabulary=3, threads=0)
    with pytest.raises(_core.InvalidArgumentError, match="vocabulary: 0; expected at least 1"):
        make(sentences=1, vocabulary=0)
    forced = np.zeros((3, 2), np.int32)
    with pytest.raises(
        _core.InvalidArgumentError, match="forced: rows for 3 sentences; expected 2"
    ):
        make(sentences=2, vocabulary=3, forced=forced, forced_lengths=np.zeros(2, np.int32))
    steps = make(sentences=2, vocabulary=3)
    with pytest.raises(
        _core.InvalidArgumentError, match=r"scores: shape \[3, 2\]; expected \[2, 3\]"
    ):
        steps.step(np.zeros((3, 2), np.float32))
    with pytest.raises(_core.InvalidArgumentError, match="attention: shape"):
        steps.step(np.zeros((2, 3), np.float32), attention=np.zeros((2, 1), np.float32))
    with pytest.raises(
        _core.InvalidArgumentError, match="sentence 1, hypothesis 0, step 0: every score is NaN"
    ):
        steps.step(np.array([[0, 0, 0], [np.nan] * 3], np.float32))
    for _ in range(3):
        steps.step(np.zeros((len(steps.sentences), 3), np.float32))
        if not len(steps.sentences):
            break
    with pytest.raises(_core.FailedPreconditionError, match="the search was done after"):
        steps.step(np.zeros((2, 3), np.float32))
