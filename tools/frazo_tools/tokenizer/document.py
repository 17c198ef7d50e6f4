"""Reads a tokenizer.json so far that each part has its type."""

import json
import math
from typing import Any

from frazo_tools.tokenizer.components import Json, members
from frazo_tools.tokenizer.conversion_error import ConversionError

_PARTS = {
    "normalizer": "normalizers",
    "pre_tokenizer": "pretokenizers",
    "post_processor": "processors",
    "decoder": "decoders",
}
_MODELS = ("WordLevel", "BPE", "Unigram")
_MOST_TOKENS = 2**31 - 1


def read_document(content: bytes) -> Json:
    """Returns the content of a tokenizer.json. Its model is of one of three types, and vocabulary,
    merges and added tokens have the right form.

    Raises:
      ConversionError: It is none.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConversionError(f"this is no JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("model"), dict):
        raise ConversionError("model is missing: this is no tokenizer.json")
    for name, members_name in _PARTS.items():
        part = document.setdefault(name, None)
        for member in _members(members_name, part):
            if not isinstance(member, dict) or not isinstance(member.get("type"), str):
                raise ConversionError(
                    f"{name}: expected objects with a type, found {member!r:.300}"
                )
    document["added_tokens"] = _added_tokens(document.get("added_tokens") or [])
    _check_model(document["model"])
    return document


def _members(name: str, part: Json) -> list[Json]:
    try:
        return members(name, part)
    except (RecursionError, TypeError) as error:
        raise ConversionError(f"{name} is no list") from error


def _added_tokens(tokens: Json) -> Json:
    for index, token in enumerate(tokens if isinstance(tokens, list) else [tokens]):
        if (
            not isinstance(token, dict)
            or not _is_id(token.get("id"))
            or not isinstance(token.get("content"), str)
        ):
            raise ConversionError(
                f"added_tokens[{index}]: expected an object with id and content, found {token!r:.300}"
            )
    return tokens


def _check_model(model: Json) -> None:
    kind, vocab = model.get("type"), model.get("vocab")
    if kind not in _MODELS:
        raise ConversionError(
            f"model.type is {kind!r:.300}; Frazo has tokenizers for {', '.join(_MODELS)}"
        )
    if kind == "Unigram":
        if not isinstance(vocab, list) or not vocab:
            raise ConversionError("model.vocab: expected a list of pieces and scores")
        for index, entry in enumerate(vocab):
            _check_scored_piece(entry, f"model.vocab[{index}]")
        return
    if not isinstance(vocab, dict) or not vocab:
        raise ConversionError("model.vocab: expected an object of ids by token")
    for piece, number in vocab.items():
        if not _is_id(number):
            raise ConversionError(f"model.vocab: the id of {piece!r} is {number!r:.300}, no id")
    if kind == "BPE":
        _check_merges(model.get("merges"))


def _check_scored_piece(entry: Json, path: str) -> None:
    if (
        not isinstance(entry, list)
        or len(entry) != 2
        or not isinstance(entry[0], str)
        or isinstance(entry[1], bool)
        or not isinstance(entry[1], int | float)
        or not math.isfinite(entry[1])
    ):
        raise ConversionError(f"{path}: expected a piece and its score, found {entry!r:.300}")


def _check_merges(merges: Json) -> None:
    if not isinstance(merges, list):
        raise ConversionError("model.merges: expected a list of pairs")
    for index, merge in enumerate(merges):
        parts = merge.split(" ") if isinstance(merge, str) else merge
        if (
            not isinstance(parts, list)
            or len(parts) != 2
            or not all(isinstance(part, str) and part for part in parts)
        ):
            raise ConversionError(
                f"model.merges[{index}]: expected two symbols, found {merge!r:.300}"
            )


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS
