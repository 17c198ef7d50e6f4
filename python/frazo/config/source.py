"""Where a piece of configuration comes from: a file, or one command-line argument."""

from dataclasses import dataclass

# Wider lines are shown in part, around the caret: a minified file would fill the screen.
_SHOWN_COLUMNS = 120


@dataclass(frozen=True)
class Source:
    """A named text. Lines and columns count from 1, columns in characters."""

    name: str
    text: str

    def origin(self, line: int, column: int) -> "Origin":
        """The place of a token that the scanner saw at (line, column) of `text`."""
        return Origin(self, line, column)

    def label(self, line: int, column: int) -> str:
        """How a place is called at the head of an error."""
        return f"{self.name}:{line}:{column}"

    def line_text(self, line: int) -> str:
        lines = self.text.split("\n")
        return lines[line - 1].rstrip("\r") if line <= len(lines) else ""


@dataclass(frozen=True)
class Origin:
    """One place in a source."""

    source: Source
    line: int
    column: int

    def __str__(self) -> str:
        return self.source.label(self.line, self.column)

    def excerpt(self) -> str:
        """The line, and a caret under the column on the next; empty if the line is blank."""
        text = self.source.line_text(self.line)
        if not text.strip():
            return ""
        start = max(0, self.column - 1 - _SHOWN_COLUMNS // 2) if len(text) > _SHOWN_COLUMNS else 0
        before = text[start : self.column - 1]
        # Tabs stay tabs, so that the caret is right whatever their width.
        indent = "".join("\t" if character == "\t" else " " for character in before)
        margin = " " * len(str(self.line))
        shown = text[start : start + _SHOWN_COLUMNS]
        return f"  {self.line} | {shown}\n  {margin} | {indent}^"
