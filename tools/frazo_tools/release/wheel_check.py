"""What must hold of the wheel: its name, its size, its metadata and its record of files."""

import base64
import csv
import hashlib
import io
import re
import zipfile
from pathlib import Path

from frazo.program.errors import JobError
from packaging.metadata import Metadata
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

MOST_BYTES = 40_000_000
# glibc of Debian 12, the oldest system that is promised.
NEWEST_GLIBC = 36
_PLATFORM = re.compile(r"manylinux_2_(\d+)_x86_64")


def check_wheel(path: Path, version: str) -> None:
    """Checks a wheel.

    Raises:
      JobError: It is of another version, for newer systems, too large, or damaged.
    """
    _check_name(path, version)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise JobError(
            f"{path.name}: {size / 1e6:.1f} MB, more than {MOST_BYTES / 1e6:.0f}. Look what grew: "
            f"unzip -lv {path.name}"
        )
    with zipfile.ZipFile(path) as wheel:
        (information,) = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
        _check_metadata(path.name, wheel.read(f"{information}/METADATA"), version)
        _check_record(path.name, wheel, f"{information}/RECORD")


def _check_name(path: Path, version: str) -> None:
    try:
        name, named_version, _, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        raise JobError(f"{path.name}: {error}. packaging/make_wheel.py writes the name.") from None
    if name != "frazo" or str(named_version) != version:
        raise JobError(
            f"{path.name}: expected frazo {version}. Build it anew: ./bazelw build //packaging:wheel"
        )
    for tag in tags:
        found = _PLATFORM.fullmatch(tag.platform)
        if found is None or int(found[1]) > NEWEST_GLIBC:
            raise JobError(
                f"{path.name}: {tag.platform} does not run where glibc is 2.{NEWEST_GLIBC}, as on "
                "Debian 12. Build on Debian 12 or older: docker/dev.dockerfile"
            )


def _check_metadata(name: str, metadata: bytes, version: str) -> None:
    try:
        read = Metadata.from_email(metadata, validate=True)
    except ExceptionGroup as errors:
        told = "; ".join(str(error) for error in errors.exceptions)
        raise JobError(
            f"{name}: wrong METADATA: {told}. packaging/project.toml is where it comes from."
        ) from None
    if read.name != "frazo" or str(read.version) != version:
        raise JobError(
            f"{name}: METADATA is of {read.name} {read.version}, not of frazo {version}. Build it "
            "anew: ./bazelw build //packaging:wheel"
        )


def _check_record(name: str, wheel: zipfile.ZipFile, record: str) -> None:
    for file, expected, _ in csv.reader(io.StringIO(wheel.read(record).decode())):
        if file == record:
            continue
        algorithm, _, digest = expected.partition("=")
        found = base64.urlsafe_b64encode(hashlib.new(algorithm, wheel.read(file)).digest())
        if found.rstrip(b"=").decode() != digest:
            raise JobError(
                f"{name}: {file} is not what RECORD says. The wheel is damaged: build it anew."
            )
