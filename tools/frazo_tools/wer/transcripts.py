"""Reads transcripts: texts by the ids of their utterances."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from frazo_tools.text_start import Utf16Error, checked_first_line
from frazo_tools.wer.transcript_error import TranscriptError

FORMATS = ("lines", "trn", "json")
_FORMAT_OF_SUFFIX = {".trn": "trn", ".json": "json", ".jsonl": "json"}
# The id is what the last parentheses of a line hold.
_TRN_LINE = re.compile(r"(?P<text>.*)\((?P<id>[^()]+)\)\s*", re.DOTALL)
_TRN_ALTERNATIVES = re.compile(r"(^|\s)[{}](\s|$)")
_SHOWN_IDS = 3

# By id, in the order of the file.
Transcripts = dict[str, str]


class Fields(NamedTuple):
    """The names of an object's members in JSON lines."""

    id: str = "id"
    reference: str = "reference"
    hypothesis: str = "hypothesis"


def format_of(path: Path) -> str:
    """The format that a file's name tells: one of FORMATS."""
    return _FORMAT_OF_SUFFIX.get(path.suffix.lower(), "lines")


def read_transcripts(path: Path, form: str, fields: Fields, text_field: str) -> Transcripts:
    """Reads a file of texts.

    Args:
      path: The file, UTF-8.
      form: `lines`: a text a line, whose id is the number of the line. `trn`: words and, in
        parentheses, the id, as sclite reads them. `json`: an object a line.
      fields: The names of the members, for `json`.
      text_field: The name of the member that holds the text, for `json`.

    Raises:
      TranscriptError: The file is not of this format, or an id is there twice. OSError.
    """
    if form == "lines":
        return {str(number): line for number, line in _lines(path)}
    if form == "trn":
        return _by_id(path, _trn_lines(path))
    objects = _objects(path)
    return _by_id(
        path,
        (
            (
                number,
                _member(path, number, found, fields.id),
                _text(path, number, found, text_field),
            )
            for number, found in objects
        ),
    )


def read_pairs(path: Path, fields: Fields) -> tuple[Transcripts, Transcripts]:
    """Reads JSON lines that hold references and hypotheses. Without ids, an id is the number of a
    line.

    Raises:
      TranscriptError, OSError.
    """
    objects = list(_objects(path))
    has_ids = any(fields.id in found for _, found in objects)

    def column(name: str) -> Transcripts:
        return _by_id(
            path,
            (
                (
                    number,
                    _member(path, number, found, fields.id) if has_ids else str(number),
                    _text(path, number, found, name),
                )
                for number, found in objects
            ),
        )

    return column(fields.reference), column(fields.hypothesis)


def matched(
    references: Transcripts, hypotheses: Mapping[str, str], path: Path, *, missing_as_empty: bool
) -> list[str]:
    """The hypothesis of each reference, in the order of the references.

    Args:
      references: By id.
      hypotheses: By id.
      path: Of the hypotheses, for errors.
      missing_as_empty: Whether a missing hypothesis is an empty text rather than an error.

    Raises:
      TranscriptError: An utterance has no hypothesis, or a hypothesis no reference.
    """
    extra = [name for name in hypotheses if name not in references]
    missing = [name for name in references if name not in hypotheses]
    if extra:
        raise TranscriptError(
            f"{path}: {_shown(extra)} not in the reference, which has {len(references):,}; leave "
            "out what was not to be recognised"
        )
    if missing and not missing_as_empty:
        raise TranscriptError(
            f"{path}: lacks {_shown(missing, 'that is', 'that are')} in the reference, which has "
            f"{len(references):,}; with --missing_as_empty their words count as deleted"
        )
    return [hypotheses.get(name, "") for name in references]


def _shown(names: list[str], one: str = "is", more: str = "are") -> str:
    """Counts utterances and names the first of them."""
    first = ", ".join(names[:_SHOWN_IDS]) + (", .." if len(names) > _SHOWN_IDS else "")
    if len(names) == 1:
        return f"1 utterance ({first}) {one}"
    return f"{len(names):,} utterances ({first}) {more}"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbers lines from 1 on, without their ends."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                start = checked_first_line(line, str(path)) if number == 1 else line
                yield number, start.decode().rstrip("\r\n")
            except Utf16Error as error:
                raise TranscriptError(str(error)) from error
            except UnicodeDecodeError as error:
                raise TranscriptError(
                    f"{path}:{number}: byte {error.start + 1} is not UTF-8; convert the file, as by "
                    "iconv -t UTF-8"
                ) from error


def _trn_lines(path: Path) -> Iterator[tuple[int, str, str]]:
    for number, line in _lines(path):
        # sclite's comments.
        if not line.strip() or line.startswith(";;"):
            continue
        parts = _TRN_LINE.fullmatch(line)
        if parts is None:
            raise TranscriptError(
                f"{path}:{number}: has no id in parentheses at its end, as in 'two words (speaker-1)'"
            )
        if _TRN_ALTERNATIVES.search(parts["text"]):
            raise TranscriptError(
                f"{path}:{number}: has alternatives, as {{ a / b }}, of which only sclite can choose; "
                "write one of them"
            )
        yield number, parts["id"].strip(), parts["text"]


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise TranscriptError(f"{path}:{number}: is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise TranscriptError(f'{path}:{number}: is not a JSON object, as in {{"id": ..}}')
        match found:
            # A decoder's line has all that it found, the best first.
            case {"hypotheses": [{"text": str(best)}, *_]}:
                found.setdefault("hypothesis", best)
        yield number, found


def _member(path: Path, number: int, found: Mapping[str, Any], name: str) -> str:
    if name not in found:
        raise TranscriptError(
            f"{path}:{number}: has no '{name}' but {', '.join(map(repr, found)) or 'nothing'}; name "
            "the member by --id_field, --reference_field or --hypothesis_field"
        )
    return str(found[name])


def _text(path: Path, number: int, found: Mapping[str, Any], name: str) -> str:
    _member(path, number, found, name)
    if not isinstance(found[name], str):
        raise TranscriptError(f"{path}:{number}: '{name}' is {found[name]!r} and not a text")
    return found[name]


def _by_id(path: Path, entries: Iterator[tuple[int, str, str]]) -> Transcripts:
    transcripts: Transcripts = {}
    for number, name, text in entries:
        if name in transcripts:
            raise TranscriptError(f"{path}:{number}: the id '{name}' is there before")
        transcripts[name] = text
    return transcripts
