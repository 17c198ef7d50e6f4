"""Trains a vocabulary from texts, for the tokenizers of Frazo's input pipelines.

    ./bazelw run //tools:build_vocab -- --kind=bpe --size=32000 --output=vocab/ende train.de train.en

Kinds, and the files that each writes:

    grapheme               OUTPUT.vocab: the most frequent characters, one a line
    word                   OUTPUT.vocab: the most frequent words (the parts between blanks)
    bpe                    OUTPUT.merges and OUTPUT.vocab: byte-pair merges (Sennrich et al. 2016)
                           and their pieces; `@@` ends a piece that does not end its word
    sentencepiece-unigram  OUTPUT.model: a model of the sentencepiece library (Kudo 2018), from
    sentencepiece-bpe      which every text comes back exactly: nothing is normalized, and
                           characters without a piece become tokens of their bytes

The texts are the lines of FILEs, gzipped or not (--format=text), or records (--format=tfrecord).
--columns=0,1 takes tab-separated columns of lines or records, counted from 0;
--columns=source,target takes bytes features of tf.Example records. All columns make one vocabulary
together.

--normalization=NFC writes letters with marks as single characters before anything is counted, NFKC
also ligatures, full-width forms and other characters that only look different as plain ones.
--remove_invisible leaves out soft hyphens, zero-width spaces, word joiners and byte order marks.
The tokenizer must do the same: the printed configuration says so.

The first ids are those of <unk>, <s> and </s>. The same texts give the same files, byte for byte. A
file appears when it is complete. At the end the program prints the lines for a configuration, and
how well the vocabulary fits its texts.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from frazo import _core
from frazo.program.command_line import run_program
from frazo.program.durable_file import write_bytes
from frazo_tools.documented_parser import documented_parser
from frazo_tools.progress import Progress
from frazo_tools.vocab import training as training
from frazo_tools.vocab.texts import TextError, Texts

KINDS = ["grapheme", "word", "bpe", "sentencepiece-unigram", "sentencepiece-bpe"]
# Fields of the tokenizer's message, by the end of the file's name.
_FIELDS = {"vocab": "vocabulary", "merges": "merges", "model": "model"}


def train(options: argparse.Namespace, texts: Texts) -> tuple[training.Counts, dict[str, bytes]]:
    """Counts the texts and returns the files' contents.

    Raises:
        TextError: a file is wrong. TrainingError: the options or the texts are wrong.
    """
    with Progress("reading", texts.file_bytes) as progress:
        counts = training.count(texts.read(progress), with_characters=options.kind == "grapheme")
    if not counts.words:
        raise training.TrainingError("no words found; check --format and --columns")
    if options.kind == "grapheme":
        return counts, training.train_graphemes(counts, options.size)
    if options.kind == "word":
        return counts, training.train_words(counts, options.size)
    with Progress("training", options.size, unit="tokens") as progress:
        if options.kind == "bpe":
            return counts, training.train_bpe(
                counts,
                options.size,
                character_coverage=options.character_coverage,
                progress=progress,
            )
        return counts, training.train_sentencepiece(
            texts.read(),
            options.size,
            model_type=options.kind.removeprefix("sentencepiece-"),
            character_coverage=options.character_coverage,
        )


def write(output: Path, files: dict[str, bytes]) -> dict[str, Path]:
    """Writes OUTPUT.<ending> for each file, whole or not at all. Returns the paths by ending."""
    output.parent.mkdir(parents=True, exist_ok=True)
    paths = {}
    for ending, content in files.items():
        path = output.parent / f"{output.name}.{ending}"
        write_bytes(path, content)
        paths[ending] = path
    return paths


def summarize(
    kind: str,
    counts: training.Counts,
    paths: dict[str, Path],
    normalization: str = "NONE",
    remove_invisible: bool = False,
) -> str:
    """Describes how well the vocabulary fits its texts, word by word, and the configuration
    for it.
    """
    field = kind.partition("-")[0]
    files = {_FIELDS[ending]: path for ending, path in paths.items()}
    tokenizer = _core.Tokenizer(kind=field, **cast(dict[str, Any], files))
    tokens = unknown = covered_bytes = all_bytes = 0
    for word, occurrences in counts.words.items():
        text = word.encode()
        ids, spans = tokenizer.encode_with_offsets(text)
        is_unknown = ids == tokenizer.unk_id
        unknown_bytes = int((spans[is_unknown, 1] - spans[is_unknown, 0]).sum())
        tokens += occurrences * len(ids)
        unknown += occurrences * int(is_unknown.sum())
        all_bytes += occurrences * len(text)
        covered_bytes += occurrences * (len(text) - unknown_bytes)
    words = counts.words.total()
    lines = [
        f"texts: {counts.texts:,}; words: {words:,}, {len(counts.words):,} different",
        f"vocabulary: {tokenizer.vocab_size:,} tokens, fingerprint {tokenizer.fingerprint:016x}",
        f"coverage: {covered_bytes / all_bytes:.4%} of the words' bytes are in known tokens",
        f"unknown tokens: {unknown / tokens:.4%}",
        f"tokens per word: {tokens / words:.3f}",
    ]
    if counts.invalid:
        lines.append(f"not UTF-8: {counts.invalid:,} sequences of bytes, each read as U+FFFD")
    settings = " ".join(f'{name}: "{path}"' for name, path in sorted(files.items()))
    rules = f" normalization: {normalization}" if normalization != "NONE" else ""
    rules += " remove_invisible: true" if remove_invisible else ""
    lines.append(f"in a configuration: tokenizer {{ {field} {{ {settings} }}{rules} }}")
    return "\n".join(lines)


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("build_vocab", __doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="holds texts")
    parser.add_argument("--kind", required=True, choices=KINDS, help="see below")
    parser.add_argument(
        "--size",
        required=True,
        type=_whole_number,
        help="tokens in the vocabulary, including special ones; fewer if the texts do not give more",
    )
    parser.add_argument(
        "--output", required=True, type=Path, help="path prefix of the files; an ending is added"
    )
    parser.add_argument(
        "--format", choices=["text", "tfrecord"], default="text", help="default: text"
    )
    parser.add_argument(
        "--columns",
        default=[],
        type=lambda value: value.split(","),
        help="parts of a line or record that are texts; default: the whole",
    )
    parser.add_argument(
        "--compression",
        choices=["none", "gzip", "zlib", "zstd"],
        default="none",
        help="of tfrecord files; default: none",
    )
    parser.add_argument(
        "--normalization",
        choices=["NONE", "NFC", "NFKC"],
        default="NONE",
        help="Unicode's normal form of the texts; default: NONE, as they are",
    )
    parser.add_argument(
        "--remove_invisible",
        action="store_true",
        help="leave out soft hyphens and other characters without a width",
    )
    parser.add_argument(
        "--character_coverage",
        type=_share,
        default=0.9995,
        help="share of the text in characters with their own pieces (bpe, "
        "sentencepiece); lower it for scripts of many characters; default: 0.9995",
    )
    return parser.parse_args(arguments)


def _normalizer(options: argparse.Namespace) -> Callable[[bytes], bytes]:
    if options.normalization == "NONE" and not options.remove_invisible:
        return lambda text: text
    return lambda text: _core.normalize_text(text, options.normalization, options.remove_invisible)


def _number(convert: Callable[[str], float], value: str, low: float, high: float) -> float:
    try:
        number = convert(value)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"'{value}' is not a number from {low} to {high}")
    return number


def _whole_number(value: str) -> int:
    return int(_number(int, value, len(training.SPECIAL_TOKENS) + 1, 2**31 - 1))


def _share(value: str) -> float:
    return _number(float, value, 0, 1)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    try:
        texts = Texts(
            options.files,
            file_format=options.format,
            columns=options.columns,
            compression=options.compression,
            normalize=_normalizer(options),
        )
        counts, files = train(options, texts)
        paths = write(options.output, files)
        print(
            summarize(options.kind, counts, paths, options.normalization, options.remove_invisible)
        )
        for path in paths.values():
            print(f"{path}: {path.stat().st_size:,} bytes")
    except (TextError, training.TrainingError, _core.FrazoError, OSError) as error:
        print(f"build_vocab: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run_program(main)
