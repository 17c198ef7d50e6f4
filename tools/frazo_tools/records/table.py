"""Formats results as text."""

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """Returns "1 record" or "2,000 records"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Formats columns two blanks apart. The first column is aligned left, the others right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = []
    for row in (head, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
