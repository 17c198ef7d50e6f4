"""Reports on the messages: for people, for programs, and on the origin of each text."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from frazo.program.durable_file import write_text
from frazo_tools.gettext.collection import Collection
from frazo_tools.gettext.filter import Pair, Reason
from frazo_tools.gettext.split import Split
from frazo_tools.records.stats import describe
from frazo_tools.records.table import counted, table

_PROVENANCE_COLUMNS = ("package", "version", "licence", "catalogue", "messages")


def make_report(
    collection: Collection, chosen: Sequence[Pair], split: Split, lengths: Mapping[int, int]
) -> dict[str, Any]:
    """Returns all figures, as in report.json.

    Args:
        chosen: the pairs that were divided.
        lengths: the number of training pairs of each length in tokens.
    """
    return {
        "messages": sum(number for _, number in collection.messages),
        "dropped_messages": {reason.value: collection.reasons[reason] for reason in Reason},
        "repeated_messages": collection.occurrences.total() - len(collection.occurrences),
        "dropped_pairs": {
            "another translation or spelling of the source": len(collection.occurrences)
            - len(chosen),
            "copies of held-out texts": split.exact_copies,
            "near-copies of held-out texts": split.near_copies,
        },
        "parts": {
            "train": _part(split.train),
            "dev": _part(split.dev),
            "test": _part(split.test),
        },
        "train_pairs_by_tokens": {str(length): lengths[length] for length in sorted(lengths)},
        "packages": _packages(collection),
        "left_out": collection.left_out,
    }


def _part(pairs: Sequence[Pair]) -> dict[str, float]:
    source_words, target_words = (sum(len(pair[side].split()) for pair in pairs) for side in (0, 1))
    return {
        "pairs": len(pairs),
        "source_words": source_words,
        "target_words": target_words,
        "mean_source_words": round(source_words / max(len(pairs), 1), 2),
        "mean_target_words": round(target_words / max(len(pairs), 1), 2),
    }


def _packages(collection: Collection) -> list[dict[str, Any]]:
    messages: Counter[tuple[str, str]] = Counter()
    for catalogue, number in collection.messages:
        messages[catalogue.package, catalogue.version] += number
    return [
        {
            "package": package,
            "version": version,
            "messages": number,
            "new_pairs": collection.pairs[package],
        }
        for (package, version), number in messages.items()
    ]


def print_report(report: Mapping[str, Any]) -> None:
    """Prints the report in tables."""
    rows = [
        (row["package"], row["version"], f"{row['messages']:,}", f"{row['new_pairs']:,}")
        for row in report["packages"]
    ]
    print(table(("package", "version", "messages", "new pairs"), rows))
    print()
    print(_funnel(report))
    print()
    rows = [
        (
            name,
            f"{part['pairs']:,}",
            f"{part['source_words']:,}",
            f"{part['target_words']:,}",
            f"{part['mean_source_words']:.1f}",
            f"{part['mean_target_words']:.1f}",
        )
        for name, part in report["parts"].items()
    ]
    head = ("part", "pairs", "source words", "target words", "mean source", "mean target")
    print(table(head, rows))
    lengths = {int(length): number for length, number in report["train_pairs_by_tokens"].items()}
    print("tokens of the longer side of the pairs in train:")
    print(describe(lengths))
    if report["left_out"]:
        print(f"left out: {counted(len(report['left_out']), 'file or package')}")
        for reason in report["left_out"]:
            print(f"  {reason}")


def _funnel(report: Mapping[str, Any]) -> str:
    rows = [("messages", f"{report['messages']:,}")]
    rows += [(f"  {reason}", f"-{n:,}") for reason, n in report["dropped_messages"].items() if n]
    rows.append(("  repeated", f"-{report['repeated_messages']:,}"))
    rows += [(f"  {reason}", f"-{n:,}") for reason, n in report["dropped_pairs"].items() if n]
    rows.append(("pairs", f"{sum(part['pairs'] for part in report['parts'].values()):,}"))
    return table(("", "number"), rows)


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def write_provenance(path: Path, collection: Collection) -> None:
    """Writes a line for each catalogue: its package, its licence, and its number of messages."""
    lines = ["\t".join(_PROVENANCE_COLUMNS)]
    lines += [
        "\t".join(
            [catalogue.package, catalogue.version, catalogue.licence, catalogue.path, str(number)]
        )
        for catalogue, number in collection.messages
    ]
    write_text(path, "\n".join(lines) + "\n")
