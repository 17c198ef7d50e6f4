"""Makes a tokenizer of Frazo of a tokenizer.json of Hugging Face's tokenizers package.

The tokenizer that is made is exported again, and what differs is refused. So an import is as exact
as an export.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from frazo import _core
from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer.bpe_form import END_OF_WORD, read_bpe
from frazo_tools.tokenizer.components import Json, members, sequence
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.export import REMOVE_INVISIBLE, Exported, export_tokenizer
from frazo_tools.tokenizer.form import Reading
from frazo_tools.tokenizer.grapheme_form import read_graphemes
from frazo_tools.tokenizer.json_difference import first_difference
from frazo_tools.tokenizer.loaded_tokenizer import SPECIAL_NAMES
from frazo_tools.tokenizer.sentencepiece_form import read_sentencepiece, used_merges
from frazo_tools.tokenizer.text_rules import read_rules
from frazo_tools.tokenizer.word_form import read_words
from frazo_tools.tokenizer.word_piece_form import SPLIT_BEHIND_BLANKS, read_word_pieces

# Members of models that may be left out.
_DEFAULTS = {
    "BPE": {
        "dropout": None,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
    },
    "Unigram": {"byte_fallback": False},
    "WordLevel": {},
}
_NORMAL_FORMS = {"NFC": tokenizer_pb2.Tokenizer.NFC, "NFKC": tokenizer_pb2.Tokenizer.NFKC}
_ADD_SPECIAL_TOKENS = ("TemplateProcessing", "BertProcessing", "RobertaProcessing")


@dataclass(frozen=True)
class SentenceEnds:
    """The names of the tokens that start and end a sentence; None: those of the usual names."""

    sos: str | None = None
    eos: str | None = None


USUAL_ENDS = SentenceEnds()


@dataclass
class Imported:
    """A tokenizer of Frazo.

    Attributes:
      reading: The tokenizer and its files.
      notes: What is not the same for every text, a clause each.
    """

    reading: Reading
    notes: list[str] = field(default_factory=list)


def import_json(document: Json, ends: SentenceEnds = USUAL_ENDS) -> Imported:
    """Returns the tokenizer of Frazo that does what a tokenizer.json says.

    Args:
      document: The content of the file, which has the form of one.
      ends: The tokens that start and end a sentence.

    Raises:
      ConversionError: No tokenizer of Frazo does.
    """
    kind = _kind(document)
    notes: list[str] = []
    for name in ("truncation", "padding"):
        if document.get(name) is not None:
            raise ConversionError(
                f"{name} is set, and a tokenizer of Frazo has none; set it to null. In Frazo a truncate "
                "step and the batcher do it"
            )
    special = _special_tokens(document)
    _check_post_processor(document.get("post_processor"), notes)
    document, normal_form = _without_normal_form(document)
    reading = _read(kind, document, special, ends, notes)
    reading.message.MergeFrom(normal_form)
    exported = _exported(reading)
    _compare(kind, document, exported.document, notes)
    _compare_special(special, exported.document, notes)
    return Imported(reading, [*exported.notes, *notes])


def with_files(reading: Reading, paths: Mapping[str, Path]) -> tokenizer_pb2.Tokenizer:
    """Returns the tokenizer with the paths of its files, by field."""
    message = tokenizer_pb2.Tokenizer()
    message.CopyFrom(reading.message)
    for name, path in paths.items():
        setattr(getattr(message, message.WhichOneof("kind")), name, str(path))
    return message


def _kind(document: Json) -> str:
    model = document["model"]
    pre_tokenizers = members("pretokenizers", document.get("pre_tokenizer"))
    for part in pre_tokenizers:
        if part.get("type") == "ByteLevel":
            raise ConversionError(
                "pre_tokenizer is ByteLevel, pieces of bytes as GPT-2 has them, which no tokenizer of "
                "Frazo makes; it has pieces of characters, with single bytes for rare ones"
            )
    if model["type"] == "WordLevel":
        is_split = any(part.get("behavior") == "Isolated" for part in pre_tokenizers)
        return "grapheme" if is_split else "word"
    suffix = model.get("end_of_word_suffix") if model["type"] == "BPE" else None
    if suffix not in (None, "", END_OF_WORD):
        raise ConversionError(
            f"model.end_of_word_suffix is {suffix!r:.300}; Frazo reads {END_OF_WORD!r}"
        )
    if suffix:
        return "bpe"
    return "word_piece" if pre_tokenizers == [SPLIT_BEHIND_BLANKS] else "sentencepiece"


def _special_tokens(document: Json) -> dict[int, str]:
    """Returns the added tokens without text by id.

    Raises:
      ConversionError: An added token is not of the vocabulary, or has text.
    """
    vocab = document["model"]["vocab"]
    special: dict[int, str] = {}
    for index, token in enumerate(document["added_tokens"]):
        place = f"added_tokens[{index}]"
        number, content = token["id"], token["content"]
        if isinstance(vocab, Mapping):
            is_known = vocab.get(content) == number
        else:
            is_known = number in range(len(vocab)) and vocab[number][0] == content
        if not is_known:
            raise ConversionError(
                f"{place}: {content!r} with id {number} is not in model.vocab, which is all that a "
                "tokenizer of Frazo has; add it there, or remove it"
            )
        if not token.get("special"):
            raise ConversionError(
                f"{place}: {content!r} is found in every text before the model sees it, which Frazo "
                "cannot do; remove the entry, so that it is an ordinary token of the model"
            )
        special[number] = content
    return special


def _check_post_processor(part: Json, notes: list[str]) -> None:
    if part is None:
        return
    if part.get("type") not in _ADD_SPECIAL_TOKENS:
        raise ConversionError(
            f"post_processor is {part.get('type')!r}, which a tokenizer of Frazo has not; set it to null"
        )
    notes.append(
        "post_processor adds special tokens, as with add_special_tokens; in Frazo a tokenize step "
        "does it"
    )


def _without_normal_form(document: Json) -> tuple[Json, tokenizer_pb2.Tokenizer]:
    """Returns the document without the normalizers that a Tokenizer message has fields for, and a
    message with these fields.
    """
    message = tokenizer_pb2.Tokenizer()
    normalizers = members("normalizers", document.get("normalizer"))
    if normalizers and normalizers[0] == REMOVE_INVISIBLE:
        message.remove_invisible = True
        del normalizers[0]
    if normalizers and normalizers[0] in [{"type": name} for name in _NORMAL_FORMS]:
        message.normalization = _NORMAL_FORMS[normalizers.pop(0)["type"]]
    return {**document, "normalizer": sequence("normalizers", normalizers)}, message


def _read(
    kind: str,
    document: Json,
    special: dict[int, str],
    ends: SentenceEnds,
    notes: list[str],
) -> Reading:
    model = document["model"]
    unk = _unknown_token(model)
    if kind == "sentencepiece":
        for name in (ends.sos, ends.eos):
            if name is not None and name not in special.values():
                raise ConversionError(f"added_tokens: {name!r} is not there as a special token")
        names = (ends.sos or "<s>", ends.eos or "</s>")
        return read_sentencepiece(model, read_rules(document, unk, notes), special, names)
    if kind == "word":
        reading = read_words(model)
    elif kind == "grapheme":
        normalizers = members("normalizers", document.get("normalizer"))
        reading = read_graphemes(model, normalizers)
    elif kind == "bpe":
        reading = read_bpe(model, {unk, *special.values()})
    else:
        reading = read_word_pieces(model)
    _set_special_ids(reading.message, model["vocab"], (unk, ends.sos, ends.eos))
    return reading


def _unknown_token(model: Json) -> str:
    name, unk = "unk_token", model.get("unk_token")
    if model["type"] == "Unigram":
        name, number, vocab = "unk_id", model.get("unk_id"), model["vocab"]
        unk = vocab[number][0] if number in range(len(vocab)) else None
    if not isinstance(unk, str):
        raise ConversionError(
            f"model.{name} is not set, and a tokenizer of Frazo has a token for what is unknown; name "
            "one of the vocabulary"
        )
    return unk


def _set_special_ids(
    message: tokenizer_pb2.Tokenizer, vocab: Mapping[str, int], names: tuple[str | None, ...]
) -> None:
    """Sets the ids of the special tokens whose names do not tell them."""
    for name, usual, field_name in zip(
        names, SPECIAL_NAMES, ("unk_id", "sos_id", "eos_id"), strict=True
    ):
        if name is None or name in usual:
            continue
        if name not in vocab:
            raise ConversionError(f"the special token {name!r} is not in model.vocab")
        setattr(message, field_name, vocab[name])


def _exported(reading: Reading) -> Exported:
    """Returns the tokenizer.json of the tokenizer."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in reading.files}
        for name, content in reading.files.items():
            paths[name].write_bytes(content)
        try:
            return export_tokenizer(with_files(reading, paths))
        except (_core.FrazoError, ConversionError) as error:
            raise ConversionError(str(error).replace(f"{folder}/", "")) from None


def _compare(kind: str, document: Json, exported: Json, notes: list[str]) -> None:
    """Raises ConversionError if the file does something else than the tokenizer that was made."""
    model, expected_model = _with_defaults(document["model"]), exported["model"]
    if model["type"] == "BPE" and kind != "bpe":
        model = {**model, "merges": used_merges(model)}
    if kind == "bpe":
        model = {**model, "merges": [_as_list(merge) for merge in model["merges"]]}
    if model["type"] == "BPE" and model["byte_fallback"]:
        # Every character has pieces, those of its bytes.
        model["fuse_unk"] = expected_model["fuse_unk"]
    if model["type"] == "Unigram":
        model = {**model, "vocab": _rounded(model["vocab"], expected_model["vocab"], notes)}
    parts = {"model": (model, expected_model)}
    # read_rules() has read them.
    if kind != "sentencepiece":
        exported, _ = _without_normal_form(exported)
        for name in ("normalizer", "pre_tokenizer", "decoder"):
            parts[name] = document.get(name), exported[name]
    for name, (found, expected) in parts.items():
        if _is_as_good(kind, name, found, notes):
            continue
        difference = first_difference(found, expected, name)
        if difference is not None:
            raise ConversionError(
                f"{difference.path} is {difference.found}, but a tokenizer of Frazo of the kind {kind} "
                f"does {difference.expected}. Put that in its place if your texts get the same tokens "
                "then"
            )


def _is_as_good(kind: str, name: str, found: Json, notes: list[str]) -> bool:
    """Returns whether a part differs only where there is no text: for special tokens and for the
    unknown one.
    """
    if kind == "word" and name == "normalizer":
        return found is None
    if kind == "bpe" and name == "decoder" and found == {"type": "BPEDecoder", "suffix": "</w>"}:
        notes.append("in decoded texts Frazo writes the unknown token as a word")
        return True
    return False


def _with_defaults(model: Json) -> Json:
    filled = {**_DEFAULTS[model["type"]], **model}
    for name in ("continuing_subword_prefix", "end_of_word_suffix"):
        if filled.get(name) == "":
            filled[name] = None
    return filled


def _as_list(merge: str | list[str]) -> list[str]:
    return merge.split(" ") if isinstance(merge, str) else merge


def _rounded(vocab: Json, expected: Json, notes: list[str]) -> Json:
    """Returns the vocabulary with scores that differ only by their precision as expected."""
    rounded = [
        [text, other if abs(score - other) <= abs(score) * 2**-24 else score]
        for (text, score), (_, other) in zip(vocab, expected, strict=True)
    ]
    if rounded != vocab:
        notes.append("scores are rounded to 32 bits, so that near-ties may be divided otherwise")
    return rounded


def _compare_special(special: dict[int, str], exported: Json, notes: list[str]) -> None:
    expected = {token["id"]: token["content"] for token in exported["added_tokens"]}
    for number, name in expected.items():
        if number not in special:
            raise ConversionError(
                f"added_tokens: {name!r} with id {number} is not there, but in Frazo it starts or ends "
                "a sentence and has no text. Add it as a special token, or give it another name"
            )
    shown = [name for number, name in special.items() if number not in expected]
    if shown:
        notes.append(
            f"decoded texts have the names of {', '.join(shown)}, which tokenizers leaves out"
        )
