from typing import NamedTuple

import pytest
from frazo_tools.translation.scores import Pair, read_pair, score_pairs


class Length(NamedTuple):
    score: float
    token_scores: list


class Counting:
    """Its score of a pair is the number of words of both."""

    def __init__(self):
        self.batches = []

    def score(self, texts, targets):
        self.batches.append(len(texts))
        return [
            Length(len(f"{text} {target}".split()), [])
            for text, target in zip(texts, targets, strict=True)
        ]

    def num_tokens(self, texts):
        return [len(text.split()) for text in texts]


def test_scores_come_in_the_order_of_the_pairs():
    pairs = [Pair("a", "b c"), Pair("", ""), Pair("a b c d", "e")]
    model = Counting()
    assert [found.score for found in score_pairs(model, pairs)] == [3, 0, 5]
    assert model.batches == [3]
    assert score_pairs(model, []) == []


def test_a_batch_holds_so_many_tokens_of_the_longer_side():
    model = Counting()
    score_pairs(model, [Pair("a", "b " * 500)] * 5)
    # 1024 / 500 is 2.
    assert model.batches == [2, 2, 1]


@pytest.mark.parametrize(("line", "tabs"), [("a b", 0), ("a\tb\tc", 2)])
def test_a_line_that_is_no_pair_is_named(line, tabs):
    with pytest.raises(ValueError) as failure:
        read_pair(line, 7)
    assert str(failure.value) == (
        f"line 7: it has {tabs} tabs. With --score each line is a text, a tab and its translation."
    )
    assert read_pair("a b\tc", 7) == Pair("a b", "c")
