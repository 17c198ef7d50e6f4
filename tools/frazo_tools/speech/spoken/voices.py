"""The voices of espeak-ng that speak a corpus, and how they do it."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from frazo import _core

# espeak-ng's accents of English, by what their files are called.
_ACCENTS = (
    "en-us",
    "gmw/en",
    "gmw/en-GB-scotland",
    "gmw/en-GB-x-rp",
    "gmw/en-GB-x-gbclan",
    "gmw/en-GB-x-gbcwmd",
    "gmw/en-029",
    "gmw/en-US-nyc",
)
# espeak-ng's variants: throats, each of which can have each accent. Those of dev and test are not
# heard in train.
_THROATS = {
    "train": ("m1", "m2", "m3", "m4", "m6", "f1", "f2", "f3", "klatt", "klatt3", "Andrea", "Lee"),
    "dev": ("m5", "f4", "klatt2"),
    "test": ("m7", "m8", "f5", "klatt4", "Annie"),
}


class Voice(NamedTuple):
    """A speaker.

    Attributes:
      number: A number of its own, which names its folder.
      name: What espeak-ng calls it: an accent and a variant.
    """

    number: int
    name: str


class Delivery(NamedTuple):
    """How a phrase is spoken, in the units of espeak-ng.

    Attributes:
      words_per_minute: 130 to 189.
      pitch: 30 to 69; 50 is the voice's own.
      pitch_range: 30 to 69; 50 is the voice's own.
    """

    words_per_minute: int
    pitch: int
    pitch_range: int


def voices_of(name: str) -> Sequence[Voice]:
    """Returns the voices of a set: train, dev or test."""
    first = {"train": 101, "dev": 301, "test": 401}[name]
    return [
        Voice(first + index, f"{accent}+{throat}")
        for index, (throat, accent) in enumerate(itertools.product(_THROATS[name], _ACCENTS))
    ]


def delivery_of(utterance: str) -> Delivery:
    """Returns the delivery that the id of an utterance draws."""
    rest = _core.crc32c(utterance.encode())
    rest, rate = divmod(rest, 60)
    rest, pitch = divmod(rest, 40)
    return Delivery(130 + rate, 30 + pitch, 30 + rest % 40)
