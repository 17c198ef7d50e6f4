"""Reads compiled message catalogues of GNU gettext (.mo).

The format, of 32-bit words in either byte order: magic, revision, number of messages, where the
table of sources and where that of translations begins, and a hash table that is not needed here. A
table has the length and the offset of each string. A zero byte, which the length does not count,
ends a string. The message with the empty source is the header, lines of `Name: value` (GNU gettext
manual, 10.3).
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
# Numbers whose plural forms are checked. No language's rule uses more than the last two digits.
_PLURAL_NUMBERS = range(2, 202)


class MoError(Exception):
    """The file is damaged, or not a catalogue. str() names it, the position and the remedy."""


class _Forms(NamedTuple):
    """The indices of the translations for 1 and for other numbers, from 0."""

    singular: list[int]
    plural: list[int]


class Message(NamedTuple):
    """A text of a program and its translation. `context` distinguishes equal texts; "" if there is
    none.
    """

    context: str
    source: str
    target: str


def read_mo(content: bytes, name: str) -> list[Message]:
    """Returns the messages in the catalogue's order, without the header.

    A message with plural forms makes one Message for the singular with the form for 1, and one for
    the plural with each form that other numbers take. A text without characters makes none.

    Args:
        name: name of the catalogue, for errors.

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
            found = _messages(
                _decode(source, charset, name, place), _decode(target, charset, name, place), forms
            )
            messages += [message for message in found if message.source]
    return messages


def _read_strings(content: bytes, name: str) -> list[tuple[bytes, bytes]]:
    byte_order = _byte_order(content, name)
    _, revision, count, sources, targets = struct.unpack_from(f"{byte_order}5I", content)
    if revision >> 16 > 1:
        raise MoError(
            f"{name}: format revision {revision >> 16}; only 0 and 1 can be read; compile "
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
    # Ordinary catalogues hold each string once. Otherwise a catalogue could need any amount of
    # memory.
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
            f"{name}: has {len(content)} bytes, but the header of a catalogue has {_HEADER_BYTES}; fetch "
            "the file again"
        )
    for byte_order in "<>":
        if struct.unpack_from(f"{byte_order}I", content)[0] == _MAGIC:
            return byte_order
    raise MoError(
        f"{name}: not a .mo catalogue: it begins with {content[:4].hex()}, not with de120495 or "
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
    """Returns Python's name of the charset, or UTF-8, which contains ASCII, if the header
    has none.
    """
    found = _CHARSET.search(header)
    # Templates have this word until a translator replaces it.
    charset = found.group(1).decode(errors="replace") if found else "UTF-8"
    if charset == "CHARSET":
        return "UTF-8"
    try:
        # Python would accept any charset for empty bytes.
        b" ".decode(charset)
    except (LookupError, ValueError) as error:
        raise MoError(
            f"{name}: its header has the unknown charset={charset}; compile the catalogue "
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
    """Returns the forms of the header's rule, or those of English and German if it has none."""
    found = _PLURAL_RULE.search(header)
    if not found:
        return _Forms([0], [1])
    try:
        # Parses C's operators on numbers and n, and nothing else.
        rule = gettext.c2py(found.group(1).strip())
        return _Forms([rule(1)], sorted({rule(number) for number in _PLURAL_NUMBERS}))
    # c2py passes some of C's expressions on in a form that is none of Python's, such as n !=!1.
    except (ValueError, ArithmeticError, RecursionError, SyntaxError) as error:
        raise MoError(
            f"{name}: the header's rule for plurals, {found.group(1).strip()!r}, cannot be read "
            f"({error}); correct Plural-Forms and compile again"
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
