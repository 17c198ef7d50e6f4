"""Makes the word vocabulary of the One Billion Word benchmark (Chelba et al. 2013).

    ./bazelw run -c opt //tools:lm1b_vocab -- --data=1-billion-word-language-modeling-benchmark-r13output

--data is the folder that the benchmark's archive, which statmt.org offers as
1-billion-word-language-modeling-benchmark-r13output.tar.gz, is unpacked to. It has the folders
training-monolingual.tokenized.shuffled and heldout-monolingual.tokenized.shuffled.

The program counts the words of all files news.en* for training and writes

    DATA/1b_word_vocab.txt    a word, a tab and its id in each line

Ids 0 to 3 are <epsilon>, <S>, </S> and <UNK>. Then follow the words that occur {least} times and
more, the most frequent first, as a sampled softmax needs them, and words of the same frequency in
the order of their bytes. The benchmark gives 793,472 ids, for which the experiments of
lm.one_billion_wds are made; the program tells what to set for other texts. The file appears when it
is complete.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from frazo.program.command_line import run_program
from frazo.program.durable_file import write_bytes
from frazo_tools.documented_parser import documented_parser
from frazo_tools.progress import Progress
from frazo_tools.vocab.texts import TextError, Texts

FILE = "1b_word_vocab.txt"
TRAINING = "training-monolingual.tokenized.shuffled/news.en*"
SPECIAL = (b"<epsilon>", b"<S>", b"</S>", b"<UNK>")
BENCHMARK_SIZE = 793_472
LEAST_COUNT = 3


def vocabulary(counts: Counter[bytes], least: int) -> list[bytes]:
    """Returns the words by id: the special ones, then those of at least so many occurrences."""
    kept = [word for word, number in counts.items() if number >= least and word not in SPECIAL]
    return [*SPECIAL, *sorted(kept, key=lambda word: (-counts[word], word))]


def run(options: argparse.Namespace) -> None:
    """Counts and writes.

    Raises:
      TextError, OSError.
    """
    paths = sorted(options.data.glob(TRAINING))
    if not paths:
        raise TextError(
            f"{options.data / TRAINING}: there is no such file; --data is the folder that the "
            "benchmark's archive is unpacked to"
        )
    texts = Texts(paths, file_format="text")
    counts: Counter[bytes] = Counter()
    with Progress("counting words", texts.file_bytes) as progress:
        for text in texts.read(progress):
            counts.update(text.split())
    words = vocabulary(counts, options.least)
    lines = b"".join(b"%s\t%d\n" % (word, number) for number, word in enumerate(words))
    write_bytes(options.data / FILE, lines)
    covered = sum(counts[word] for word in words) / max(counts.total(), 1)
    print(f"words: {counts.total():,}, {len(counts):,} different, in {len(paths):,} files")
    print(f"vocabulary: {len(words):,} ids, which cover {covered:.2%} of the words")
    if len(words) != BENCHMARK_SIZE:
        print(f"the benchmark has {BENCHMARK_SIZE:,}: for these texts add to the trainer's flags")
        for field in ("embedding.vocab_size", "sampled_softmax.num_classes"):
            print(f"  --set=task.language_modeling.model.{field}={len(words)}")
    print(f"written to {options.data / FILE}")


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("lm1b_vocab", (__doc__ or "").format(least=LEAST_COUNT))
    parser.add_argument(
        "--data", required=True, type=Path, metavar="FOLDER", help="the unpacked benchmark"
    )
    parser.add_argument(
        "--least",
        type=int,
        default=LEAST_COUNT,
        metavar="N",
        help=f"occurrences of the rarest word with an id; default: {LEAST_COUNT}",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    try:
        run(options)
    except (TextError, OSError) as error:
        print(f"lm1b_vocab: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run_program(main)
