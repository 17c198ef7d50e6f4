"""The first line of a text: a byte order mark is no part of it, and UTF-16 is named."""

import codecs


class Utf16Error(Exception):
    """A text is UTF-16. str() names it and the remedy."""


def checked_first_line(line: bytes, name: str) -> bytes:
    """Returns the first line of a text without a byte order mark.

    Args:
        line: as read, with or without its end.
        name: of the file, for the error.

    Raises:
        Utf16Error: the text is UTF-16, with or without a byte order mark.
    """
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    zeros = [byte == 0 for byte in line[:4]]
    # ASCII's characters in UTF-16 have a zero byte each.
    if line.startswith(marks) or zeros in ([False, True] * 2, [True, False] * 2):
        raise Utf16Error(f"{name} is UTF-16; convert it to UTF-8, as by iconv -f UTF-16 -t UTF-8")
    return line.removeprefix(codecs.BOM_UTF8)
