"""The parts of a tokenizer.json that exports write and imports compare.

Each function returns a part as JSON has it. The patterns are regular expressions of the Oniguruma
library, in its Ruby syntax, as the tokenizers package takes them.
"""

import re
from collections.abc import Sequence
from typing import Any

Json = Any

SPACE_SYMBOL = "\u2581"
# The six blanks at which Frazo divides words, as a set of characters.
BLANKS = r"[\x09-\x0d\x20]"
NO_BLANK = r"[^\x09-\x0d\x20]"
# Blanks at the ends of a text.
OUTER_BLANKS = rf"\A{BLANKS}+|{BLANKS}+\z"

FUSE: Json = {"type": "Fuse"}
BYTE_FALLBACK: Json = {"type": "ByteFallback"}
# As a decoder it takes U+2581 from the front of the first token.
DROP_FIRST_SPACE: Json = {
    "type": "Metaspace",
    "replacement": SPACE_SYMBOL,
    "prepend_scheme": "always",
    "split": True,
}


def replace(text: str, content: str) -> Json:
    """Replaces a text, in a text (normalizer) or in each token (decoder)."""
    return {"type": "Replace", "pattern": {"String": text}, "content": content}


def replace_pattern(pattern: str, content: str) -> Json:
    """Replaces what a regular expression matches, in a text or in each token."""
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def prepend(text: str) -> Json:
    """Puts `text` in front of a text that is not empty."""
    return {"type": "Prepend", "prepend": text}


def split(pattern: Json, behavior: str) -> Json:
    """Divides a text where a pattern matches: Removed drops the matches, Isolated keeps them."""
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": False}


SPLIT_AT_BLANKS = split({"Regex": f"{BLANKS}+"}, "Removed")


def sequence(kind: str, parts: Sequence[Json]) -> Json:
    """Joins normalizers, pretokenizers or decoders (`kind`); none become null, one stays alone."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"type": "Sequence", kind: list(parts)}


def members(kind: str, part: Json) -> list[Json]:
    """Returns the parts of a sequence, with those of sequences within it; the part itself if it is
    none.
    """
    if part is None:
        return []
    if isinstance(part, dict) and part.get("type") == "Sequence" and kind in part:
        return [inner for outer in part[kind] for inner in members(kind, outer)]
    return [part]


def any_of(texts: Sequence[str]) -> str:
    """Returns a pattern of exactly these texts, of which the first that matches counts."""
    return "|".join(re.escape(text) for text in texts)


def special_token(number: int, content: str) -> Json:
    """Returns an added token without text. It is found before the text is normalized, unless the
    reader sets encode_special_tokens.
    """
    return {
        "id": number,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }
