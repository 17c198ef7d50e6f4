"""Writes small .mo catalogues for tests."""

import struct
from collections.abc import Mapping

HEADER = "Content-Type: text/plain; charset={}\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def write_mo(
    messages: Mapping[str, str],
    *,
    header: str | None = None,
    charset: str = "UTF-8",
    byte_order: str = "<",
) -> bytes:
    """Returns a catalogue of these messages.

    Args:
        messages: translations by source. `context\\x04source` has a context; forms of a plural are
            divided by `\\0`.
        header: the translation of the empty source; default: a header with the charset and the
            plurals of German.
        byte_order: "<" puts the lowest byte first, ">" the highest.
    """
    texts = {"": HEADER.format(charset) if header is None else header, **messages}
    columns = [
        [text.encode(charset) for text in texts],
        [text.encode(charset) for text in texts.values()],
    ]
    tables_at = 28
    sources_at, targets_at = tables_at, tables_at + 8 * len(texts)
    strings_at = tables_at + 16 * len(texts)
    tables, strings = b"", b""
    for column in columns:
        for text in column:
            tables += struct.pack(f"{byte_order}2I", len(text), strings_at + len(strings))
            strings += text + b"\0"
    start = struct.pack(
        f"{byte_order}7I", 0x950412DE, 0, len(texts), sources_at, targets_at, 0, strings_at
    )
    return start + tables + strings
