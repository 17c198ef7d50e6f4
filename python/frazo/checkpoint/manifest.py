"""The manifest of a checkpoint lists its files. It is written after all of them.

`ckpt-00000205.manifest` is JSON: format, step, saved_unix_seconds, files (name, size_bytes and the
CRC32C of the whole file) and self_crc32c, the CRC32C of the JSON of all other members, so that a
flipped bit in the manifest is detected too.
"""

import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path

from frazo import _core
from frazo.program import durable_file

FORMAT = 1
MANIFEST_SUFFIX = ".manifest"

_PREFIX_PATTERN = re.compile(r"ckpt-(\d{8,})")


def checkpoint_name(step: int) -> str:
    """Returns the file name prefix of a checkpoint: "ckpt-00000205"."""
    return f"ckpt-{step:08d}"


def step_of(file_name: str) -> int | None:
    """Returns the step in the name of a checkpoint's file, or None if it is another file."""
    match = _PREFIX_PATTERN.match(file_name)
    return int(match.group(1)) if match else None


class DamagedCheckpointError(Exception):
    """A checkpoint is damaged. str() names the file and the damage."""


@dataclasses.dataclass(frozen=True)
class FileRecord:
    """One file of a checkpoint; the name is relative to the checkpoint's directory."""

    name: str
    size_bytes: int
    crc32c: int

    @classmethod
    def of(cls, path: Path) -> "FileRecord":
        return cls(path.name, path.stat().st_size, _core.file_crc32c(str(path)))


@dataclasses.dataclass(frozen=True)
class Manifest:
    """The list of a checkpoint's files."""

    step: int
    saved_unix_seconds: float
    files: tuple[FileRecord, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    def to_text(self) -> str:
        body = {
            "format": FORMAT,
            "step": self.step,
            "saved_unix_seconds": self.saved_unix_seconds,
            "files": [dataclasses.asdict(file) for file in self.files],
        }
        return json.dumps({**body, "self_crc32c": _body_crc32c(body)}, indent=2) + "\n"

    @classmethod
    def from_text(cls, text: str, path: Path) -> "Manifest":
        """Parses the result of to_text(). Raises DamagedCheckpointError, which names `path`, for
        other texts.
        """
        try:
            body = json.loads(text)
            expected_crc32c = body.pop("self_crc32c")
            if body["format"] != FORMAT:
                raise DamagedCheckpointError(
                    f"{path}: manifest format {body['format']}; this version reads format {FORMAT}"
                )
            if _body_crc32c(body) != expected_crc32c:
                raise DamagedCheckpointError(f"{path}: the manifest's own checksum is wrong")
            return cls(
                step=body["step"],
                saved_unix_seconds=body["saved_unix_seconds"],
                files=tuple(FileRecord(**file) for file in body["files"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedCheckpointError(f"{path}: the manifest cannot be read: {error}") from error


def manifest_path(directory: Path, step: int) -> Path:
    return directory / (checkpoint_name(step) + MANIFEST_SUFFIX)


def write_manifest(directory: Path, manifest: Manifest) -> None:
    durable_file.write_text(manifest_path(directory, manifest.step), manifest.to_text())


def read_manifest(directory: Path, step: int) -> Manifest:
    """Raises DamagedCheckpointError if the manifest is missing, unreadable, or of another step."""
    path = manifest_path(directory, step)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DamagedCheckpointError(f"{path}: the manifest is missing") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedCheckpointError(f"{path}: the manifest cannot be read: {error}") from error
    manifest = Manifest.from_text(text, path)
    if manifest.step != step:
        raise DamagedCheckpointError(f"{path}: the manifest is for step {manifest.step}")
    return manifest


def verify_files(directory: Path, files: Sequence[FileRecord]) -> None:
    """Reads every byte of `files`. Raises DamagedCheckpointError if a file is missing or has
    changed.
    """
    for expected in files:
        path = directory / expected.name
        try:
            actual = FileRecord.of(path)
        except (OSError, _core.FrazoError) as error:
            raise DamagedCheckpointError(f"{path}: {error}") from error
        if actual.size_bytes != expected.size_bytes:
            raise DamagedCheckpointError(
                f"{path}: {actual.size_bytes:,} bytes; {expected.size_bytes:,} were written"
            )
        if actual.crc32c != expected.crc32c:
            raise DamagedCheckpointError(
                f"{path}: CRC32C {actual.crc32c:#010x}; {expected.crc32c:#010x} was written"
            )


def _body_crc32c(body: dict) -> int:
    return _core.crc32c(json.dumps(body, sort_keys=True).encode("utf-8"))
