"""Reads compiled message catalogues of GNU gettext (.mo).

The format, of 32-bit words in either byte order: magic, revision, number of messages, where the table
of sources and where that of translations begins, and a hash table that is not needed here. A table
has length and offset of each string; a zero byte that the length leaves out ends a string. The
message with the empty source is the header, lines of `Name: value` (GNU gettext manual, 10.3).
"""

import gettext
import re
import struct
from typing import NamedTuple

_MAGIC = 0x950412DE
_HEADER_BYTES = 28
_CONTEXT_END = "\x04"
_FORM_END = "\0"
_CHARSET = re.compile(rb"^content-type:.*charset=([\w.:-]+)", re.IGNORECASE | re.MULTILINE)
_PLURAL_RULE = re.compile(r"^plural-forms:.*plural=([^;\n]+)", re.IGNORECASE | re.MULTILINE)
# Numbers whose forms are looked at; no language's rule looks further than at the last two digits.
_PLURAL_NUMBERS = range(2, 202)


class MoError(Exception):
    """The catalogue is damaged, or none; str() names it, the place and the remedy."""


class _Forms(NamedTuple):
    """Which translations, counted from 0, those of 1 and of other numbers are."""

    singular: list[int]
    plural: list[int]


class Message(NamedTuple):
    """A text of a program and its translation. context: what it tells apart, "" if nothing."""

    context: str
    source: str
    target: str


def read_mo(content: bytes, name: str) -> list[Message]:
    """The messages in the catalogue's order, without the header.

    A message with plural forms makes one Message for the singular with the form for 1, and one for
    the plural with each form that other numbers take.

    Args:
        name: the catalogue's, for errors.

    Raises:
        MoError: the content is damaged, or in a character set that Python does not know.
    """
    strings = _read_strings(content, name)
    header = next((target for source, target in strings if not source), b"")
    charset = _charset(header, name)
    forms = _forms(_decode(header, charset, name, "the header"), name)
    messages: list[Message] = []
    for number, (source, target) in enumerate(strings):
        if source:
            place = f"message {number}"
            messages += _messages(
                _decode(source, charset, name, place), _decode(target, charset, name, place), forms
            )
    return messages


def _read_strings(content: bytes, name: str) -> list[tuple[bytes, bytes]]:
    byte_order = _byte_order(content, name)
    _, revision, count, sources, targets = struct.unpack_from(f"{byte_order}5I", content)
    if revision >> 16 > 1:
        raise MoError(
            f"{name}: is of format revision {revision >> 16}, and only 0 and 1 are known; compile "
            "the catalogue with GNU msgfmt"
        )
    for what, offset in (("sources", sources), ("translations", targets)):
        if offset + 8 * count > len(content):
            raise MoError(
                f"{name}: the table of {count:,} {what} at byte {offset:,} goes past the end of its "
                f"{len(content):,} bytes; fetch the file again"
            )
    extents = [
        struct.unpack_from(f"{byte_order}{2 * count}I", content, offset)
        for offset in (sources, targets)
    ]
    # Ordinary catalogues hold each string once; one that does not could ask for any memory.
    if sum(sum(lengths_and_offsets[0::2]) for lengths_and_offsets in extents) > len(content):
        raise MoError(
            f"{name}: its strings together are longer than its {len(content):,} bytes; fetch the "
            "file again"
        )
    columns = [_strings(content, lengths_and_offsets, name) for lengths_and_offsets in extents]
    return list(zip(*columns, strict=True))


def _byte_order(content: bytes, name: str) -> str:
    if len(content) < _HEADER_BYTES:
        raise MoError(
            f"{name}: has {len(content)} bytes, and a catalogue begins with {_HEADER_BYTES}; fetch "
            "the file again"
        )
    for byte_order in "<>":
        if struct.unpack_from(f"{byte_order}I", content)[0] == _MAGIC:
            return byte_order
    raise MoError(
        f"{name}: is no .mo catalogue: it begins with {content[:4].hex()}, not with de120495 or "
        "950412de; compile a .po file with GNU msgfmt"
    )


def _strings(content: bytes, lengths_and_offsets: tuple[int, ...], name: str) -> list[bytes]:
    strings = []
    for number in range(len(lengths_and_offsets) // 2):
        length, offset = lengths_and_offsets[2 * number : 2 * number + 2]
        if content[offset + length : offset + length + 1] != b"\0":
            raise MoError(
                f"{name}: message {number} at byte {offset:,} does not end after {length:,} bytes; "
                "fetch the file again"
            )
        strings.append(content[offset : offset + length])
    return strings


def _charset(header: bytes, name: str) -> str:
    """Python's name of it; UTF-8, which contains ASCII, where the header says nothing."""
    found = _CHARSET.search(header)
    # What a template has until a translator fills it in.
    charset = found.group(1).decode(errors="replace") if found else "UTF-8"
    if charset == "CHARSET":
        return "UTF-8"
    try:
        # Not of no bytes, which Python would not look at.
        b" ".decode(charset)
    except (LookupError, ValueError) as error:
        raise MoError(
            f"{name}: its header says charset={charset}, which is not known; compile the catalogue "
            "with `msgconv --to-code=UTF-8`"
        ) from error
    return charset


def _decode(text: bytes, charset: str, name: str, place: str) -> str:
    try:
        return text.decode(charset)
    except ValueError as error:
        raise MoError(
            f"{name}: {place} is not in the header's charset {charset} ({error}); fetch the file "
            "again"
        ) from error


def _forms(header: str, name: str) -> _Forms:
    """From the header's rule; those of English and German where it says nothing."""
    found = _PLURAL_RULE.search(header)
    if not found:
        return _Forms([0], [1])
    try:
        # Understands C's operators on numbers and n, and nothing else.
        rule = gettext.c2py(found.group(1).strip())
        return _Forms([rule(1)], sorted({rule(number) for number in _PLURAL_NUMBERS}))
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise MoError(
            f"{name}: the header's rule for plurals, {found.group(1).strip()!r}, cannot be read "
            f"({error}); mend Plural-Forms and compile again"
        ) from error


def _messages(source: str, target: str, forms: _Forms) -> list[Message]:
    context, end, text = source.partition(_CONTEXT_END)
    if not end:
        context, text = "", source
    singular, has_plural, plural = text.partition(_FORM_END)
    if not has_plural:
        return [Message(context, singular, target)]
    translations = target.split(_FORM_END)
    return [
        Message(context, text, translations[form])
        for text, wanted in ((singular, forms.singular), (plural, forms.plural))
        for form in wanted
        if 0 <= form < len(translations)
    ]
