"""Removes from a message what belongs to the user interface and not to its words."""

import html
import re
import unicodedata

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]+|#x[0-9a-fA-F]+);")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
# A menu entry's key: "&Copy\tCtrl+C".
_SHORTCUT = re.compile(r"\t\S{1,20}$")
# Freeciv's "?noun:Unit", a context inside the text.
_INLINE_CONTEXT = re.compile(r"^\?[^:\s]+:")
# A letter to press follows the mark; in "R&D", "Drag&Drop" and "~/.config" it does not.
_MNEMONIC = re.compile(r"(?<![A-Za-z](?=.[A-Z]))(?P<marker>[&_~])(?=[^\W_])")
# Not everything that str.split() counts as a blank: a control character is a sign of damage.
_BLANKS = re.compile(r"[ \t\n\r\f\v\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_WORD = re.compile(r"\S+")
# Quotes of GCC, and of GNU programs before Unicode.
_QUOTES = re.compile(r"%[<>']|`(?=[^`']*')")
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2039\u203a\u00b4\u2032"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_PUNCTUATION = str.maketrans(
    {
        **dict.fromkeys(_DOUBLE_QUOTES, '"'),
        **dict.fromkeys(_SINGLE_QUOTES, "'"),
        **dict.fromkeys(_DASHES, "-"),
        "\u2026": "...",
    }
)
_CLOSING = re.compile(r"\s*(\.\.\.|[.:])$")


def clean_pair(source: str, target: str) -> tuple[str, str]:
    """Returns both sides in one spelling of quotes, dashes and blanks, without parts that only one
    side has.

    These are mnemonics ("_File", "E&xit"), shortcuts after a tab, contexts inside the source, and a
    full stop, colon or ellipsis at the end that the other side does not have.
    """
    source, target = _plain(source), _plain(target)
    source = _INLINE_CONTEXT.sub("", source)
    if "|" in source and "|" not in target:
        # glib's "menu|Open".
        source = source.rpartition("|")[2]
    source, target = _without_mnemonic(source, target), _without_mnemonic(target, source)
    return _with_same_end(_spaced(source), _spaced(target))


def _plain(text: str) -> str:
    text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    text = _SHORTCUT.sub("", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", _QUOTES.sub("'", text).translate(_PUNCTUATION))


def _without_mnemonic(text: str, other: str) -> str:
    """Removes the mark. A word that `other`, the translation, has too is a name with a mark
    in it.
    """
    if "&&" in text:
        # Qt's way to write "&".
        return text.replace("&&", "&")
    marks = list(_MNEMONIC.finditer(text))
    if len(marks) != 1:
        return text
    at = marks[0].start()
    word = next(word for word in _WORD.finditer(text) if word.start() <= at < word.end())
    is_inside_word = at > word.start() and text[at - 1].isalnum()
    if is_inside_word and word.group() in other:
        return text
    return text[:at] + text[at + 1 :]


def _spaced(text: str) -> str:
    """Removes blanks at the ends, and replaces each run of blanks or line ends by one blank."""
    return _BLANKS.sub(" ", text).strip()


def _with_same_end(source: str, target: str) -> tuple[str, str]:
    (source_body, source_end), (target_body, target_end) = _divide(source), _divide(target)
    if not source_body or not target_body:
        return source, target
    end = source_end if source_end == target_end else ""
    return source_body + end, target_body + end


def _divide(text: str) -> tuple[str, str]:
    """Returns the text and its closing mark, if it is one that programs use freely."""
    found = _CLOSING.search(text)
    return (text[: found.start()], found.group(1)) if found else (text, "")
