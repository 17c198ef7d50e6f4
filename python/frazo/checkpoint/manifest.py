"""The manifest of a checkpoint lists its files. It is written after all of them.

`ckpt-00000205.manifest` is JSON: format, step, saved_unix_seconds, files (name, size_bytes and the
CRC32C of the whole file) and self_crc32c, the CRC32C of the JSON of all other members, so that a
flipped bit in the manifest is detected too. The files are those of the checkpoint in the manifest's
own folder; a manifest that lists any other file is refused.

`ckpt-00000205.partial` is the same list while the files are being put into place or removed. No
reader takes them for a checkpoint.
"""

import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path

from frazo import _core

FORMAT = 1
MANIFEST_SUFFIX = ".manifest"
PARTIAL_SUFFIX = ".partial"

# The whole name of a tensor bundle's file, of a manifest, or the prefix of both.
_NAME = re.compile(r"ckpt-([0-9]{8,})(\.index|\.data-[0-9]{5}-of-[0-9]{5}|\.manifest|)")


def checkpoint_name(step: int) -> str:
    """Returns the file name prefix of a checkpoint: "ckpt-00000205"."""
    return f"ckpt-{step:08d}"


def step_of(file_name: str) -> int | None:
    """Returns the step in the prefix of a checkpoint or in the name of one of its files, or None
    for any other name: "ckpt-00000205.index" is one, "ckpt-00000205_best" is not.
    """
    match = _NAME.fullmatch(file_name)
    if match is None:
        return None
    step = int(match.group(1))
    # Nine digits that begin with 0 are not ours.
    return step if file_name.startswith(checkpoint_name(step)) else None


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
            manifest = cls(
                step=body["step"],
                saved_unix_seconds=body["saved_unix_seconds"],
                files=tuple(FileRecord(**file) for file in body["files"]),
            )
            _check_names(manifest, path)
            return manifest
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedCheckpointError(f"{path}: the manifest cannot be read: {error}") from error


def manifest_path(directory: Path, step: int) -> Path:
    return directory / (checkpoint_name(step) + MANIFEST_SUFFIX)


def partial_path(directory: Path, step: int) -> Path:
    return directory / (checkpoint_name(step) + PARTIAL_SUFFIX)


def partial_steps(directory: Path) -> list[int]:
    """Returns the steps of the checkpoints that are being put into place or removed, ascending."""
    names = (file.name for file in directory.glob(f"ckpt-*{PARTIAL_SUFFIX}"))
    steps = (step_of(name.removesuffix(PARTIAL_SUFFIX) + MANIFEST_SUFFIX) for name in names)
    return sorted(step for step in steps if step is not None)


def read_manifest(directory: Path, step: int) -> Manifest:
    """Raises DamagedCheckpointError if the manifest is missing, unreadable, of another step, or
    lists a file that is not one of this checkpoint in this directory.
    """
    return _read(manifest_path(directory, step), step)


def read_partial(directory: Path, step: int) -> Manifest:
    """As read_manifest, for a checkpoint that is being put into place or removed."""
    return _read(partial_path(directory, step), step)


def _read(path: Path, step: int) -> Manifest:
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


def _check_names(manifest: Manifest, path: Path) -> None:
    """Raises DamagedCheckpointError where a file is not of the manifest's checkpoint and folder."""
    prefix = checkpoint_name(manifest.step)
    for file in manifest.files:
        is_data = step_of(file.name) == manifest.step and file.name not in (
            prefix,
            prefix + MANIFEST_SUFFIX,
        )
        if not is_data:
            raise DamagedCheckpointError(
                f"{path}: lists {file.name!r}, but a manifest may list only {prefix}.index and "
                f"{prefix}.data-* of its own folder. Copy the checkpoint again from where it was made"
            )


def _body_crc32c(body: dict) -> int:
    return _core.crc32c(json.dumps(body, sort_keys=True).encode("utf-8"))
