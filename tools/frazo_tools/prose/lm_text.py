"""Makes English prose for training language models from the documentation in Debian packages.

    ./bazelw run -c opt //tools:lm_text -- --out=/tmp/lm_text
    ./bazelw run -c opt //tools:lm_text -- --out=/tmp/lm_text --from ~/debs ~/books

Without --from, apt-get fetches {packages} packages of Debian ({megabytes} MB) into OUT/packages:
the handbook and the manuals of Debian, those of the kernel, of Python, Git and two databases, and a
book. Nothing is installed, and a complete package is not fetched again. With --from, no network is
needed: PATHs are .deb packages, .html, .txt and .md files, or folders of them.

The program writes these files into OUT. Each file appears when it is complete:

    train.tfrecord, dev.tfrecord, test.tfrecord    records: passages in UTF-8
    text.model                a sentencepiece vocabulary, trained on train alone
    manifest.tsv              package, version, licence and number of documents of each source
    report.json               the figures that are printed

A page is reduced to its paragraphs, without markup, menus, tables and programs. A paragraph that is
no English prose is left out, and counted by reason. Neighbouring paragraphs make a passage of at
most --passage_bytes, with line ends between them.

dev and test are whole documents. A hash of package and path chooses them, so that they stay the
same when packages are added. No two paragraphs, in whatever parts, are near-copies: sets of three
words in a row with a Jaccard similarity of {similarity} or more. What is held out stays, and its
copies are left out of train.

The same packages give the same files, byte for byte. It takes some minutes.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from frazo import _core
from frazo.program.durable_file import write_bytes
from frazo_tools.debian.fetch import PackageError
from frazo_tools.debian.source_arguments import add_source_arguments
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.progress import Progress
from frazo_tools.prose.documents import SourceError, find_or_fetch_sources, read_library
from frazo_tools.prose.near_copies import SIMILARITY
from frazo_tools.prose.packages import PACKAGES, PACKAGES_MB
from frazo_tools.prose.passages import passages
from frazo_tools.prose.report import make_report, print_report, write_manifest, write_report
from frazo_tools.prose.split import Split, split
from frazo_tools.records.input_files import whole_number
from frazo_tools.vocab import training

# English has few characters; rarer ones become tokens of their bytes.
_CHARACTER_COVERAGE = 0.9998
_LEAST_PASSAGE_BYTES = 100


class TextError(Exception):
    """There is no text, or too little. str() says what to change."""


def run(options: argparse.Namespace) -> None:
    """Writes all files.

    Raises:
      TextError, PackageError, SourceError, TrainingError, FrazoError, OSError.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    sources, failures = find_or_fetch_sources(options.paths, options.out / "packages", PACKAGES)
    with Progress("reading", sum(path.stat().st_size for path in sources)) as progress:
        library = read_library(sources, progress)
    library.left_out += failures
    with Progress("leaving out near-copies", len(library.documents), unit="documents"):
        parts = split(library.documents, options.held_out)
    texts = texts_of(parts, options.passage_bytes)
    for name, found in texts.items():
        with _core.RecordWriter(options.out / f"{name}.tfrecord") as writer:
            for text in found:
                writer.write(text.encode())
    model = options.out / "text.model"
    with Progress("training the vocabulary", options.vocab_size, unit="tokens"):
        write_vocabulary(model, texts["train"], options)
    tokenizer = _core.Tokenizer(kind="sentencepiece", model=model)
    tokens = {
        name: sum(len(tokenizer.encode(text)) + 1 for text in found)
        for name, found in texts.items()
    }
    write_manifest(options.out / "manifest.tsv", library)
    report = make_report(library, parts, texts, tokens)
    write_report(options.out / "report.json", report)
    print_report(report)
    print(f"vocabulary: {tokenizer.vocab_size:,} tokens, fingerprint {tokenizer.fingerprint:016x}")
    print(f"written to {options.out}")


def texts_of(parts: Split, most_bytes: int) -> dict[str, list[str]]:
    """Returns the passages of each part.

    Raises:
      TextError: A part has none.
    """
    texts = {
        name: [text for document in found for text in passages(document.paragraphs, most_bytes)]
        for name, found in parts.parts().items()
    }
    for name, found in texts.items():
        if not found:
            raise TextError(
                f"{name} would have no text: {sum(map(len, texts.values())):,} passages were found in "
                "all; give more documents, or another --held_out"
            )
    return texts


def write_vocabulary(path: Path, texts: Sequence[str], options: argparse.Namespace) -> None:
    """Trains a sentencepiece model.

    Raises:
      TextError: The size does not fit the texts. OSError.
    """
    lines = (line.encode() for text in texts for line in text.split("\n"))
    try:
        files: Mapping[str, bytes] = training.train_sentencepiece(
            lines,
            options.vocab_size,
            model_type=options.vocab_kind,
            character_coverage=_CHARACTER_COVERAGE,
        )
    except training.TrainingError as error:
        raise TextError(
            f"--vocab_size={options.vocab_size} does not fit {len(texts):,} passages ({error}); choose "
            "another"
        ) from error
    write_bytes(path, files["model"])


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    docstring = (__doc__ or "").format(
        packages=len(PACKAGES), megabytes=PACKAGES_MB, similarity=SIMILARITY
    )
    parser = documented_parser("lm_text", docstring)
    add_source_arguments(parser, "packages, pages, texts or folders")
    parser.add_argument(
        "--held_out",
        type=_share,
        default=0.02,
        help="share of the documents in dev, and as much in test; default: 0.02",
    )
    parser.add_argument(
        "--passage_bytes",
        type=whole_number(_LEAST_PASSAGE_BYTES),
        default=1000,
        help="most bytes of a passage; default: 1000",
    )
    parser.add_argument(
        "--vocab_size",
        type=whole_number(1),
        default=8000,
        help="tokens in the vocabulary; fewer if the texts do not give more; default: 8000",
    )
    parser.add_argument(
        "--vocab_kind", choices=["unigram", "bpe"], default="unigram", help="default: unigram"
    )
    return parser.parse_args(arguments)


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = 0.0
    if not 0 < share < 0.5:
        raise argparse.ArgumentTypeError(f"'{value}' is not a number above 0 and below 0.5")
    return share


def main(arguments: Sequence[str]) -> int:
    errors = (TextError, PackageError, SourceError, _core.FrazoError, OSError)
    return run_with_options("lm_text", arguments, _parse_arguments, run, errors)


if __name__ == "__main__":
    run_interruptible(main)
