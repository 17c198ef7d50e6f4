"""The files that a tokenizer reads."""

from frazo.input.file_lookup import find_file
from frazo.proto import tokenizer_pb2

# The fields of each kind of tokenizer that name files, in the order of their numbers.
_FILE_FIELDS = {
    "grapheme": ["vocabulary"],
    "word": ["vocabulary"],
    "bpe": ["merges", "vocabulary"],
    "sentencepiece": ["model"],
    "word_piece": ["vocabulary"],
}


def with_places(tokenizer: tokenizer_pb2.Tokenizer, name: str) -> tokenizer_pb2.Tokenizer:
    """A copy that names the places of its files. name: of the tokenizer, for the error. Raises
    FileNotFoundError.
    """
    placed = tokenizer_pb2.Tokenizer()
    placed.CopyFrom(tokenizer)
    kind = getattr(placed, placed.WhichOneof("kind"))
    for field in _fields(placed):
        if path := getattr(kind, field):
            setattr(kind, field, find_file(path, f"{name}: {field}"))
    return placed


def tokenizer_files(tokenizer: tokenizer_pb2.Tokenizer) -> list[str]:
    """The files of a tokenizer, in the order of the fields' numbers; one without files has none."""
    kind = getattr(tokenizer, tokenizer.WhichOneof("kind"))
    return [getattr(kind, field) for field in _fields(tokenizer) if getattr(kind, field)]


def without_files(tokenizer: tokenizer_pb2.Tokenizer) -> tokenizer_pb2.Tokenizer:
    """A copy that names no files."""
    bare = tokenizer_pb2.Tokenizer()
    bare.CopyFrom(tokenizer)
    for field in _fields(bare):
        getattr(bare, bare.WhichOneof("kind")).ClearField(field)
    return bare


def _fields(tokenizer: tokenizer_pb2.Tokenizer) -> list[str]:
    return _FILE_FIELDS[tokenizer.WhichOneof("kind")]
