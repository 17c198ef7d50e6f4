"""The normal forms are those of Unicode, as Python's unicodedata has them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frazo import _core

FORMS = ["NFC", "NFKC"]
# Letters with marks of all classes, Hangul letters and syllables, and characters that decompose.
_ALPHABET = st.sampled_from(
    [chr(code) for code in range(0x110000) if unicodedata.combining(chr(code))]
    + [
        chr(code)
        for block in (0x1100, 0xAC00, 0x1E00, 0x0F00)
        for code in range(block, block + 256)
    ]
    + [chr(code) for code in range(0x41, 0x180)]
)


@pytest.mark.parametrize("form", FORMS)
def test_every_character_has_its_normal_form(form):
    # The two letters around it are no part of it, but a mark may compose with the first.
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            text = f"e{chr(code)}x"
            assert _core.normalize_text(text, form).decode() == unicodedata.normalize(form, text)


@given(st.text(_ALPHABET, max_size=12), st.sampled_from(FORMS))
def test_any_text_has_its_normal_form(text, form):
    assert _core.normalize_text(text, form).decode() == unicodedata.normalize(form, text)


def test_invisible_characters_are_left_out_if_wanted():
    text = "\ufeffDaten\u00adbank\u200b \u2060ist"
    assert _core.normalize_text(text, "NONE").decode() == text
    assert _core.normalize_text(text, "NONE", remove_invisible=True) == b"Datenbank ist"


def test_an_unknown_normalization_is_named():
    with pytest.raises(_core.InvalidArgumentError, match="'NFX' but must be NONE, NFC or NFKC"):
        _core.normalize_text("a", "NFX")
