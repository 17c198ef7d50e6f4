"""Measures how well an n-gram model predicts texts: what a language model has to beat.

    ./bazelw run -c opt //tools:ngram -- --vocab=/tmp/lm_text/text.model \\
        --train=/tmp/lm_text/train.tfrecord /tmp/lm_text/dev.tfrecord

The model is one of n-grams of tokens with interpolated modified Kneser-Ney smoothing (Chen and
Goodman 1999), in general the best of its kind. It is counted from the records of --train, each a
text, and kept in memory: some 100 bytes for each token. For each FILE of records the program prints

    bits_per_byte      bits per byte of the texts, the ends of texts costing, too
    log_pplx_per_word  nats per word, an end being a word
    log_pplx           nats per token

as an evaler does for lm.text's experiments, whose inputs read the same records with the same
vocabulary. 10 million tokens take about a minute.
"""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from frazo import _core
from frazo.program.command_line import run_program
from frazo_tools.documented_parser import documented_parser
from frazo_tools.ngram.kneser_ney import KneserNey, Tokens
from frazo_tools.progress import Progress
from frazo_tools.records.table import table


class Texts(NamedTuple):
    """The texts of a file.

    Attributes:
      tokens: Their tokens, with those of start and end.
      words: The number of words and of ends.
      bytes: The number of bytes.
    """

    tokens: Tokens
    words: int
    bytes: int


def read_texts(path: Path, tokenizer: _core.Tokenizer) -> Texts:
    """Reads the records of a file.

    Raises:
      ValueError: It has no records. FrazoError, OSError.
    """
    records = list(_core.RecordReader(path))
    if not records:
        raise ValueError(f"{path}: has no records")
    ids = [[tokenizer.sos_id, *tokenizer.encode(text), tokenizer.eos_id] for text in records]
    words = sum(len(text.split()) + 1 for text in records)
    return Texts(Tokens.of(ids), words, sum(map(len, records)))


def run(options: argparse.Namespace) -> None:
    """Counts, measures and prints.

    Raises:
      ValueError, FrazoError, OSError.
    """
    tokenizer = _core.Tokenizer(kind="sentencepiece", model=options.vocab)
    with Progress("counting", options.order, unit="orders"):
        training = read_texts(options.train, tokenizer)
        model = KneserNey(training.tokens, vocab_size=tokenizer.vocab_size, order=options.order)
    rows = []
    for path in options.files:
        texts = read_texts(path, tokenizer)
        scores = model.log_probabilities(texts.tokens)
        nats = -float(scores.sum())
        figures = (nats / math.log(2) / texts.bytes, nats / texts.words, nats / len(scores))
        rows.append((path.name, f"{len(scores):,}", *(f"{figure:.4f}" for figure in figures)))
    head = ("texts", "tokens", "bits_per_byte", "log_pplx_per_word", "log_pplx")
    print(table(head, rows))


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("ngram", __doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="records to predict")
    parser.add_argument(
        "--vocab", required=True, type=Path, metavar="FILE", help="the sentencepiece model"
    )
    parser.add_argument(
        "--train", required=True, type=Path, metavar="FILE", help="records to count"
    )
    parser.add_argument(
        "--order",
        type=int,
        default=5,
        choices=range(1, 8),
        metavar="N",
        help="tokens of the longest n-grams, 1 to 7; default: 5",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    try:
        run(options)
    except (ValueError, _core.FrazoError, OSError) as error:
        print(f"ngram: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run_program(main)
