"""SentencePiece models and their tokenizer.json: a Unigram or a BPE model over texts whose blanks
are U+2581.
"""

import re
from pathlib import Path
from typing import Any

from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer import sentencepiece_file
from frazo_tools.tokenizer.components import Json
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.form import Form, Reading
from frazo_tools.tokenizer.loaded_tokenizer import LoadedTokenizer
from frazo_tools.tokenizer.merge_order import used_pairs
from frazo_tools.tokenizer.scored_merges import ScoredPieces, bpe_model
from frazo_tools.tokenizer.sentencepiece_file import (
    BPE,
    BYTE,
    CONTROL,
    NORMAL,
    UNIGRAM,
    UNKNOWN,
    UNUSED,
    USER_DEFINED,
)
from frazo_tools.tokenizer.text_rules import TextRules
from frazo_tools.tokenizer.vocabulary import merge_list, pieces_by_id

_BYTE_NAME = re.compile(r"<0x[0-9A-F]{2}>")
_REFUSED_TYPES = {
    USER_DEFINED: "user-defined: tokenizers would divide the text there before it is normalized",
    UNUSED: "unused: tokenizers has no such pieces",
}


def sentencepiece_form(loaded: LoadedTokenizer) -> Form:
    """Returns the form of a tokenizer of the kind `sentencepiece`.

    Raises:
      ConversionError: The model has something that tokenizers has not.
    """
    path = Path(loaded.message.sentencepiece.model)
    model = sentencepiece_file.Model.FromString(path.read_bytes())
    try:
        _check_model(model)
        special = {
            number: piece.text for number, piece in enumerate(model.pieces) if piece.type == CONTROL
        }
        # tokenizers leaves special tokens out of decoded texts.
        if not model.trainer_spec.unk_surface:
            special[loaded.unk_id] = loaded.unk
        is_bpe = model.trainer_spec.model_type == BPE
        rules = _rules(model, loaded.unk)
        return Form(
            _bpe(model, loaded.unk) if is_bpe else _unigram(model, loaded.unk_id),
            normalizers=rules.normalizers(),
            decoders=rules.decoders(),
            special=special,
            notes=_notes(model),
        )
    except ConversionError as error:
        raise ConversionError(f"'{path}': {error}") from None


def read_sentencepiece(
    model: Json, rules: TextRules, special: dict[int, str], names: tuple[str, str]
) -> Reading:
    """Makes a tokenizer of the kind `sentencepiece` of a Unigram or BPE model.

    Args:
      model: The model.
      rules: What happens to a text first.
      special: Ids and names of the tokens without text.
      names: The names of the start and the end of a sentence.

    Raises:
      ConversionError: The model has another form.
    """
    is_unigram = model["type"] == "Unigram"
    pieces = (
        [(text, float(score)) for text, score in model["vocab"]]
        if is_unigram
        else _ranked_pieces(model)
    )
    unk_id = model.get("unk_id") if is_unigram else _index(pieces, model.get("unk_token"))
    if not isinstance(unk_id, int) or not 0 <= unk_id < len(pieces):
        field = "unk_id" if is_unigram else "unk_token"
        raise ConversionError(f"model.{field} is {model.get(field)!r}: expected that of a piece")
    file = sentencepiece_file.Model()
    has_bytes = bool(model.get("byte_fallback"))
    for number, (text, score) in enumerate(pieces):
        is_byte = has_bytes and _BYTE_NAME.fullmatch(text) is not None
        kind = UNKNOWN if number == unk_id else CONTROL if number in special else NORMAL
        file.pieces.add(text=text, score=score)
        if kind != NORMAL or is_byte:
            file.pieces[-1].type = BYTE if is_byte else kind
    trainer = file.trainer_spec
    trainer.model_type = UNIGRAM if is_unigram else BPE
    trainer.vocab_size = len(pieces)
    trainer.byte_fallback = has_bytes
    trainer.unk_id = unk_id
    trainer.unk_piece = pieces[unk_id][0]
    trainer.unk_surface = "" if unk_id in special else rules.unk_surface or pieces[unk_id][0]
    trainer.bos_piece, trainer.eos_piece = names
    trainer.bos_id, trainer.eos_id = (_index(pieces, name, -1) for name in names)
    _set_rules(file.normalizer_spec, rules)
    message = tokenizer_pb2.Tokenizer(sentencepiece=tokenizer_pb2.SentencePieceTokenizer())
    return Reading(message, {"model": file.SerializeToString(deterministic=True)})


def used_merges(model: Json) -> list[list[str]]:
    """Returns the merges of a BPE model that have an effect. Raises ConversionError."""
    rank_by_pair = {pair: rank for rank, pair in enumerate(merge_list(model))}
    texts = dict.fromkeys(left + right for left, right in rank_by_pair)

    def ranks(left: str, right: str) -> int | None:
        return rank_by_pair.get((left, right))

    pairs = used_pairs((list(text) for text in texts), ranks)
    return [list(pair) for pair in pairs]


def _check_model(model: Any) -> None:
    trainer = model.trainer_spec
    if trainer.treat_whitespace_as_suffix:
        raise ConversionError(
            "treat_whitespace_as_suffix is on, which tokenizers cannot do; train the model without it"
        )
    if not model.normalizer_spec.escape_whitespaces:
        raise ConversionError("escape_whitespaces is off, which tokenizers cannot do")
    if model.denormalizer_spec.precompiled_charsmap:
        raise ConversionError("denormalizer_spec has rules, which tokenizers cannot apply")
    for number, piece in enumerate(model.pieces):
        if piece.type in _REFUSED_TYPES:
            raise ConversionError(
                f"piece {number}, {piece.text!r}, is {_REFUSED_TYPES[piece.type]}. Train the model "
                "without it"
            )


def _notes(model: Any) -> list[str]:
    notes = []
    if model.trainer_spec.model_type == UNIGRAM:
        notes.append(
            "texts with the names of special pieces and bytes, such as <unk> and <0x41>, are text in "
            "Frazo only"
        )
        notes.append("of equally probable divisions each library may take another")
    if model.normalizer_spec.precompiled_charsmap:
        notes.append(
            "tokenizers replaces a character with its marks as a whole, and so loses marks behind "
            "blanks and ligatures"
        )
    if model.normalizer_spec.remove_extra_whitespaces and not model.trainer_spec.unk_surface:
        notes.append(
            "decoded texts that begin with unknown characters have no blank in front in Frazo"
        )
    if model.trainer_spec.byte_fallback:
        notes.append("of bytes that are not UTF-8 tokenizers decodes none, Frazo those that are")
    return notes


def _rules(model: Any, unk: str) -> TextRules:
    spec = model.normalizer_spec
    return TextRules(
        charsmap=spec.precompiled_charsmap,
        adds_space=spec.add_dummy_prefix,
        merges_spaces=spec.remove_extra_whitespaces,
        unk=unk,
        unk_surface=model.trainer_spec.unk_surface,
        has_bytes=model.trainer_spec.byte_fallback,
    )


def _set_rules(spec: Any, rules: TextRules) -> None:
    spec.name = "custom" if rules.charsmap else "identity"
    spec.precompiled_charsmap = rules.charsmap
    spec.add_dummy_prefix = rules.adds_space
    spec.remove_extra_whitespaces = rules.merges_spaces
    spec.escape_whitespaces = True


def _bpe(model: Any, unk: str) -> Json:
    pieces = ScoredPieces(
        [piece.text for piece in model.pieces],
        [piece.score for piece in model.pieces],
        {number for number, piece in enumerate(model.pieces) if piece.type != NORMAL},
    )
    has_bytes = model.trainer_spec.byte_fallback
    return bpe_model(pieces, unk=unk, fuse_unk=True, byte_fallback=has_bytes)


def _unigram(model: Any, unk_id: int) -> Json:
    lowest = min((piece.score for piece in model.pieces if piece.type == NORMAL), default=0.0)
    for number, piece in enumerate(model.pieces):
        if piece.type == NORMAL:
            continue
        if piece.score < lowest:
            raise ConversionError(
                f"piece {number}, {piece.text!r}, scores {piece.score}, less than all pieces of text, "
                f"{lowest}: tokenizers would score unknown characters by it. Set its score to 0"
            )
        if len(piece.text) == 1:
            raise ConversionError(
                f"piece {number} is special and the character {piece.text!r}: tokenizers would find it "
                "in texts. Give it a name such as <s>"
            )
    return {
        "type": "Unigram",
        "unk_id": unk_id,
        "vocab": [[piece.text, piece.score] for piece in model.pieces],
        "byte_fallback": model.trainer_spec.byte_fallback,
    }


def _ranked_pieces(model: Json) -> list[tuple[str, float]]:
    """Returns the pieces with their scores: minus the rank of a merge's result, then the others."""
    texts = pieces_by_id(model)
    ranked = ["".join(pair) for pair in used_merges(model)]
    ranked += [text for text in texts if text not in set(ranked)]
    score_by_text = {text: -float(rank) for rank, text in enumerate(ranked)}
    return [(text, score_by_text[text]) for text in texts]


def _index(pieces: list[tuple[str, float]], name: str | None, default: int | None = None) -> Any:
    return next((number for number, (text, _) in enumerate(pieces) if text == name), default)
