"""Makes sentence pairs for training translation from the catalogues of Debian's programs.

    ./bazelw run -c opt //tools:gettext_pairs -- --out=/tmp/gettext_en_de
    ./bazelw run -c opt //tools:gettext_pairs -- --out=/tmp/gettext_en_de --from ~/debs /usr/share/locale

Without --from, apt-get fetches {packages} packages of Debian ({megabytes} MB) into OUT/packages.
Nothing is installed, and a complete package is not fetched again. With --from, no network is
needed: PATHs are .deb packages, .mo catalogues, or folders of them.

The program writes these files into OUT. Each file appears when it is complete:

    train.tfrecord, dev.tfrecord, test.tfrecord    records: English TAB translation, in UTF-8
    test.en, test.LOCALE      the test pairs as text, a line each
    enLOCALE.model            a sentencepiece vocabulary of both languages, trained on train alone
    provenance.tsv            package, version, licence, path and messages of each catalogue
    report.json, lengths.png  the figures that are printed, and the lengths of the training pairs

Messages are cleaned: mnemonics (_File, E&xit) and line ends are removed, and quotes and dashes are
written in one way. Messages that are left out are counted by reason. A source has one translation,
the most frequent one. Sources that differ in case or blanks are one source.

dev and test are pairs of three words and more without placeholders. A hash of the source chooses
them, so that most stay the same when packages are added. No training pair shares a text with them,
on either side, or has a near-copy: a text whose letter trigrams have a Jaccard
similarity of {similarity} or more.

The same packages give the same files, byte for byte. It takes about a minute and a half.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from frazo import _core
from frazo.program.durable_file import write_text
from frazo_tools.debian.fetch import PackageError, complete_packages
from frazo_tools.debian.source_arguments import add_source_arguments
from frazo_tools.documented_parser import documented_parser
from frazo_tools.gettext.catalogues import SourceError, find_sources
from frazo_tools.gettext.collection import Collection, collect
from frazo_tools.gettext.filter import Pair
from frazo_tools.gettext.near_copies import SIMILARITY
from frazo_tools.gettext.packages import PACKAGES, PACKAGES_MB
from frazo_tools.gettext.report import make_report, print_report, write_provenance, write_report
from frazo_tools.gettext.split import Split, choose_translations, split
from frazo_tools.gettext.vocabulary import (
    KINDS,
    VocabularyError,
    count_lengths,
    open_vocabulary,
    write_vocabulary,
)
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.progress import Progress
from frazo_tools.records.buckets import best_bounds
from frazo_tools.records.histogram import draw_histogram
from frazo_tools.records.input_files import whole_number

_BUCKETS = 6
# Share of all pairs, so that training pairs are left.
_MOST_HELD_OUT = 0.5


class PairsError(Exception):
    """There are no pairs, or too few. str() says what to change."""


def run(options: argparse.Namespace) -> None:
    """Writes all files.

    Raises:
        PairsError, PackageError, SourceError, VocabularyError, FrazoError, OSError.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    sources, failures = find_input(options)
    with Progress("reading", sum(path.stat().st_size for path in sources)) as progress:
        collection = collect(sources, options.locale, progress)
    collection.left_out += failures
    parts, chosen = divide(collection, options.held_out)
    write_parts(options.out, parts, options.locale)
    model = options.out / f"en{options.locale}.model"
    with Progress("training the vocabulary", options.vocab_size, unit="tokens"):
        write_vocabulary(model, parts.train, options.vocab_kind, options.vocab_size)
    tokenizer = open_vocabulary(model)
    lengths = count_lengths(parts.train, tokenizer)
    bounds = best_bounds(lengths, _BUCKETS)
    draw_histogram(
        options.out / "lengths.png",
        lengths,
        bounds,
        what="the longer side of training pairs",
        unit="tokens",
    )
    write_provenance(options.out / "provenance.tsv", collection)
    report = make_report(collection, chosen, parts, lengths)
    write_report(options.out / "report.json", report)
    print_report(report)
    print(f"vocabulary: {tokenizer.vocab_size:,} tokens, fingerprint {tokenizer.fingerprint:016x}")
    print(f"in a configuration: buckets {{ bounds: [{', '.join(map(str, bounds))}] ... }}")
    print(f"written to {options.out}")


def find_input(options: argparse.Namespace) -> tuple[list[Path], list[str]]:
    """Returns the packages and catalogues to read, and errors of packages that could not be
    fetched.
    """
    if options.paths:
        return find_sources(options.paths, options.locale), []
    return complete_packages(options.out / "packages", PACKAGES, "packages or catalogues")


def divide(collection: Collection, held_out: int) -> tuple[Split, list[Pair]]:
    """Returns the parts, and the pairs that were divided."""
    chosen = choose_translations(collection.occurrences)
    if not chosen:
        problems = "".join(f"\n  {reason}" for reason in collection.left_out)
        raise PairsError(
            "the catalogues have no pairs: check --locale, and whether the files are damaged"
            + problems
        )
    if 2 * held_out > _MOST_HELD_OUT * len(chosen):
        raise PairsError(
            f"--held_out={held_out} for dev and as many for test are more than half of all "
            f"{len(chosen):,} pairs; lower it, or give more packages"
        )
    with Progress("dividing", len(chosen), unit="pairs") as progress:
        parts = split(chosen, held_out, progress)
    if not parts.train:
        raise PairsError(
            f"no pair is left for training: all {len(chosen):,} are near-copies of held-out pairs; "
            "lower --held_out, or give more packages"
        )
    for name, part in (("dev", parts.dev), ("test", parts.test)):
        if len(part) < held_out:
            raise PairsError(
                f"{name} would have {len(part):,} pairs, not --held_out={held_out}: only so many are "
                "natural text of three words and more; lower it, or give more packages"
            )
    return parts, chosen


def write_parts(out: Path, parts: Split, locale: str) -> None:
    """Writes the records of each part, and the lines of the test."""
    for name, pairs in (("train", parts.train), ("dev", parts.dev), ("test", parts.test)):
        with _core.RecordWriter(out / f"{name}.tfrecord") as writer:
            for pair in pairs:
                writer.write("\t".join(pair).encode())
    for side, language in enumerate(("en", locale)):
        lines = "".join(f"{pair[side]}\n" for pair in parts.test)
        write_text(out / f"test.{language}", lines)


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    docstring = (__doc__ or "").format(
        packages=len(PACKAGES), megabytes=PACKAGES_MB, similarity=SIMILARITY
    )
    parser = documented_parser("gettext_pairs", docstring)
    add_source_arguments(parser, "packages, catalogues or folders")
    parser.add_argument(
        "--locale",
        default="de",
        help="target language, as in the names of catalogues: de, fr, pt_BR; default: de",
    )
    parser.add_argument(
        "--held_out",
        type=whole_number(1),
        default=1500,
        help="pairs in dev, and as many in test; default: 1500",
    )
    parser.add_argument(
        "--vocab_size",
        type=whole_number(1),
        default=8000,
        help="tokens in the vocabulary; fewer if the texts do not give more; default: 8000",
    )
    parser.add_argument("--vocab_kind", choices=KINDS, default="unigram", help="default: unigram")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    errors = (PairsError, PackageError, SourceError, VocabularyError, _core.FrazoError, OSError)
    return run_with_options("gettext_pairs", arguments, _parse_arguments, run, errors)


if __name__ == "__main__":
    run_interruptible(main)
