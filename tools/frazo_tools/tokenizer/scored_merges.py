"""Pieces with scores, and the BPE model that joins them as SentencePiece's BPE does.

SentencePiece joins neighbours whose joined text is a piece, the best score first. A BPE model of
tokenizers joins the pairs that it lists. merge_order.py says why one pair for each piece is enough.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from frazo_tools.tokenizer.components import Json
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.merge_order import Pair, used_pairs


@dataclass(frozen=True)
class ScoredPieces:
    """Pieces by id.

    Attributes:
      pieces: Their texts.
      scores: The best is the greatest.
      names: The ids of those that are never joined from characters: special tokens, bytes.
    """

    pieces: Sequence[str]
    scores: Sequence[float]
    names: Collection[int]


def bpe_model(pieces: ScoredPieces, *, unk: str, fuse_unk: bool, byte_fallback: bool) -> Json:
    """Returns the BPE model of a tokenizer.json.

    Args:
      pieces: The pieces.
      unk: The piece of unknown characters.
      fuse_unk: Neighbouring unknown characters are one token.
      byte_fallback: Characters without a piece are those of their bytes.

    Raises:
      ConversionError: A piece has a character that is no piece, a special token is a character, or
        two pieces have one score.
    """
    _check(pieces)
    return {
        "type": "BPE",
        "dropout": None,
        "unk_token": unk,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": fuse_unk,
        "byte_fallback": byte_fallback,
        "ignore_merges": False,
        "vocab": {piece: number for number, piece in enumerate(pieces.pieces)},
        "merges": [list(pair) for pair in merges_by_score(pieces)],
    }


def merges_by_score(pieces: ScoredPieces) -> list[Pair]:
    """Returns the pairs that make the pieces, best first."""
    joined = [
        number
        for number, piece in enumerate(pieces.pieces)
        if len(piece) > 1 and number not in pieces.names
    ]
    joined.sort(key=lambda number: -pieces.scores[number])
    rank_by_text = {pieces.pieces[number]: rank for rank, number in enumerate(joined)}

    def ranks(left: str, right: str) -> int | None:
        return rank_by_text.get(left + right)

    return used_pairs((list(text) for text in rank_by_text), ranks)


def _check(pieces: ScoredPieces) -> None:
    known = {piece for piece in pieces.pieces if len(piece) == 1}
    number_by_score: dict[float, int] = {}
    for number, piece in enumerate(pieces.pieces):
        if number in pieces.names:
            if len(piece) == 1:
                raise ConversionError(
                    f"piece {number} is special and the character {piece!r}: tokenizers would find it "
                    "in texts. Give it a name such as <s>"
                )
            continue
        missing = next((character for character in piece if character not in known), None)
        if missing is not None:
            raise ConversionError(
                f"piece {number} is {piece!r}, but its {missing!r} is no piece, as tokenizers needs "
                "it to join them. Add it to the vocabulary, or remove the piece"
            )
        if len(piece) == 1:
            continue
        other = number_by_score.setdefault(pieces.scores[number], number)
        if other != number:
            raise ConversionError(
                f"the pieces {pieces.pieces[other]!r} and {piece!r} have one score, "
                f"{pieces.scores[number]}: Frazo joins the one further left first, tokenizers one of "
                "them. Give them different scores"
            )
