"""Finds and reads the files of configuration. Errors name what to correct."""

from dataclasses import dataclass
from pathlib import Path

from frazo.config.errors import ROOT_PATH, ConfigError
from frazo.config.suggestions import nearest


@dataclass(frozen=True)
class TextFile:
    """A file and its name in errors."""

    path: Path
    shown: str


def existing_file(path: Path, shown: str, name: str) -> TextFile:
    """Returns the file at `path`. Raises a ConfigError that begins with `name` if there is none."""
    if path.is_dir():
        raise ConfigError(f"{name}: it is a directory; give the path of a .textproto file")
    if not path.exists():
        problem = f"{name}: no such file"
        if not path.parent.is_dir():
            raise ConfigError(f"{problem}; the directory {path.parent} does not exist either")
        match = nearest(path.name, sorted(other.name for other in path.parent.iterdir()))
        remedy = f'did you mean "{path.with_name(match)}"?' if match else "check the path"
        raise ConfigError(f"{problem}; {remedy}")
    return TextFile(path, shown)


def read_text(file: TextFile, content: str = ROOT_PATH) -> str:
    """Returns the text of a file.

    Args:
      file: The file.
      content: What it holds, for errors: "experiment".

    Raises:
      ConfigError: It cannot be read, or is not UTF-8.
    """
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{file.shown}:1:1: {content}: cannot be read: {error.strerror}"
        ) from None
    try:
        # Some editors begin a file with a byte order mark.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        article = "an" if content[0] in "aeiou" else "a"
        raise ConfigError(
            f"{file.shown}:{line}:{column}: {content}: "
            f"byte 0x{data[error.start]:02x} is not UTF-8; {article} {content} is a text file in UTF-8"
        ) from None
