import itertools

from frazo_tools.tokenizer.merge_order import first_out_of_order, last_pair, used_pairs
from hypothesis import given
from hypothesis import strategies as st


def ranks_of(*pairs: str):
    rank_by_pair = {tuple(pair.split()): rank for rank, pair in enumerate(pairs)}
    return lambda left, right: rank_by_pair.get((left, right))


def test_the_last_pair_makes_the_piece():
    ranks = ranks_of("a n", "n a", "a na", "an a", "n ana", "na na")
    # a n a n a: an an a, an ana.
    assert last_pair("ana", ranks) == ("an", "a")
    # n a n a: n an a, n ana.
    assert last_pair("nana", ranks) == ("n", "ana")
    assert last_pair("a", ranks) is None
    assert last_pair("nn", ranks) is None


def test_rounds_join_all_pairs_of_a_rank_first():
    ranks = ranks_of("b c", "abc a", "a bc", "abca bc")
    # a bc a bc: abc a bc, abca bc, abcabc; by rounds: abc abc.
    assert last_pair("abcabc", ranks) == ("abca", "bc")
    assert last_pair("abcabc", ranks, by_round=True) is None


def test_pairs_without_effect_are_left_out():
    ranks = ranks_of("a n", "n a", "a na", "an a")
    assert used_pairs(["ana", "na", "an"], ranks) == [("a", "n"), ("n", "a"), ("an", "a")]


def test_pairs_out_of_order_are_found():
    assert first_out_of_order([("a", "b"), ("ab", "c")]) is None
    assert first_out_of_order([("ab", "c"), ("a", "b")]) == ("ab", "c")


def divided(text: str, ranks) -> list[str]:
    """Joins pairs of a text, the best first and from the left."""
    symbols = list(text)
    while True:
        found = [
            (rank, at)
            for at, (left, right) in enumerate(itertools.pairwise(symbols))
            if (rank := ranks(left, right)) is not None
        ]
        if not found:
            return symbols
        _, at = min(found)
        symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]


@given(
    pieces=st.lists(st.text("ab", min_size=2, max_size=6), unique=True, max_size=12),
    text=st.text("ab", max_size=40),
)
def test_used_pairs_divide_a_text_as_all_neighbours_that_make_a_piece(pieces, text):
    rank_by_text = {piece: rank for rank, piece in enumerate(pieces)}
    pairs = used_pairs(pieces, lambda left, right: rank_by_text.get(left + right))
    rank_by_pair = {pair: rank for rank, pair in enumerate(pairs)}
    expected = divided(text, lambda left, right: rank_by_text.get(left + right))
    assert divided(text, lambda left, right: rank_by_pair.get((left, right))) == expected
