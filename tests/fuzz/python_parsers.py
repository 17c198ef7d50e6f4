"""Targets for fuzzers: the parsers in Python of files that others made.

A target is called with arbitrary bytes. It fails by any exception but the parser's own.
"""

import json
import os
import struct
from pathlib import Path

from frazo import _core
from frazo.checkpoint.manifest import DamagedCheckpointError, FileRecord, Manifest
from frazo_tools.checkpoint.safetensors_file import SafetensorsError, SafetensorsFile
from frazo_tools.gettext.mo_file import MoError, read_mo
from frazo_tools.gettext.mo_file_writer import HEADER, write_mo
from frazo_tools.images.idx import IdxError, read_idx
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.document import read_document
from frazo_tools.tokenizer.importing import import_json

from tests.fuzz.detection_parsers import DETECTION_TARGETS
from tests.fuzz.target import Target


def _check_mo(content: bytes) -> None:
    try:
        messages = read_mo(content, "fuzz")
    except MoError as error:
        assert "fuzz: " in str(error)
        return
    for message in messages:
        assert message.source
        # The strings together are not longer than the file; a plural has up to 100 forms.
        assert len(message.target) <= len(content)


# Memory in place of files on the disk.
_SAFETENSORS_PATH = Path(f"/proc/self/fd/{os.memfd_create('safetensors')}")
_IDX_PATH = Path(f"/proc/self/fd/{os.memfd_create('idx')}")


def _check_idx(content: bytes) -> None:
    _IDX_PATH.write_bytes(content)
    for dimensions in (1, 3):
        try:
            values = read_idx(_IDX_PATH, dimensions)
        except IdxError:
            continue
        assert values.ndim == dimensions
        assert values.tobytes() == content[4 * (1 + dimensions) :]


def _check_safetensors(content: bytes) -> None:
    _check_safetensors_file(content)
    # The size of the header that no fuzzer would guess.
    size = content[8:].rfind(b"}") + 1
    _check_safetensors_file(size.to_bytes(8, "little") + content[8:])


def _check_safetensors_file(content: bytes) -> None:
    _SAFETENSORS_PATH.write_bytes(content)
    try:
        file = SafetensorsFile(_SAFETENSORS_PATH)
    except SafetensorsError as error:
        assert str(_SAFETENSORS_PATH) in str(error)
        return
    header_bytes = 8 + int.from_bytes(content[:8], "little")
    values = b"".join(file.read(name).tobytes() for name in file.forms)
    assert values == content[header_bytes:]


def _check_manifest(content: bytes) -> None:
    text = content.decode(errors="replace")
    _check_manifest_text(text)
    _check_manifest_text(_with_checksum(text))


def _with_checksum(text: str) -> str:
    """Returns the text with the right checksum, which no fuzzer would guess, if it is JSON."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(body, dict):
        return text
    body.pop("self_crc32c", None)
    checksum = _core.crc32c(json.dumps(body, sort_keys=True).encode())
    return json.dumps({**body, "self_crc32c": checksum})


def _check_manifest_text(text: str) -> None:
    try:
        manifest = Manifest.from_text(text, Path("fuzz"))
    except DamagedCheckpointError as error:
        assert "fuzz: " in str(error)
        return
    assert Manifest.from_text(manifest.to_text(), Path("again")) == manifest
    for file in manifest.files:
        assert "/" not in file.name


def _check_tokenizer(content: bytes) -> None:
    try:
        imported = import_json(read_document(content))
    except ConversionError as error:
        assert str(error)
        return
    assert imported.reading.message.WhichOneof("kind")


_SAFETENSORS_HEADER = (
    b'{"__metadata__":{"step":"5"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},'
    b'"n":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}'
)
_MANIFEST = Manifest(7, 0.5, (FileRecord("ckpt-00000007.index", 3, 5),))

# One is imported, one refused.
_WORDS = (
    rb'{"added_tokens":[{"id":1,"content":"<s>","special":true}],"model":{"type":"WordLevel",'
    rb'"vocab":{"<unk>":0,"<s>":1,"a":2},"unk_token":"<unk>"},"pre_tokenizer":{"type":"Split",'
    rb'"pattern":{"Regex":"[\\x09-\\x0d\\x20]+"},"behavior":"Removed","invert":false}}'
)
_UNIGRAM = b'{"model":{"type":"Unigram","vocab":[["a",-1.5],["<unk>",0]],"unk_id":1}}'

TARGETS = {
    **DETECTION_TARGETS,
    "mo": Target(
        _check_mo,
        [
            write_mo(
                {"Open": "Öffnen", "menu\x04File": "Datei", "a file\0%d files": "eine\0mehrere"}
            ),
            write_mo({"Open": "Öffnen"}, byte_order=">", charset="iso-8859-1"),
            write_mo({"a\0b": "x\0y\0z"}, header=HEADER.format("UTF-8").replace("n != 1", "n%3")),
        ],
    ),
    "idx": Target(
        _check_idx,
        [struct.pack(">2I", 0x801, 3) + b"abc", struct.pack(">4I", 0x803, 1, 2, 2) + b"abcd"],
    ),
    "manifest": Target(
        _check_manifest, [_MANIFEST.to_text().encode(), b'{"format": 1, "files": []}']
    ),
    "safetensors": Target(
        _check_safetensors,
        [
            len(_SAFETENSORS_HEADER).to_bytes(8, "little") + _SAFETENSORS_HEADER + b"123456789",
            (2).to_bytes(8, "little") + b"{}",
        ],
    ),
    "tokenizer": Target(_check_tokenizer, [_WORDS, _UNIGRAM]),
}
