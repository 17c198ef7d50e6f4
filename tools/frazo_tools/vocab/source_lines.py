"""Makes the data of classification.source_lines: lines of this checkout's files, by language.

    ./bazelw run //tools:source_lines

Every line of C++, Python, Protobuf, Bazel and Markdown becomes one record `label TAB line`: the
label is the language's number in labels.txt. Blanks at both ends are removed, a tab becomes a
blank, and lines with fewer than three letters or digits are left out. One file in five is for
testing. Lines that also occur in a training file are not tested. OUTPUT then holds

    train.tfrecord, test.tfrecord    the records; the same line of the same language once
    labels.txt                       the languages, one a line, from number 0
    pieces.merges, pieces.vocab      2,000 byte-pair pieces of the training lines, as
                                     //tools:build_vocab makes them

The same files give the same data, byte for byte. It takes some seconds and 4 MB.
"""

import argparse
import os
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from frazo import _core
from frazo.program.command_line import run_program
from frazo_tools.documented_parser import documented_parser
from frazo_tools.vocab import build_vocab

LANGUAGES = {
    "C++": (".cc", ".h"),
    "Python": (".py",),
    "Protobuf": (".proto",),
    "Bazel": ("BUILD", ".bzl", "WORKSPACE"),
    "Markdown": (".md",),
}
# One file in this many is for testing.
TEST_PERIOD = 5
MIN_WORD_CHARACTERS = 3
VOCABULARY_SIZE = 2000

# A line and the number of its language.
Example = tuple[int, bytes]


class SourceError(Exception):
    """The folder is not as expected. str() names it and the remedy."""


def source_files(root: Path) -> dict[Path, int]:
    """Returns the language of each file below `root`, sorted by name. Skips hidden folders and
    Bazel's links.
    """
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith((".", "bazel-"))]
        for name in files:
            for number, endings in enumerate(LANGUAGES.values()):
                if name.endswith(endings):
                    found[Path(folder, name)] = number
    return dict(sorted(found.items()))


def lines_of(content: bytes) -> Iterator[bytes]:
    """Yields the lines with enough letters or digits, without outer blanks and tabs."""
    for line in content.splitlines():
        if sum(chr(byte).isalnum() for byte in line) >= MIN_WORD_CHARACTERS:
            yield line.strip().replace(b"\t", b" ")


def is_test_file(path: Path, root: Path) -> bool:
    """Decides by the file's name only, so that a file stays on its side when files are added."""
    return zlib.crc32(path.relative_to(root).as_posix().encode()) % TEST_PERIOD == 0


def split_examples(root: Path) -> tuple[list[Example], list[Example]]:
    """Returns examples for training and for testing: each one once, none in both.

    Raises:
      SourceError: There are none.
    """
    # Dictionaries keep the order and remove repetitions.
    train: dict[Example, None] = {}
    test: dict[Example, None] = {}
    for path, number in source_files(root).items():
        side = test if is_test_file(path, root) else train
        side.update(((number, line), None) for line in lines_of(path.read_bytes()))
    known_lines = {line for _, line in train}
    tested = [example for example in test if example[1] not in known_lines]
    if not train or not tested:
        raise SourceError(
            f"{root}: no files of {', '.join(LANGUAGES)} to train or test on; "
            "give --source the folder of a checkout"
        )
    return list(train), tested


def write_records(path: Path, examples: Iterable[Example]) -> None:
    with _core.RecordWriter(path) as writer:
        for number, line in examples:
            writer.write(b"%d\t%s" % (number, line))


def describe(name: str, examples: Sequence[Example]) -> str:
    """Describes the number of lines of each language."""
    counts = Counter(number for number, _ in examples)
    shares = ", ".join(
        f"{language} {counts[number] / len(examples):.1%}"
        for number, language in enumerate(LANGUAGES)
    )
    return f"{name}: {len(examples):,} lines: {shares}"


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("source_lines", __doc__)
    parser.add_argument(
        "--source",
        type=Path,
        default=Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", ".")),
        help="the folder whose files are read; default: this checkout",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("/tmp/source_lines"),
        help="folder to write to; default: /tmp/source_lines, where classification.source_lines looks",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    output = options.output.absolute()
    try:
        train, test = split_examples(options.source.absolute())
        output.mkdir(parents=True, exist_ok=True)
        for name, examples in (("train", train), ("test", test)):
            write_records(output / f"{name}.tfrecord", examples)
            print(describe(name, examples))
        (output / "labels.txt").write_text("".join(f"{language}\n" for language in LANGUAGES))
    except (SourceError, _core.FrazoError, OSError) as error:
        print(f"source_lines: {error}", file=sys.stderr)
        return 1
    return build_vocab.main(
        [
            "--kind=bpe",
            f"--size={VOCABULARY_SIZE}",
            "--format=tfrecord",
            "--columns=1",
            f"--output={output / 'pieces'}",
            str(output / "train.tfrecord"),
        ]
    )


if __name__ == "__main__":
    run_program(main)
