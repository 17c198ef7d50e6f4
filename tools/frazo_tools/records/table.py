"""Results as text."""

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """ "1 record", "2,000 records"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns two blanks apart, the first one flush left and the others flush right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = []
    for row in (head, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
