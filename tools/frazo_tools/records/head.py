"""`records head`: shows the first records."""

import argparse
import itertools
import re
from collections.abc import Iterator

from frazo_tools.records.input_files import (
    RecordFiles,
    add_reading_arguments,
    open_files,
    whole_number,
)
from frazo_tools.records.tf_example_features import ExampleError, Feature, decode_example

HELP = "show the first records: features of tf.Example, text, or bytes"

# The width of a wide terminal.
_SHOWN_CHARACTERS = 100
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r", "\n": "\\n"}
# The bytes of a character whose end was cut off, as surrogateescape decodes them.
_DIVIDED_CHARACTER = re.compile("[\udc80-\udcff]{1,3}$")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_reading_arguments(parser)
    parser.add_argument(
        "-n", dest="count", type=whole_number(1), default=5, metavar="N", help="records; default: 5"
    )


def run(options: argparse.Namespace) -> int:
    for place, record in itertools.islice(_records(open_files(options)), options.count):
        print(f"{place}, {len(record):,} bytes")
        for line in describe(record, is_text=options.file_format == "text"):
            print(f"  {line}")
    return 0


def describe(record: bytes, *, is_text: bool = False) -> Iterator[str]:
    """Yields lines that show a record.

    Args:
      record: The record.
      is_text: Whether it is known not to be a tf.Example.
    """
    if not is_text:
        try:
            for name, feature in decode_example(record).items():
                yield f"{name}: {_describe_feature(feature)}"
            return
        except ExampleError:
            pass
    yield _show(record)


def _records(files: RecordFiles) -> Iterator[tuple[str, bytes]]:
    """Yields the position and the bytes of each record. Reads no further than necessary."""
    for path in files.paths:
        file = files.open(path)
        while True:
            number, byte = file.position
            data, extents = file.read_run(1)
            if not len(extents):
                break
            ((begin, end),) = extents.tolist()
            yield f"{path}: record {number} at byte {byte}", data[begin:end].tobytes()


def _describe_feature(feature: Feature) -> str:
    if feature.kind is None:
        return "no values"
    shown = []
    width = 0
    for value in feature.values:
        shown.append(_show_value(value))
        width += len(shown[-1]) + 1
        if width > _SHOWN_CHARACTERS:
            break
    more = ["..."] if len(shown) < len(feature.values) else []
    return " ".join([f"{feature.kind}[{len(feature.values)}]", *shown, *more])


def _show_value(value: bytes | float | int) -> str:
    if isinstance(value, bytes):
        return _show(value)
    # The shortest text for a number of 32 bits has at most 9 digits.
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def _show(value: bytes) -> str:
    """Returns printable text in quotes, else bytes with escapes. Long values are cut."""
    # A character has at most 4 bytes.
    head = value[: 4 * _SHOWN_CHARACTERS]
    text = head.decode(errors="surrogateescape")
    if len(head) < len(value):
        text = _DIVIDED_CHARACTER.sub("", text)
    if all(character.isprintable() or character in _ESCAPES for character in text):
        pieces = [_ESCAPES.get(character, character) for character in text]
        most = _SHOWN_CHARACTERS
    else:
        pieces = [_escape(byte) for byte in head]
        most = _SHOWN_CHARACTERS // 4
    shown = '"' + "".join(pieces[:most]) + '"'
    is_whole = len(pieces) <= most and len(head) == len(value)
    return shown if is_whole else f"{shown}... ({len(value):,} bytes)"


def _escape(byte: int) -> str:
    character = chr(byte)
    plain = character if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"
    return _ESCAPES.get(character, plain)
