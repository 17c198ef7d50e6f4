import itertools
import random
from collections import Counter

import pytest
from frazo_tools.vocab.bpe import END_OF_WORD, learn_bpe


def learn_slowly(counts, merges):
    """The algorithm as the paper has it: all pairs are counted anew for each merge."""
    words = {word: [*word[:-1], word[-1] + END_OF_WORD] for word in counts}
    learnt = []
    for _ in range(merges):
        pairs = Counter()
        for word, symbols in words.items():
            for left, right in itertools.pairwise(symbols):
                pairs[left, right] += counts[word]
        if not pairs or max(pairs.values()) < 2:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        learnt.append(best)
        for symbols in words.values():
            place = 0
            while place < len(symbols) - 1:
                if (symbols[place], symbols[place + 1]) == best:
                    symbols[place : place + 2] = ["".join(best)]
                place += 1
    return learnt


def test_the_most_frequent_pair_is_joined_first():
    # (a, b) comes 5 times, (b, c</w>) 3 and (b, d</w>) 2 times.
    learnt = learn_bpe({"abd": 2, "abc": 3}, 100, characters="abcd")
    assert learnt.merges == [("a", "b"), ("ab", "c</w>"), ("ab", "d</w>")]
    assert learnt.pieces == ["a@@", "b@@", "c", "d", "ab@@", "abc", "abd"]


def test_equal_pairs_are_joined_in_the_order_of_code_points():
    assert learn_bpe({"zy": 2, "ba": 2}, 100, characters="abyz").merges == [
        ("b", "a</w>"),
        ("z", "y</w>"),
    ]


def test_a_pair_that_occurs_once_is_not_joined():
    assert learn_bpe({"ab": 1}, 100, characters="ab").merges == []


def test_there_are_no_more_pieces_than_asked_for():
    assert len(learn_bpe({"abc": 5, "abd": 4}, 5, characters="abcd").pieces) == 5


def test_unknown_characters_part_words():
    learnt = learn_bpe({"abXcd": 5}, 100, characters="abcd")
    assert learnt.merges == [("a", "b"), ("c", "d</w>")]


@pytest.mark.parametrize("word", ["a</w>", "x@@", "<s>", "</s>"])
def test_no_piece_can_be_taken_for_something_else(word):
    reserved = {"<s>", "</s>"}
    learnt = learn_bpe({word: 9, word + "a": 3}, 100, characters=set(word), reserved=reserved)
    for left, right in learnt.merges:
        assert not left.endswith(END_OF_WORD)
        assert right.endswith(END_OF_WORD) or not (left + right).endswith(END_OF_WORD)
    assert not reserved & set(learnt.pieces)
    assert len(set(learnt.pieces)) == len(learnt.pieces)


@pytest.mark.parametrize("seed", range(30))
def test_agrees_with_counting_anew(seed):
    generator = random.Random(seed)
    counts = {
        "".join(generator.choices("abc", k=generator.randint(1, 9))): generator.randint(1, 5)
        for _ in range(12)
    }
    learnt = learn_bpe(counts, 40, characters="abc")
    assert learnt.merges == learn_slowly(counts, len(learnt.merges))
