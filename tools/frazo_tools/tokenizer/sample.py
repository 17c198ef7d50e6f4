"""Tokenizers of all kinds, made of a few lines, for tests."""

from collections.abc import Callable, Mapping
from pathlib import Path

from frazo.proto import tokenizer_pb2
from frazo_tools.vocab import training

LINES = [
    "the cat sat on the mat",
    "a cat and a dog sat there",
    "der Hund saß auf der Matte, dort",
    "日本語 の テキスト",
    "aaaa aaa aa nana banana ---- --- x-- --x",
    "  double  blanks ",
]
KINDS = [
    "word",
    "grapheme",
    "grapheme_default",
    "bpe",
    "word_piece",
    "unigram",
    "sentencepiece_bpe",
]

_WORD_PIECES = [
    "th",
    "▁th",
    "▁the",
    "at",
    "▁a",
    "--",
    "---",
    "----",
    "an",
    "na",
    "nan",
    "aa",
    "aaa",
]


def _counts() -> training.Counts:
    return training.count((line.encode() for line in LINES * 30), with_characters=True)


def _word_pieces() -> Mapping[str, bytes]:
    characters = sorted(set("".join(LINES)) - {" "})
    pieces = ["<unk>", "<s>", "</s>", "▁", *characters, *_WORD_PIECES]
    return {"vocab": "".join(f"{piece}\n" for piece in pieces).encode()}


def _model(model_type: str) -> Mapping[str, bytes]:
    return training.train_sentencepiece(
        (line.encode() for line in LINES * 30), 400, model_type=model_type, character_coverage=1
    )


_FILES: dict[str, Callable[[], Mapping[str, bytes]]] = {
    "word": lambda: training.train_words(_counts(), 40),
    "grapheme": lambda: training.train_graphemes(_counts(), 60),
    "grapheme_default": dict,
    "bpe": lambda: training.train_bpe(_counts(), 150, character_coverage=1),
    "word_piece": _word_pieces,
    "unigram": lambda: _model("unigram"),
    "sentencepiece_bpe": lambda: _model("bpe"),
}
_FIELDS = {"vocab": "vocabulary", "merges": "merges", "model": "model"}


def sample_tokenizer(kind: str, folder: Path) -> tokenizer_pb2.Tokenizer:
    """Writes the files of one of KINDS into a folder, and returns the tokenizer that reads them."""
    paths = {}
    for ending, content in _FILES[kind]().items():
        path = folder / f"{kind}.{ending}"
        path.write_bytes(content)
        paths[_FIELDS[ending]] = str(path)
    is_model = kind in ("unigram", "sentencepiece_bpe")
    field = "sentencepiece" if is_model else kind.removesuffix("_default")
    message = tokenizer_pb2.Tokenizer()
    # Selects the kind, also without a file.
    getattr(message, field).SetInParent()
    for name, path in paths.items():
        setattr(getattr(message, field), name, path)
    return message
