"""The texts that configuration comes from: files and command-line arguments."""

from dataclasses import dataclass

# Only this many columns of a line are shown, around the caret: a minified file would fill the
# screen.
_SHOWN_COLUMNS = 120


@dataclass(frozen=True)
class ConfigText:
    """A named text: a file or one command-line argument."""

    name: str
    text: str

    def origin(self, line: int, column: int) -> "Origin":
        """Returns the origin of a token that the scanner saw at (line, column) of `text`."""
        return Origin(self, line, column)

    def label(self, line: int, column: int) -> str:
        """Returns the name of a position at the start of an error."""
        return f"{self.name}:{line}:{column}"

    def line_text(self, line: int) -> str:
        lines = self.text.split("\n")
        return lines[line - 1].rstrip("\r") if line <= len(lines) else ""


@dataclass(frozen=True)
class Origin:
    """A position in a ConfigText. Lines and columns count from 1, columns in characters."""

    config: ConfigText
    line: int
    column: int

    def __str__(self) -> str:
        return self.config.label(self.line, self.column)

    def excerpt(self) -> str:
        """Returns the line and below it a caret under the column, or "" if the line is blank."""
        text = self.config.line_text(self.line)
        if not text.strip():
            return ""
        start = max(0, self.column - 1 - _SHOWN_COLUMNS // 2) if len(text) > _SHOWN_COLUMNS else 0
        before = text[start : self.column - 1]
        # Tabs stay tabs, so that the caret is right for any tab width.
        indent = "".join("\t" if character == "\t" else " " for character in before)
        margin = " " * len(str(self.line))
        shown = text[start : start + _SHOWN_COLUMNS]
        return f"  {self.line} | {shown}\n  {margin} | {indent}^"
