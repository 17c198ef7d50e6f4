"""Tokenizers of characters and their tokenizer.json: a WordLevel model whose words are characters
and names such as <noise>.
"""

import string

from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer.components import FUSE, Json, any_of, replace, split
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.form import Form, Reading
from frazo_tools.tokenizer.loaded_tokenizer import LoadedTokenizer
from frazo_tools.tokenizer.vocabulary import pieces_by_id, vocabulary_file
from frazo_tools.tokenizer.word_form import word_level

# Any character, a line feed too.
_ANY = "(?m:.)"
# The table of 76 tokens reads A-Z as a-z, and no other capital letter.
_LOWER_CASE = [replace(letter, letter.lower()) for letter in string.ascii_uppercase]


def grapheme_form(loaded: LoadedTokenizer) -> Form:
    """Returns the form of a tokenizer of the kind `grapheme`.

    Raises:
      ConversionError: The start or the end of a sentence is a character.
    """
    special = {number: loaded.pieces[number] for number in loaded.textless}
    for number, piece in special.items():
        if len(piece) == 1:
            raise ConversionError(
                f"id {number}, which starts or ends a sentence, is the character {piece!r}: "
                "tokenizers would find it in texts. Set sos_id and eos_id to names such as <s>"
            )
    names = [
        piece
        for number, piece in enumerate(loaded.pieces)
        if len(piece) > 1 and number not in special
    ]
    # The first that matches counts, and the longest name is to count.
    names.sort(key=lambda name: -len(name.encode()))
    has_default_table = not loaded.message.grapheme.vocabulary
    return Form(
        word_level(loaded),
        normalizers=_LOWER_CASE if has_default_table else [],
        pre_tokenizer=split(
            {"Regex": f"{any_of(names)}|{_ANY}" if names else _ANY},
            "Isolated",
        ),
        decoders=[FUSE],
        special=special,
    )


def reads_lower_case(normalizers: list[Json]) -> bool:
    """Returns whether the normalizers end in those of the table of 76 tokens."""
    return normalizers[-len(_LOWER_CASE) :] == _LOWER_CASE


def read_graphemes(model: Json, normalizers: list[Json]) -> Reading:
    """Makes a tokenizer of the kind `grapheme` of a WordLevel model. Raises ConversionError."""
    message = tokenizer_pb2.Tokenizer(grapheme=tokenizer_pb2.GraphemeTokenizer())
    # Only the tokenizer without a file reads so.
    if reads_lower_case(normalizers):
        return Reading(message, {})
    return Reading(message, {"vocabulary": vocabulary_file(pieces_by_id(model))})
