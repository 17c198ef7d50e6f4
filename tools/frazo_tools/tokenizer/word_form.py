"""Tokenizers of words and their tokenizer.json: a WordLevel model that divides at blanks."""

from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer.components import (
    NO_BLANK,
    SPLIT_AT_BLANKS,
    Json,
    any_of,
    replace_pattern,
)
from frazo_tools.tokenizer.form import Form, Reading
from frazo_tools.tokenizer.loaded_tokenizer import LoadedTokenizer
from frazo_tools.tokenizer.vocabulary import pieces_by_id, vocabulary_file


def word_level(loaded: LoadedTokenizer) -> Json:
    """Returns the model of a vocabulary whose tokens are not divided."""
    vocab = {piece: number for number, piece in enumerate(loaded.pieces)}
    return {"type": "WordLevel", "vocab": vocab, "unk_token": loaded.unk}


def word_form(loaded: LoadedTokenizer) -> Form:
    """Returns the form of a tokenizer of the kind `word`."""
    special = {number: loaded.pieces[number] for number in loaded.textless}
    # In a text their names are unknown words.
    names = rf"(?<!{NO_BLANK})(?:{any_of(list(special.values()))})(?!{NO_BLANK})"
    return Form(
        word_level(loaded),
        normalizers=[replace_pattern(names, loaded.unk)] if special else [],
        pre_tokenizer=SPLIT_AT_BLANKS,
        special=special,
    )


def read_words(model: Json) -> Reading:
    """Makes a tokenizer of the kind `word` of a WordLevel model. Raises ConversionError."""
    message = tokenizer_pb2.Tokenizer(word=tokenizer_pb2.WordTokenizer())
    return Reading(message, {"vocabulary": vocabulary_file(pieces_by_id(model))})
