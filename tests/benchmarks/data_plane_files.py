"""The files that data_plane.py reads: records of about a KiB, and sentence pairs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from frazo import _core

SHARDS = 8
SEED = 301
WORDS = 32_000
# Frequent words are short, as in text.
LONGEST_WORD = 11
SPECIAL_TOKENS = ("<unk>", "<s>", "</s>", "<pad>")


def write_records(folder: Path, count: int) -> None:
    """`count` records of 384 to 1600 bytes, mean 992, in SHARDS files named *.tfrecord."""
    random = np.random.default_rng(SEED)
    content = random.bytes(1 << 20)
    sizes = random.integers(384, 1601, count)
    starts = random.integers(0, len(content) - 1600, count)
    _write_shards(folder, count, lambda i: content[starts[i] : starts[i] + sizes[i]])


def write_pairs(folder: Path, count: int) -> None:
    """`count` records `source TAB target` in SHARDS files, and their vocabulary, `words`.

    Sentences of 3 to 79 words, log-normal about 22, the target as long as the source give or take
    15%; words by Zipf's law, one in a hundred not in the vocabulary.
    """
    random = np.random.default_rng(SEED)
    vocabulary = _draw_vocabulary(random)
    (folder / "words").write_text("\n".join([*SPECIAL_TOKENS, *vocabulary]) + "\n")
    lengths = np.rint(random.lognormal(np.log(22), 0.55, count))
    target_lengths = np.rint(lengths * random.normal(1, 0.15, count))
    lengths = np.clip([lengths, target_lengths], 3, 79).astype(int)
    shares = np.cumsum(1 / (np.arange(len(vocabulary)) + 2.7))
    words = np.array(vocabulary, dtype=object)

    def sentence(length: int) -> str:
        drawn = words[np.searchsorted(shares, random.random(length) * shares[-1])]
        drawn[random.random(length) < 0.01] = "Unheard"
        return " ".join(drawn)

    _write_shards(
        folder, count, lambda i: f"{sentence(lengths[0, i])}\t{sentence(lengths[1, i])}".encode()
    )


def _draw_vocabulary(random: np.random.Generator) -> list[str]:
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words: dict[str, None] = {}
    while len(words) < WORDS - len(SPECIAL_TOKENS):
        longest = min(LONGEST_WORD, 2 + int(np.log2(len(words) + 2)))
        words.setdefault("".join(random.choice(letters, random.integers(1, longest + 1))))
    return list(words)


def _write_shards(folder: Path, count: int, record: Callable[[int], bytes]) -> None:
    for shard in range(SHARDS):
        with _core.RecordWriter(folder / f"{shard}-of-{SHARDS}.tfrecord") as writer:
            for number in range(shard, count, SHARDS):
                writer.write(record(number))
