"""Writes the tables of Unicode's normal forms as C++, from the data of Python's unicodedata.

make_normal_form_tables > normal_form_tables.cc
"""

import sys
import unicodedata

# Hangul syllables and the letters that make them up are computed.
_HANGUL = range(0xAC00, 0xAC00 + 11172)
_HANGUL_VOWELS_AND_FINALS = frozenset([*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)])
_CODE_POINTS = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
_PAGE = 256


def _decomposed(form: str) -> dict[int, str]:
    found = {code: unicodedata.normalize(form, chr(code)) for code in _CODE_POINTS}
    return {code: text for code, text in found.items() if text != chr(code) and code not in _HANGUL}


def _compositions() -> dict[tuple[int, int], int]:
    pairs = {}
    for code in _CODE_POINTS:
        parts = unicodedata.decomposition(chr(code))
        if parts.count(" ") != 1 or parts.startswith("<"):
            continue
        first, second = (int(part, 16) for part in parts.split())
        # Some characters are excluded from composition.
        if unicodedata.normalize("NFC", chr(first) + chr(second)) == chr(code):
            pairs[first, second] = code
    return pairs


def _properties(seconds: frozenset[int]) -> list[int]:
    """The bits of each code point, as enumerated in normal_form_tables.h."""
    properties = [0] * 0x110000
    for code in _CODE_POINTS:
        for composed, decomposed, shift in (("NFC", "NFD", 0), ("NFKC", "NFKD", 2)):
            first = unicodedata.normalize(decomposed, chr(code))[0]
            joins = unicodedata.combining(first) != 0 or ord(first) in seconds
            changes = unicodedata.normalize(composed, chr(code)) != chr(code)
            properties[code] |= (changes | joins << 1) << shift
    return properties


def _array(kind: str, name: str, items: list[str], *, has_size: bool = True) -> None:
    print(f"const {kind} {name}[] = {{")
    for begin in range(0, len(items), 16):
        print("    " + ", ".join(items[begin : begin + 16]) + ",")
    print("};")
    print(f"const size_t {name}Size = {len(items)};\n" if has_size else "")


def _print_decompositions(name: str, pool_name: str, texts: dict[int, str]) -> None:
    pool: list[str] = []
    entries = []
    for code, text in texts.items():
        entries.append(f"{{{code}, {len(pool)}, {len(text)}}}")
        pool += [str(ord(character)) for character in text]
    _array("Decomposition", name, entries)
    _array("char32_t", pool_name, pool, has_size=False)


def main() -> None:
    compositions = _compositions()
    seconds = frozenset(second for _, second in compositions) | _HANGUL_VOWELS_AND_FINALS
    print(f"// Made by make_normal_form_tables.py from Unicode {unicodedata.unidata_version}.")
    print('#include "core/text/unicode/normal_form_tables.h"\n')
    print("namespace frazo::text {\n")
    _print_decompositions("kCanonical", "kCanonicalPool", _decomposed("NFD"))
    _print_decompositions("kCompatible", "kCompatiblePool", _decomposed("NFKD"))
    classes = {code: unicodedata.combining(chr(code)) for code in _CODE_POINTS}
    _array("CombiningClass", "kClasses", [f"{{{c}, {n}}}" for c, n in classes.items() if n])
    _array(
        "Composition",
        "kCompositions",
        [
            f"{{{first}, {second}, {code}}}"
            for (first, second), code in sorted(compositions.items())
        ],
    )
    properties = _properties(seconds)
    pages: dict[tuple[int, ...], int] = {}
    numbers = [
        pages.setdefault(tuple(properties[begin : begin + _PAGE]), len(pages))
        for begin in range(0, len(properties), _PAGE)
    ]
    _array("uint8_t", "kPages", [str(number) for number in numbers], has_size=False)
    _array("uint8_t", "kProperties", [str(bits) for page in pages for bits in page], has_size=False)
    print("}  // namespace frazo::text")


if __name__ == "__main__":
    sys.exit(main())
