"""A tokenizer of Frazo with what its files say."""

from dataclasses import dataclass

from frazo import _core
from frazo.proto import tokenizer_pb2

# The names by which a vocabulary tells its special tokens: unknown, start, end.
SPECIAL_NAMES = (("<unk>", "<UNK>"), ("<s>", "<S>"), ("</s>", "</S>"))


@dataclass(frozen=True)
class LoadedTokenizer:
    """A tokenizer whose files were read and found right.

    Attributes:
      message: The tokenizer; it names its files.
      tokenizer: Encodes and decodes.
      pieces: The pieces by id.
      sos, eos: Ids of the tokens without text that start and end a sentence; None if there is none.
    """

    message: tokenizer_pb2.Tokenizer
    tokenizer: _core.Tokenizer
    pieces: list[str]
    sos: int | None
    eos: int | None

    @property
    def unk_id(self) -> int:
        return self.tokenizer.unk_id

    @property
    def unk(self) -> str:
        return self.pieces[self.unk_id]

    @property
    def textless(self) -> list[int]:
        """The ids of sos and eos, as far as they are without text, in order."""
        return sorted({number for number in (self.sos, self.eos) if number is not None})


def load(message: tokenizer_pb2.Tokenizer) -> LoadedTokenizer:
    """Reads the files of a tokenizer.

    Raises:
      FrazoError: The message or a file is wrong.
    """
    tokenizer = _core.Tokenizer(message.SerializeToString())
    pieces = [tokenizer.id_to_piece(number) for number in range(tokenizer.vocab_size)]

    def without_text(field: str, number: int, names: tuple[str, str]) -> int | None:
        if number < 0:
            return None
        # A vocabulary that names no such token has ids 1 and 2 for them, which have text.
        return number if message.HasField(field) or pieces[number] in names else None

    if message.WhichOneof("kind") == "sentencepiece":
        sos, eos = (n if n >= 0 else None for n in (tokenizer.sos_id, tokenizer.eos_id))
    else:
        sos = without_text("sos_id", tokenizer.sos_id, SPECIAL_NAMES[1])
        eos = without_text("eos_id", tokenizer.eos_id, SPECIAL_NAMES[2])
    return LoadedTokenizer(message, tokenizer, pieces, sos, eos)
