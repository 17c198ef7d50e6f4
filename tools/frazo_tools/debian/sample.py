"""Debian packages, for tests."""

import subprocess
from collections.abc import Mapping
from pathlib import Path


def write_package(path: Path, name: str, version: str, contents: Mapping[str, bytes]) -> None:
    """Writes a package of files with dpkg-deb.

    Args:
      path: The file.
      name: The name of the package.
      version: Its version.
      contents: The content of each file by its path, such as usr/share/doc/x.
    """
    root = path.with_suffix(".root")
    files = {
        "DEBIAN/control": (
            f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
            "Maintainer: A <a@example.org>\nDescription: sample\n"
        ).encode(),
        **contents,
    }
    for place, content in files.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(content)
    command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, path]
    subprocess.run(command, check=True, capture_output=True)
