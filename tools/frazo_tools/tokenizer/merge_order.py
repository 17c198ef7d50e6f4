"""Which merges byte-pair encoding can ever use, and in which order.

A piece comes from two neighbours. While it is being made, nothing joins one of its characters to
one outside of it, so that all merges inside happen as they do in the piece's text alone. Therefore
each piece is made by one pair only: the last one that is joined in its text. Other pairs with the
same result have no effect. Two lists of merges whose used pairs are the same, in the same order,
divide every text alike.
"""

from collections.abc import Callable, Iterable, Sequence

Pair = tuple[str, str]
# The rank of a pair, 0 for the best; None if it is not joined.
Ranks = Callable[[str, str], int | None]


def last_pair(symbols: Sequence[str], ranks: Ranks, *, by_round: bool = False) -> Pair | None:
    """Joins pairs, best rank first and from the left, and returns the last pair that was joined.

    Args:
      symbols: The characters.
      ranks: The ranks of pairs.
      by_round: Join all pairs of the best rank before those that come up meanwhile, even if these
        have a better rank.

    Returns:
      None if more than one symbol is left, or if there was one only.
    """
    joined = list(symbols)
    pair: Pair | None = None
    while len(joined) > 1:
        best: int | None = None
        at = 0
        for index in range(len(joined) - 1):
            rank = ranks(joined[index], joined[index + 1])
            if rank is not None and (best is None or rank < best):
                best, at = rank, index
        if best is None:
            return None
        pair = joined[at], joined[at + 1]
        joined[at : at + 2] = ["".join(pair)]
        if by_round:
            at += 1
            while at < len(joined) - 1:
                # Each rank has one pair only.
                if (joined[at], joined[at + 1]) == pair:
                    joined[at : at + 2] = ["".join(pair)]
                at += 1
    return pair


def used_pairs(
    pieces: Iterable[Sequence[str]], ranks: Ranks, *, by_round: bool = False
) -> list[Pair]:
    """Returns the pairs that make pieces, best rank first.

    Args:
      pieces: The characters of each piece.
      ranks: The ranks of pairs.
      by_round: As for last_pair().
    """
    pairs: list[tuple[int, Pair]] = []
    for symbols in pieces:
        pair = last_pair(symbols, ranks, by_round=by_round)
        rank = None if pair is None else ranks(*pair)
        if pair is not None and rank is not None:
            pairs.append((rank, pair))
    return [pair for _, pair in sorted(pairs)]


def first_out_of_order(pairs: Sequence[Pair]) -> Pair | None:
    """Returns the first pair one of whose symbols is made by a later pair; None if there is none.

    Without such pairs it makes no difference whether all pairs of a rank are joined at once.
    """
    made_by = {"".join(pair): rank for rank, pair in enumerate(pairs)}
    for rank, pair in enumerate(pairs):
        if any(made_by.get(symbol, -1) > rank for symbol in pair):
            return pair
    return None
