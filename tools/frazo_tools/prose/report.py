"""The figures of a collection of prose: what is in it, and what was left out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from frazo.program.durable_file import write_text
from frazo_tools.prose.documents import Library
from frazo_tools.prose.split import Split
from frazo_tools.records.table import counted, table

_MANIFEST_COLUMNS = ("package", "version", "licence", "path", "documents")


def make_report(
    library: Library, parts: Split, passages: Mapping[str, Sequence[str]], tokens: Mapping[str, int]
) -> dict[str, Any]:
    """Collects the figures.

    Args:
      library: What was read.
      parts: How it was divided.
      passages: The passages of each part.
      tokens: The number of tokens of each part, with an end for each passage.
    """
    return {
        "paragraphs": sum(library.reasons.values())
        + sum(len(document.paragraphs) for document in library.documents),
        "left_out_paragraphs": {
            reason.value: number for reason, number in sorted(library.reasons.items(), key=str)
        }
        | {"near-copies": parts.near_copies},
        "parts": {
            name: {
                "documents": len(documents),
                "passages": len(passages[name]),
                "words": sum(len(text.split()) for text in passages[name]),
                "bytes": sum(len(text.encode()) for text in passages[name]),
                "tokens": tokens[name],
            }
            for name, documents in parts.parts().items()
        },
        "left_out": library.left_out,
    }


def print_report(report: Mapping[str, Any]) -> None:
    """Prints the report in tables."""
    rows = [("paragraphs", f"{report['paragraphs']:,}")]
    rows += [(f"  {why}", f"-{n:,}") for why, n in report["left_out_paragraphs"].items()]
    print(table(("", "number"), rows))
    print()
    head = ("part", "documents", "passages", "words", "bytes", "tokens", "bytes per token")
    rows = [
        (
            name,
            *(f"{part[key]:,}" for key in ("documents", "passages", "words", "bytes", "tokens")),
            f"{part['bytes'] / max(part['tokens'], 1):.2f}",
        )
        for name, part in report["parts"].items()
    ]
    print(table(head, rows))
    if report["left_out"]:
        print(f"left out: {counted(len(report['left_out']), 'file or package')}")
        for reason in report["left_out"]:
            print(f"  {reason}")


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def write_manifest(path: Path, library: Library) -> None:
    """Writes a line for each package or file: its version, licence, and number of documents."""
    lines = ["\t".join(_MANIFEST_COLUMNS)]
    lines += ["\t".join([*source, str(number)]) for source, number in library.sources]
    write_text(path, "\n".join(lines) + "\n")
