"""Divides documents into training and held-out documents, and leaves near-copies out."""

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence

from frazo_tools.prose.documents import Document
from frazo_tools.prose.near_copies import near_copies

# The one of two near-copies that is in the later part is left out.
_ORDER = ("test", "dev", "train")


@dataclasses.dataclass
class Split:
    """The documents of each part, sorted.

    Attributes:
      near_copies: Number of paragraphs that were left out.
    """

    train: list[Document] = dataclasses.field(default_factory=list)
    dev: list[Document] = dataclasses.field(default_factory=list)
    test: list[Document] = dataclasses.field(default_factory=list)
    near_copies: int = 0

    def parts(self) -> dict[str, list[Document]]:
        return {"train": self.train, "dev": self.dev, "test": self.test}


def split(documents: Sequence[Document], held_out: float) -> Split:
    """Divides documents.

    A hash of a document's package and path chooses its part, so that it stays there when packages
    are added. Then paragraphs are left out until no two, in whatever parts, are near-copies; those
    that are held out stay rather than those for training.

    Args:
      documents: The documents.
      held_out: The share of the documents in dev, and as much in test; below 0.5.
    """
    part_of = {part: [] for part in _ORDER}
    for document in sorted(documents):
        part_of[_part(document, held_out)].append(document)
    ordered = [document for part in _ORDER for document in part_of[part]]
    is_left_out = iter(near_copies([text for each in ordered for text in each.paragraphs]).tolist())
    result = Split()
    for part in _ORDER:
        kept, left_out = _without(part_of[part], is_left_out)
        result.parts()[part].extend(kept)
        result.near_copies += left_out
    return result


def _part(document: Document, held_out: float) -> str:
    key = f"{document.package}\t{document.path}".encode(errors="surrogateescape")
    place = int.from_bytes(hashlib.blake2b(key, digest_size=6).digest(), "big") / 2**48
    if place < held_out:
        return "test"
    return "dev" if place < 2 * held_out else "train"


def _without(
    documents: Iterable[Document], is_left_out: Iterable[bool]
) -> tuple[list[Document], int]:
    """Returns documents without what is left out of them, and the number of such paragraphs."""
    kept, left_out = [], 0
    flags = iter(is_left_out)
    for document in documents:
        paragraphs = [text for text in document.paragraphs if not next(flags)]
        left_out += len(document.paragraphs) - len(paragraphs)
        if paragraphs:
            kept.append(document._replace(paragraphs=paragraphs))
    return kept, left_out
