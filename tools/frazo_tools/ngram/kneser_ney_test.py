import numpy as np
import pytest
from frazo_tools.ngram.kneser_ney import KneserNey, Tokens
from hypothesis import given
from hypothesis import strategies as st

SOS, EOS, A, B, C = 0, 1, 2, 3, 4
VOCAB = 5

_TEXTS = st.lists(st.lists(st.sampled_from([A, B, C]), max_size=8), min_size=1, max_size=12)


def of(*texts):
    return Tokens.of([[SOS, *text, EOS] for text in texts])


def probabilities(model, history):
    """The probability of each token after SOS and a history."""
    return np.array(
        [
            np.exp(model.log_probabilities(Tokens.of([[SOS, *history, token]]))[-1])
            for token in range(VOCAB)
        ]
    )


def test_bigrams_of_a_small_text_by_hand():
    # <s> a b </s>, <s> a c </s>. Too few grams: the discounts are 0.5 for 1, 0.75 for more.
    model = KneserNey(of([A, B], [A, C]), vocab_size=VOCAB, order=2)
    # Different tokens before: </s> 2 (b, c), a 1, b 1, c 1; in all 5, of which 0.75 + 3 * 0.5 are
    # taken and shared by 4 tokens.
    alike = 2.25 / 5 / 4
    end, a, b = 1.25 / 5 + alike, 0.5 / 5 + alike, 0.5 / 5 + alike
    found = probabilities(model, [A])
    # After a: b once and c once.
    np.testing.assert_allclose(found[B], 0.5 / 2 + 0.5 * b, rtol=1e-12)
    np.testing.assert_allclose(found[EOS], 0.5 * end, rtol=1e-12)
    # At the start: a twice.
    np.testing.assert_allclose(probabilities(model, [])[A], 1.25 / 2 + 0.375 * a, rtol=1e-12)


def test_discounts_come_from_the_numbers_of_grams():
    # Single tokens: 4 occur once, 2 twice, 1 three times and none four times.
    texts = [[2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 8]]
    model = KneserNey(Tokens.of([[SOS, *text] for text in texts]), vocab_size=9, order=1)
    y = 4 / (4 + 2 * 2)
    discounts = [1 - 2 * y * 2 / 4, 2 - 3 * y * 1 / 2, 3]
    alike = (4 * discounts[0] + 2 * discounts[1] + discounts[2]) / 11 / 8
    expected = [(1 - discounts[0]) / 11 + alike, (2 - discounts[1]) / 11 + alike, alike]
    tokens = Tokens.of([[SOS, 2, 6, 8]])
    np.testing.assert_allclose(np.exp(model.log_probabilities(tokens)), expected, rtol=1e-12)


@given(
    texts=_TEXTS, order=st.integers(1, 5), history=st.lists(st.sampled_from([A, B, C]), max_size=6)
)
def test_probabilities_of_all_that_may_follow_add_up_to_one(texts, order, history):
    model = KneserNey(of(*texts), vocab_size=VOCAB, order=order)
    found = probabilities(model, history)
    assert found[1:].sum() == pytest.approx(1, abs=1e-9)
    assert found[1:].min() > 0


@given(texts=_TEXTS, order=st.integers(1, 5))
def test_texts_are_scored_each_by_itself(texts, order):
    model = KneserNey(of(*texts), vocab_size=VOCAB, order=order)
    together = model.log_probabilities(of(*texts))
    alone = [model.log_probabilities(of(text)) for text in texts]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-12)
