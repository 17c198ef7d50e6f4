"""Recordings as in Asterisk's packages, for tests."""

import gzip
from pathlib import Path

import numpy as np
from frazo_tools.debian.sample import write_package
from G722 import G722

_FOLDER = "usr/share/asterisk/sounds/en_US_f_Allison"
_TEXTS = "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz"


def tone() -> np.ndarray:
    """Returns a second of 440 Hz at 16,000 Hz, int16."""
    return (8000 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)).astype(np.int16)


def write_prompts(folder: Path, texts: str, names: tuple[str, ...]) -> list[Path]:
    """Writes the packages of texts and of sounds.

    Args:
      folder: The folder for them.
      texts: The list of texts, a line "NAME: TEXT" for each.
      names: The names of the sounds, each of which is a tone.

    Returns:
      The files of both packages.
    """
    folder.mkdir(exist_ok=True)
    sound = bytes(G722(16000, 64000).encode(tone()))
    contents = {
        "asterisk-core-sounds-en": {_TEXTS: gzip.compress(texts.encode())},
        "asterisk-core-sounds-en-g722": {f"{_FOLDER}/{name}.g722": sound for name in names},
    }
    paths = []
    for name, files in contents.items():
        paths.append(folder / f"{name}_1_all.deb")
        write_package(paths[-1], name, "1", files)
    return paths
