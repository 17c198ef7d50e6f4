"""Lingvo's word pieces and their tokenizer.json: a BPE model over words that start with U+2581."""

from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer.components import (
    BLANKS,
    FUSE,
    OUTER_BLANKS,
    SPACE_SYMBOL,
    Json,
    prepend,
    replace,
    replace_pattern,
    split,
)
from frazo_tools.tokenizer.form import Form, Reading
from frazo_tools.tokenizer.loaded_tokenizer import LoadedTokenizer
from frazo_tools.tokenizer.scored_merges import ScoredPieces, bpe_model
from frazo_tools.tokenizer.vocabulary import pieces_by_id, vocabulary_file

# A text's words stand behind blanks, each with its U+2581, which is not joined to another word then.
SPLIT_BEHIND_BLANKS = split({"String": " "}, "Removed")


def word_piece_form(loaded: LoadedTokenizer) -> Form:
    """Returns the form of a tokenizer of the kind `word_piece`.

    Raises:
      ConversionError: A piece has a character that is no piece.
    """
    special = {number: loaded.pieces[number] for number in loaded.textless}
    pieces = ScoredPieces(
        loaded.pieces,
        # The smallest id is the best.
        scores=[-float(number) for number in range(len(loaded.pieces))],
        names={loaded.unk_id, *special},
    )
    return Form(
        bpe_model(pieces, unk=loaded.unk, fuse_unk=False, byte_fallback=False),
        normalizers=[
            replace_pattern(OUTER_BLANKS, ""),
            replace_pattern(f"{BLANKS}+", f" {SPACE_SYMBOL}"),
            prepend(SPACE_SYMBOL),
        ],
        pre_tokenizer=SPLIT_BEHIND_BLANKS,
        decoders=[FUSE, replace(SPACE_SYMBOL, " "), replace_pattern(OUTER_BLANKS, "")],
        special=special,
    )


def read_word_pieces(model: Json) -> Reading:
    """Makes a tokenizer of the kind `word_piece` of a BPE model. Raises ConversionError."""
    message = tokenizer_pb2.Tokenizer(word_piece=tokenizer_pb2.WordPieceTokenizer())
    return Reading(message, {"vocabulary": vocabulary_file(pieces_by_id(model))})
