"""What SentencePiece does to a text before it divides it, and to pieces that become a text."""

import base64
import binascii
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as changed

from frazo_tools.tokenizer.components import (
    BYTE_FALLBACK,
    DROP_FIRST_SPACE,
    FUSE,
    SPACE_SYMBOL,
    Json,
    any_of,
    members,
    prepend,
    replace,
    replace_pattern,
)
from frazo_tools.tokenizer.conversion_error import ConversionError


@dataclass(frozen=True)
class TextRules:
    """The rules of a model.

    Attributes:
      charsmap: Replacements of characters, as in NormalizerSpec.precompiled_charsmap.
      adds_space: A blank is put in front of a text.
      merges_spaces: Blanks at the ends of a text are removed, and several are joined.
      unk: The unknown piece.
      unk_surface: What the unknown piece is decoded to.
      has_bytes: Characters without a piece become pieces of their bytes.
    """

    charsmap: bytes
    adds_space: bool
    merges_spaces: bool
    unk: str
    unk_surface: str
    has_bytes: bool

    def normalizers(self) -> list[Json]:
        """Returns what happens to a text before it is divided."""
        parts: list[Json] = []
        add_space = [prepend(SPACE_SYMBOL)] if self.adds_space else []
        # A text of characters that are removed still gets the blank.
        if not self.merges_spaces:
            parts += add_space
        if self.charsmap:
            text = base64.b64encode(self.charsmap).decode()
            parts.append({"type": "Precompiled", "precompiled_charsmap": text})
        if self.merges_spaces:
            parts += [replace_pattern(r"\A +", ""), replace_pattern(" {2,}", " "), *add_space]
        parts.append(replace(" ", SPACE_SYMBOL))
        if self.merges_spaces:
            parts.append(replace_pattern(rf"{SPACE_SYMBOL}+\z", ""))
        return parts

    def decoders(self) -> list[Json]:
        """Returns what happens to pieces that become a text."""
        parts: list[Json] = []
        if self.adds_space or self.merges_spaces:
            # Only one blank at the front of the first piece is not of the text.
            parts += [replace_pattern(rf"(?<!\A){SPACE_SYMBOL}", " "), DROP_FIRST_SPACE]
        else:
            parts.append(replace(SPACE_SYMBOL, " "))
        if self.unk_surface not in ("", self.unk):
            parts.append(replace_pattern(rf"\A{any_of([self.unk])}\z", self.unk_surface))
        if self.has_bytes:
            parts.append(BYTE_FALLBACK)
        return [*parts, FUSE]


# What the converters of Hugging Face's transformers write.
_MERGE_SPACES = replace_pattern(" {2,}", SPACE_SYMBOL)
_STRIP_END = {"type": "Strip", "strip_left": False, "strip_right": True}
_JOINING = (
    [_MERGE_SPACES],
    [_STRIP_END, _MERGE_SPACES],
    [replace_pattern(" {2,}", " ")],
)
_SPLIT_AT_SPACE = {"type": "WhitespaceSplit"}
_METASPACE = {"type": "Metaspace", "replacement": SPACE_SYMBOL}
_STRIP_START: Json = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
_LLAMA_DECODERS = [replace(SPACE_SYMBOL, " "), BYTE_FALLBACK, FUSE, _STRIP_START]


def read_rules(document: Json, unk: str, notes: list[str]) -> TextRules:
    """Returns the rules of a tokenizer.json with a Unigram or BPE model.

    Args:
      document: The tokenizer.json.
      unk: The unknown piece.
      notes: Gets what is equal for most texts only.

    Raises:
      ConversionError: They are not those of SentencePiece.
    """
    normalizers = members("normalizers", document.get("normalizer"))
    pre_tokenizers = members("pretokenizers", document.get("pre_tokenizer"))
    decoders = members("decoders", document.get("decoder"))
    charsmap, others = _charsmap(normalizers)
    has_bytes = bool(document["model"].get("byte_fallback"))
    rules = _exact(normalizers, charsmap, TextRules(b"", False, False, unk, unk, has_bytes))
    if rules is not None and not pre_tokenizers:
        pass
    elif _is_converted(others, pre_tokenizers):
        _check_pieces(document["model"]["vocab"])
        rules = TextRules(charsmap, True, True, unk, unk, has_bytes)
        notes += _notes(charsmap, others, pre_tokenizers)
    else:
        raise ConversionError(
            f"normalizer {document.get('normalizer')!r:.300} with pre_tokenizer "
            f"{document.get('pre_tokenizer')!r:.300} are not what a SentencePiece model does. "
            'Frazo does, for example, [{"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", '
            '"pattern": {"String": " "}, "content": "\u2581"}] and no pre_tokenizer'
        )
    return _with_surface(rules, decoders, document.get("decoder"))


def _charsmap(normalizers: list[Json]) -> tuple[bytes, list[Json]]:
    """Returns the bytes of a Precompiled normalizer, and the other normalizers."""
    others = [part for part in normalizers if part.get("type") != "Precompiled"]
    found = [part for part in normalizers if part.get("type") == "Precompiled"]
    if not found:
        return b"", others
    try:
        return base64.b64decode(found[0]["precompiled_charsmap"], validate=True), others
    except (KeyError, TypeError, binascii.Error) as error:
        raise ConversionError(f"normalizer: precompiled_charsmap is no base64: {error}") from error


def _exact(normalizers: list[Json], charsmap: bytes, start: TextRules) -> TextRules | None:
    """Returns the rules whose normalizers are these; None if there are none."""
    for adds_space, merges_spaces in itertools.product((True, False), repeat=2):
        rules = changed(
            start, charsmap=charsmap, adds_space=adds_space, merges_spaces=merges_spaces
        )
        if rules.normalizers() == normalizers:
            return rules
    return None


def _is_converted(others: list[Json], pre_tokenizers: list[Json]) -> bool:
    """Returns whether the parts are those of a converter."""
    if not pre_tokenizers or not _is_always_metaspace(pre_tokenizers[-1]):
        return False
    before = pre_tokenizers[:-1]
    # Something must join blanks.
    if not others:
        return before == [_SPLIT_AT_SPACE]
    return others in _JOINING and before in ([], [_SPLIT_AT_SPACE])


def _check_pieces(vocab: Json) -> None:
    """Raises ConversionError if it makes a difference that texts are divided at blanks first."""
    pieces = vocab if isinstance(vocab, dict) else [piece for piece, _ in vocab]
    for piece in pieces:
        if SPACE_SYMBOL in piece[1:] and piece.strip(SPACE_SYMBOL):
            raise ConversionError(
                f"model.vocab: {piece!r} goes beyond a word, but pre_tokenizer divides texts at blanks, "
                "so that it is never found; Frazo would find it. Remove it"
            )
    if SPACE_SYMBOL not in pieces:
        raise ConversionError(
            f"model.vocab: {SPACE_SYMBOL!r} is not there, so that Frazo would join unknown characters of "
            "several words; add it"
        )


def _notes(charsmap: bytes, others: list[Json], pre_tokenizers: list[Json]) -> list[str]:
    notes = [f"texts with the character {SPACE_SYMBOL} (U+2581) may differ"]
    if _STRIP_END not in others and len(pre_tokenizers) == 1:
        notes.append("texts that end in blanks have one token less in Frazo")
    if not charsmap:
        notes.append("texts with tabs, line feeds or Unicode's other blanks may differ")
    return notes


def _is_always_metaspace(part: Json) -> bool:
    if {key: part.get(key) for key in _METASPACE} != _METASPACE:
        return False
    # Older files have add_prefix_space.
    return part.get("prepend_scheme", "always" if part.get("add_prefix_space") else "") == "always"


def _with_surface(rules: TextRules, decoders: list[Json], part: Json) -> TextRules:
    """Returns the rules with what the unknown piece is decoded to.

    Raises:
      ConversionError: The decoders are not those of the rules.
    """
    for surface in _surfaces(rules, decoders):
        candidate = changed(rules, unk_surface=surface)
        if candidate.decoders() == decoders:
            return candidate
    if rules.adds_space and (
        (len(decoders) == 1 and _is_always_metaspace(decoders[0]))
        or (rules.has_bytes and decoders == _LLAMA_DECODERS)
    ):
        return rules
    raise ConversionError(
        f"decoder {part!r:.300} does not fit the normalizer. Frazo does {rules.decoders()!r}: put that "
        "in its place if your texts are the same then"
    )


def _surfaces(rules: TextRules, decoders: list[Json]) -> Iterator[str]:
    """Yields what the unknown piece may be decoded to."""
    yield rules.unk
    for part in decoders:
        if isinstance(part, dict) and part.get("type") == "Replace":
            yield str(part.get("content"))
