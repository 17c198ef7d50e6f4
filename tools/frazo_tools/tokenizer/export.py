"""Writes a tokenizer of Frazo as the tokenizer.json of Hugging Face's tokenizers package."""

from typing import NamedTuple

from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer.bpe_form import bpe_form
from frazo_tools.tokenizer.components import Json, replace_pattern, sequence, special_token
from frazo_tools.tokenizer.form import Form
from frazo_tools.tokenizer.grapheme_form import grapheme_form
from frazo_tools.tokenizer.loaded_tokenizer import load
from frazo_tools.tokenizer.sentencepiece_form import sentencepiece_form
from frazo_tools.tokenizer.word_form import word_form
from frazo_tools.tokenizer.word_piece_form import word_piece_form

# Soft hyphen, zero-width space, word joiner, byte order mark.
REMOVE_INVISIBLE = replace_pattern(r"[\x{ad}\x{200b}\x{2060}\x{feff}]", "")

_FORMS = {
    "grapheme": grapheme_form,
    "word": word_form,
    "bpe": bpe_form,
    "sentencepiece": sentencepiece_form,
    "word_piece": word_piece_form,
}


class Exported(NamedTuple):
    """The content of a tokenizer.json, and what is not the same for every text, a clause each."""

    document: Json
    notes: list[str]


def export_tokenizer(message: tokenizer_pb2.Tokenizer) -> Exported:
    """Returns the tokenizer.json of a tokenizer.

    Raises:
      FrazoError: The tokenizer or one of its files is wrong.
      ConversionError: tokenizers cannot do what the tokenizer does.
    """
    loaded = load(message)
    form: Form = _FORMS[message.WhichOneof("kind")](loaded)
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            special_token(number, name) for number, name in sorted(form.special.items())
        ],
        "normalizer": sequence("normalizers", [*_normal_form(message), *form.normalizers]),
        "pre_tokenizer": form.pre_tokenizer,
        "post_processor": None,
        "decoder": sequence("decoders", form.decoders),
        "model": form.model,
    }
    return Exported(document, _notes(message, form))


def _normal_form(message: tokenizer_pb2.Tokenizer) -> list[Json]:
    normalizers = [REMOVE_INVISIBLE] if message.remove_invisible else []
    if message.normalization != tokenizer_pb2.Tokenizer.NONE:
        name = tokenizer_pb2.Tokenizer.Normalization.Name(message.normalization)
        normalizers.append({"type": name})
    return normalizers


def _notes(message: tokenizer_pb2.Tokenizer, form: Form) -> list[str]:
    notes = list(form.notes)
    if form.special:
        names = ", ".join(form.special.values())
        notes.insert(
            0,
            f"the names of special tokens in a text ({names}) are text in Frazo, and in tokenizers with "
            "encode_special_tokens",
        )
    if message.normalization != tokenizer_pb2.Tokenizer.NONE:
        notes.append("each library has the characters of its own version of Unicode")
    return notes
