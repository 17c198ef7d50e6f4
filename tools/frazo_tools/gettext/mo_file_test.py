"""Catalogues written here and by hand, and damaged ones."""

import contextlib
import struct

import pytest
from frazo_tools.gettext.mo_file import Message, MoError, read_mo
from frazo_tools.gettext.mo_file_writer import write_mo
from hypothesis import given, settings
from hypothesis import strategies as st

POLISH = "Plural-Forms: nplurals=3; plural=n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;\n"


# Byte by byte, from the format's description: two messages, the header's empty source first.
def test_reads_a_catalogue_written_by_hand():
    content = (
        bytes.fromhex(
            "de120495 00000000 02000000 1c000000 2c000000 00000000 00000000"  # Tables at 28 and 44.
            "00000000 3c000000 04000000 3d000000"  # "" at 60, "File" at 61.
            "00000000 42000000 05000000 43000000"  # "" at 66, "Datei" at 67.
        )
        + b"\0File\0\0Datei\0"
    )
    assert read_mo(content, "hand.mo") == [Message("", "File", "Datei")]


@pytest.mark.parametrize("byte_order", "<>")
@pytest.mark.parametrize("charset", ["UTF-8", "ISO-8859-1"])
def test_reads_both_byte_orders_and_the_headers_charset(byte_order, charset):
    content = write_mo({"Size": "Größe"}, charset=charset, byte_order=byte_order)
    assert read_mo(content, "a.mo") == [Message("", "Size", "Größe")]


def test_tells_the_context_from_the_source():
    assert read_mo(write_mo({"menu\x04Open": "Öffnen"}), "a.mo") == [
        Message("menu", "Open", "Öffnen")
    ]


def test_pairs_singular_and_plural_with_their_forms():
    assert read_mo(write_mo({"%d file\0%d files": "%d Datei\0%d Dateien"}), "a.mo") == [
        Message("", "%d file", "%d Datei"),
        Message("", "%d files", "%d Dateien"),
    ]


def test_pairs_the_plural_with_every_form_that_the_headers_rule_gives_it():
    content = write_mo({"%d file\0%d files": "plik\0pliki\0plików"}, header=POLISH)
    assert [message[1:] for message in read_mo(content, "pl.mo")] == [
        ("%d file", "plik"),
        ("%d files", "pliki"),
        ("%d files", "plików"),
    ]


def test_a_language_without_plurals_has_its_only_form_for_both():
    content = write_mo({"file\0files": "Fayl"}, header="Plural-Forms: nplurals=1; plural=0;\n")
    assert [message[1:] for message in read_mo(content, "a.mo")] == [
        ("file", "Fayl"),
        ("files", "Fayl"),
    ]


def test_a_text_without_characters_makes_no_message():
    content = write_mo({"menu\x04": "leer", "\0files": "keine\0Dateien", "Open": "Öffnen"})
    assert [message.source for message in read_mo(content, "x.mo")] == ["files", "Open"]


def test_a_form_that_is_missing_makes_no_message():
    assert read_mo(write_mo({"file\0files": "Datei"}), "a.mo") == [Message("", "file", "Datei")]


def changed(content: bytes, at: int, value: int) -> bytes:
    return content[:at] + struct.pack("<I", value) + content[at + 4 :]


GOOD = write_mo({"File": "Datei"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.mo: has 0 bytes, but the header of a catalogue has 28; fetch the file again"),
        (
            b'msgid ""\nmsgstr ""\nmsgid "File"',
            "a.mo: not a .mo catalogue: it begins with 6d736769, not with de120495 or 950412de; "
            "compile a .po file with GNU msgfmt",
        ),
        (
            changed(GOOD, 4, 2 << 16),
            "a.mo: format revision 2; only 0 and 1 can be read; compile the catalogue with "
            "GNU msgfmt",
        ),
        (
            changed(GOOD, 8, 1000),
            "a.mo: the table of 1,000 sources at byte 28 goes past the end of its "
            f"{len(GOOD)} bytes; fetch the file again",
        ),
        (
            changed(GOOD, 36, len(GOOD)),
            f"a.mo: its strings together are longer than its {len(GOOD)} bytes; fetch the file "
            "again",
        ),
        (
            changed(GOOD, 36, 3),
            "a.mo: message 1 at byte 61 does not end after 3 bytes; fetch the file again",
        ),
        (
            write_mo({}, header="Content-Type: text/plain; charset=KLINGON-8\n"),
            "a.mo: its header has the unknown charset=KLINGON-8; compile the catalogue "
            "with `msgconv --to-code=UTF-8`",
        ),
        (
            write_mo({}, header="Plural-Forms: nplurals=2; plural=n n;\n"),
            "a.mo: the header's rule for plurals, 'n n', cannot be read",
        ),
        (
            write_mo({}, header="Plural-Forms: nplurals=2; plural=(n !=!1);\n"),
            "a.mo: the header's rule for plurals, '(n !=!1)', cannot be read",
        ),
    ],
)
def test_refuses_what_is_damaged(content, message):
    with pytest.raises(MoError) as error:
        read_mo(content, "a.mo")
    assert str(error.value).startswith(message)


def test_refuses_a_text_that_is_not_in_the_charset():
    content = write_mo({"Size": "Größe"}, charset="UTF-8").replace("ö".encode(), b"\xf6o")
    with pytest.raises(MoError, match="message 1 is not in the header's charset UTF-8"):
        read_mo(content, "a.mo")


TEXTS = st.text(st.characters(exclude_characters="\0\x04", codec="utf-8"), min_size=1)


@given(st.dictionaries(TEXTS, TEXTS), st.sampled_from("<>"))
def test_reads_what_is_written(messages, byte_order):
    expected = [Message("", source, target) for source, target in messages.items()]
    assert read_mo(write_mo(messages, byte_order=byte_order), "a.mo") == expected


WHOLE = write_mo({"File": "Datei", "m\x04%d file\0%d files": "%d Datei\0%d Dateien"}, header=POLISH)


@settings(max_examples=500)
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8),
    st.integers(0, len(WHOLE)),
)
def test_a_damaged_catalogue_is_read_or_refused_never_anything_else(changes, length):
    content = bytearray(WHOLE)
    for at, byte in changes:
        content[at] = byte
    try:
        messages = read_mo(bytes(content[:length]), "a.mo")
    except MoError as error:
        assert str(error).startswith("a.mo: ")
    else:
        assert all(isinstance(text, str) for message in messages for text in message)


@given(st.binary(max_size=200), st.sampled_from([b"\xde\x12\x04\x95", b"\x95\x04\x12\xde", b""]))
def test_any_bytes_are_read_or_refused(content, magic):
    with contextlib.suppress(MoError):
        read_mo(magic + content, "a.mo")
