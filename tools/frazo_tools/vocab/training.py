"""Makes the files of a vocabulary of each kind. The same texts give the same files."""

import io
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

import sentencepiece
from frazo_tools.vocab.bpe import learn_bpe

SPECIAL_TOKENS = ["<unk>", "<s>", "</s>"]
# A token with one of these spellings would be taken for a special token.
RESERVED = frozenset(SPECIAL_TOKENS + [token.upper() for token in SPECIAL_TOKENS])

_REPLACEMENT = "\ufffd"


class TrainingError(Exception):
    """These texts and options cannot make a vocabulary. str() says why and what to change."""


class Counts(NamedTuple):
    """The words and characters of the texts."""

    texts: int
    words: Counter[str]  # The parts between blanks.
    characters: Counter[str]  # With blanks; empty if not asked for.
    invalid: int  # Sequences of bytes that are not UTF-8, each read as one U+FFFD.


def count(texts: Iterable[bytes], *, with_characters: bool) -> Counts:
    """Reads the texts once."""
    number = 0
    words_of_bytes: Counter[bytes] = Counter()
    characters: Counter[str] = Counter()
    for text in texts:
        number += 1
        # bytes.split() splits at the same six blanks as the word tokenizer; str.split() splits at
        # more.
        words_of_bytes.update(text.split())
        if with_characters:
            characters.update(text.decode(errors="replace"))
    words: Counter[str] = Counter()
    invalid = 0
    for word_of_bytes, occurrences in words_of_bytes.items():
        word = word_of_bytes.decode(errors="replace")
        words[word] += occurrences
        written = word_of_bytes.count(_REPLACEMENT.encode())
        invalid += occurrences * (word.count(_REPLACEMENT) - written)
    return Counts(number, words, characters, invalid)


def train_graphemes(counts: Counts, size: int) -> dict[str, bytes]:
    """Makes a vocabulary of the most frequent characters, without line feeds, because the file has
    one character per line.

    Returns:
        The content of each file by the end of its name.
    """
    characters = [character for character in _by_frequency(counts.characters) if character != "\n"]
    return {"vocab": _vocabulary_file(characters, size)}


def train_words(counts: Counts, size: int) -> dict[str, bytes]:
    """Makes a vocabulary of the most frequent words."""
    words = [word for word in _by_frequency(counts.words) if word not in RESERVED]
    return {"vocab": _vocabulary_file(words, size)}


def train_bpe(
    counts: Counts,
    size: int,
    *,
    character_coverage: float,
    progress: Callable[[int], None] = lambda pieces: None,
) -> dict[str, bytes]:
    """Makes byte-pair merges and their pieces.

    Args:
        character_coverage: share of the text, 0 to 1, in characters with pieces; the rarest get
            none.
        progress: called from time to time with the number of pieces.

    Raises:
        TrainingError: the characters alone make more than `size` pieces.
    """
    most = size - len(SPECIAL_TOKENS)
    learnt = learn_bpe(
        counts.words,
        most,
        characters=_covering_characters(counts.words, character_coverage),
        reserved=RESERVED,
        progress=progress,
    )
    if len(learnt.pieces) > most:
        raise TrainingError(
            f"--size={size} is too small: characters alone make {len(learnt.pieces)} pieces, besides "
            f"{len(SPECIAL_TOKENS)} special tokens; raise it, or lower --character_coverage"
        )
    lines = ["#version: 0.2", *(f"{left} {right}" for left, right in learnt.merges)]
    return {
        "merges": "".join(f"{line}\n" for line in lines).encode(),
        "vocab": _vocabulary_file(learnt.pieces, size),
    }


def train_sentencepiece(
    texts: Iterator[bytes], size: int, *, model_type: str, character_coverage: float
) -> dict[str, bytes]:
    """Makes a model that restores any text: it does not normalize, keeps blanks, and uses bytes for
    rare characters.

    Args:
        model_type: unigram or bpe.
        character_coverage: as for train_bpe; the rarest characters become tokens of their bytes.

    Raises:
        TrainingError: the library fails, most often because `size` does not fit the texts.
    """
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=_lines(texts),
            model_writer=model,
            model_type=model_type,
            vocab_size=size,
            # Fewer if the texts do not give more.
            hard_vocab_limit=False,
            character_coverage=character_coverage,
            byte_fallback=True,
            normalization_rule_name="identity",
            remove_extra_whitespaces=False,
            allow_whitespace_only_pieces=True,
            max_sentence_length=1 << 20,
            # Several threads add in an order that changes from run to run.
            num_threads=1,
            shuffle_input_sentence=False,
            minloglevel=2,
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise TrainingError(_explain(str(error), size)) from error
    return {"model": model.getvalue()}


def _lines(texts: Iterator[bytes]) -> Iterator[str]:
    """Yields SentencePiece's sentences: without line feeds and zero bytes, and not empty."""
    for text in texts:
        for line in text.decode(errors="replace").replace("\0", "\n").split("\n"):
            if line:
                yield line


def _explain(error: str, size: int) -> str:
    """Explains the library's message, which names its source line."""
    if "vocab_size" in error or "Vocabulary size" in error:
        return (
            f"--size={size} is too small: 3 special tokens, 256 bytes and the characters of the "
            f"texts need more; raise it, or lower --character_coverage ({error})"
        )
    return f"sentencepiece cannot train on these texts: {error}"


def _by_frequency(counts: Counter[str]) -> list[str]:
    """Returns the most frequent first, equally frequent ones in the order of their code points."""
    return sorted(counts, key=lambda item: (-counts[item], item))


def _covering_characters(words: Counter[str], coverage: float) -> set[str]:
    counts: Counter[str] = Counter()
    for word, occurrences in words.items():
        for character in word:
            counts[character] += occurrences
    covering = set()
    left_to_cover = coverage * counts.total()
    for character in _by_frequency(counts):
        if left_to_cover <= 0:
            break
        covering.add(character)
        left_to_cover -= counts[character]
    return covering


def _vocabulary_file(tokens: Collection[str], size: int) -> bytes:
    lines = [*SPECIAL_TOKENS, *tokens][:size]
    return "".join(f"{line}\n" for line in lines).encode()
