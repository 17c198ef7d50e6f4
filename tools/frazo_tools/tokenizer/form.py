"""What the kinds of tokenizers write into a tokenizer.json, and make of one."""

from dataclasses import dataclass, field

from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer.components import Json


@dataclass(frozen=True)
class Form:
    """The parts of a tokenizer.json that depend on the kind.

    Attributes:
      model: The vocabulary and how words become pieces.
      normalizers: What happens to a text first, one after the other.
      pre_tokenizer: How a text becomes words; None: it is one.
      decoders: What happens to pieces when they become a text. Without any, blanks join them.
      special: Ids and names of the tokens without text.
      notes: What is not the same for every text, a clause each.
    """

    model: Json
    normalizers: list[Json] = field(default_factory=list)
    pre_tokenizer: Json = None
    decoders: list[Json] = field(default_factory=list)
    special: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """A tokenizer of Frazo made of a tokenizer.json.

    Attributes:
      message: The tokenizer, whose kind is set; it names no files.
      files: The content of each file by the field of the kind that names it.
    """

    message: tokenizer_pb2.Tokenizer
    files: dict[str, bytes]
