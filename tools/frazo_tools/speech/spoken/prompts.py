"""The recorded prompts of Asterisk, with what they say."""

import gzip
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from frazo_tools.debian.package_file import PackageFileError, read_package_file
from frazo_tools.speech.spoken.phrases import words_of

# The packages with the texts and with the sounds, of 16,000 Hz.
PACKAGES = ("asterisk-core-sounds-en", "asterisk-core-sounds-en-g722")

_TEXTS = "core-sounds-en.txt.gz"
_SOUND = ".g722"
_MAX_BYTES = 1 << 28
_LINE = re.compile(r"([\w/+-]+): *(.+)")
_SIGNS = re.compile(r"[.!?,;:\"]|\.\.\.")
_RATE = 16000
_BITS_PER_SECOND = 64000


class Prompt(NamedTuple):
    """A recording.

    Attributes:
      name: Its name in the package.
      text: What is said: words in lower case.
      samples: float32 [samples] at 16,000 Hz.
    """

    name: str
    text: str
    samples: np.ndarray


class Prompts(NamedTuple):
    """The recordings of a voice.

    Attributes:
      found: Those whose words are known, sorted by name.
      left_out: Sounds without a text, and texts that have digits or are no speech.
    """

    found: list[Prompt]
    left_out: int


def is_prompts(package: Path) -> bool:
    """Returns whether a file is one of the packages with the recordings."""
    return any(package.name.startswith(f"{name}_") for name in PACKAGES)


def has_prompts(packages: Sequence[Path]) -> bool:
    """Returns whether both packages with the recordings are among some."""
    return all(_file_of(packages, name) for name in PACKAGES)


def read_prompts(packages: Sequence[Path]) -> Prompts:
    """Reads the recordings.

    Args:
      packages: Files of packages; has_prompts is true of them.

    Raises:
      PackageFileError: A package is damaged, or has no recordings.
      OSError: It cannot be read.
    """
    texts = _texts(_content(_file_of(packages, PACKAGES[0]), _TEXTS, "texts"))
    sounds = {
        path.split("/sounds/", 1)[-1].split("/", 1)[-1].removesuffix(_SOUND): content
        for path, content in _content(_file_of(packages, PACKAGES[1]), _SOUND, "sounds").items()
    }
    found = [
        Prompt(name, " ".join(texts[name]), _decoded(sounds[name]))
        for name in sorted(sounds)
        if texts.get(name)
    ]
    return Prompts(found, len(sounds) - len(found))


def _file_of(packages: Sequence[Path], name: str) -> Path | None:
    return next((path for path in packages if path.name.startswith(f"{name}_")), None)


def _content(package: Path | None, ending: str, what: str) -> dict[str, bytes]:
    assert package is not None
    read = read_package_file(
        package, lambda path: path.endswith(ending), max_bytes=_MAX_BYTES, what=what
    )
    if not read.contents:
        raise PackageFileError(f"{package}: has no file *{ending}; fetch the package of Debian 12")
    return read.contents


def _texts(contents: dict[str, bytes]) -> dict[str, list[str]]:
    """Returns the words of each prompt; no words where a text cannot be taken as it is."""
    lines = gzip.decompress(next(iter(contents.values()))).decode(errors="replace").splitlines()
    matches = (_LINE.fullmatch(line.strip()) for line in lines)
    return {match[1]: words_of(_SIGNS.sub(" ", match[2])) for match in matches if match}


def _decoded(content: bytes) -> np.ndarray:
    # A package of its own: see synthesis.REQUIRED.
    from G722 import G722

    samples = np.asarray(G722(_RATE, _BITS_PER_SECOND).decode(content))
    return samples.astype(np.float32) / 32768
