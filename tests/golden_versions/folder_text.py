"""The files of a folder as one text that a repository can hold: small, and nothing in it is bytes.

A line has a file's path; below it, indented, stands its content, compressed and in base64.
"""

import base64
import textwrap
import zlib
from pathlib import Path

_INDENT = "  "
_COLUMNS = 100


def folder_text(folder: Path) -> str:
    """Returns the text of all files of a folder."""
    lines: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        packed = base64.b64encode(zlib.compress(path.read_bytes(), level=9)).decode("ascii")
        lines.append(path.relative_to(folder).as_posix())
        lines += [_INDENT + line for line in textwrap.wrap(packed, _COLUMNS)]
    return "\n".join(lines) + "\n"


def write_folder(text: str, folder: Path) -> None:
    """Writes the files of a text into a folder."""
    packed: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith(_INDENT):
            packed[name] += line.removeprefix(_INDENT)
        else:
            name = line
            packed[name] = ""
    for name, content in packed.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zlib.decompress(base64.b64decode(content, validate=True)))
