"""The vocabulary and the merges of a model in a tokenizer.json, and the vocabulary as a file."""

from collections.abc import Sequence

from frazo_tools.tokenizer.components import Json
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.merge_order import Pair


def pieces_by_id(model: Json) -> list[str]:
    """Returns the pieces of model.vocab, an object of ids by piece, in the order of the ids.

    Raises:
      ConversionError: An id is missing or occurs twice.
    """
    pieces: dict[int, str] = {}
    for piece, number in model["vocab"].items():
        if number in pieces:
            raise ConversionError(
                f"model.vocab: {pieces[number]!r} and {piece!r} both have id {number}; keep one"
            )
        pieces[number] = piece
    for number in range(len(pieces)):
        if number not in pieces:
            raise ConversionError(
                f"model.vocab: no token has id {number}; a vocabulary of Frazo has all ids from 0 to "
                f"{len(pieces) - 1}. Give the unused ids tokens such as <unused0>"
            )
    return [pieces[number] for number in range(len(pieces))]


def merge_list(model: Json) -> list[Pair]:
    """Returns model.merges: pairs, or texts with a blank in between."""
    pairs = []
    for merge in model["merges"]:
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        pairs.append((left, right))
    return pairs


def vocabulary_file(pieces: Sequence[str]) -> bytes:
    """Returns a vocabulary file, one piece a line.

    Raises:
      ConversionError: A piece cannot be a line.
    """
    for number, piece in enumerate(pieces):
        if not piece or "\n" in piece:
            raise ConversionError(
                f"model.vocab: {piece!r} with id {number} cannot be a line of a vocabulary file; give "
                f"the id another token, such as <unused{number}>"
            )
    return "".join(f"{piece}\n" for piece in pieces).encode()
