"""Makes a corpus for speech recognition without network: phrases of Debian's texts, spoken by
espeak-ng.

    ./bazelw run -c opt //tools:spoken_corpus -- --out=/tmp/spoken
    ./bazelw run -c opt //tools:spoken_corpus -- --out=/tmp/spoken --from ~/debs ~/books

Without --from, apt-get fetches {packages} packages of Debian ({megabytes} MB) into OUT/packages;
nothing is installed. With --from, no network is needed: PATHs are .deb packages, .html, .txt and
.md files, or folders of them. The sets are

    train    --utterances phrases in {train} voices
    dev      --held_out phrases in {dev} other voices
    test     --held_out phrases in {test} other voices
    real     recordings of one person, with what is said: the prompts of Asterisk, read by Allison
             Smith (CC-BY-SA 3.0), if their packages are there

OUT/sounds has them in LibriSpeech's layout: FLAC files and transcripts. OUT has the records that
//tools:librispeech makes of them: SET.tfrecord-*, and SET.json with the figures that are printed.

A phrase is 4 to 12 words between two pauses of a text. Documents that dev and test take phrases
from are not in train, and no phrase of theirs is. Each word occurs --least_count times or more in
the phrases of train. The hash of an utterance's id draws rate and pitch. The same packages give the
same files, byte for byte. A set that is complete is not made again.
"""

import argparse
import importlib.util
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from frazo import _core
from frazo_tools.debian.fetch import PackageError
from frazo_tools.debian.package_file import PackageFileError
from frazo_tools.debian.source_arguments import add_source_arguments
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.progress import Progress
from frazo_tools.prose.documents import SourceError, find_or_fetch_sources, read_library
from frazo_tools.records.input_files import whole_number
from frazo_tools.records.table import counted
from frazo_tools.speech.librispeech_layout import FolderSet
from frazo_tools.speech.preparation import Limits, prepare
from frazo_tools.speech.preparation_report import print_reports
from frazo_tools.speech.spoken import prompts
from frazo_tools.speech.spoken.corpus_folder import (
    Speech,
    is_complete,
    spoken,
    utterance_id,
    write_set,
)
from frazo_tools.speech.spoken.phrases import PhraseSets, choose_phrases
from frazo_tools.speech.spoken.synthesis import (
    REQUIRED,
    Line,
    SynthesisError,
    flac_of,
    load_synthesizer,
)
from frazo_tools.speech.spoken.voices import delivery_of, voices_of
from frazo_tools.speech.utterances import CorpusError
from frazo_tools.worker_count import add_worker_count

# In Debian 12 they have this size together.
_MEGABYTES = 23
_TEXTS = ("anarchism", "debian-policy", "debian-reference-en", "developers-reference")
_SHARDS = {"train": 8}
_LIMITS = Limits(least_seconds=0.1, most_seconds=60)
_REAL, _REAL_SPEAKER = "real", 1


class PhraseError(Exception):
    """There are too few phrases. str() says what to change."""


def run(options: argparse.Namespace) -> None:
    """Writes all sets.

    Raises:
      PhraseError, PackageError, PackageFileError, SourceError, SynthesisError, CorpusError,
        FrazoError, OSError.
    """
    for module in REQUIRED:
        if importlib.util.find_spec(module) is None:
            raise SynthesisError(f"the module {module} is missing; run pip install 'frazo[spoken]'")
    options.out.mkdir(parents=True, exist_ok=True)
    sources, failures = find_or_fetch_sources(
        options.paths, options.out / "packages", (*_TEXTS, *prompts.PACKAGES)
    )
    recordings = [path for path in sources if prompts.is_prompts(path)]
    texts = {path: name for path, name in sources.items() if path not in recordings}
    with Progress("reading", sum(path.stat().st_size for path in texts)) as progress:
        library = read_library(texts, progress)
    for failure in failures + library.left_out:
        print(f"left out: {failure}")
    chosen = choose_phrases(library.documents, options.least_count)
    _check(chosen, options)
    print(
        f"{len(library.documents):,} documents have {len(chosen.train):,} + {len(chosen.dev):,} + "
        f"{len(chosen.test):,} phrases of {chosen.num_words:,} different words"
    )
    sounds = options.out / "sounds"
    sounds.mkdir(exist_ok=True)
    numbers = {"train": options.utterances, "dev": options.held_out, "test": options.held_out}
    names = list(numbers)
    for name, number in numbers.items():
        _speak_set(sounds / name, getattr(chosen, name)[:number], options.processes)
    if prompts.has_prompts(recordings):
        _write_prompts(sounds / _REAL, recordings)
        names.append(_REAL)
    else:
        print(f"no real recordings: give the packages {' and '.join(prompts.PACKAGES)}")
    reports = {
        name: prepare(
            FolderSet(sounds / name), options.out, _SHARDS.get(name, 1), _LIMITS, options.processes
        )
        for name in names
    }
    print_reports(reports)
    print(f"written to {options.out}")


def _check(chosen: PhraseSets, options: argparse.Namespace) -> None:
    wanted = {"train": options.utterances, "dev": options.held_out, "test": options.held_out}
    options_of = {"train": "--utterances", "dev": "--held_out", "test": "--held_out"}
    for name, number in wanted.items():
        found = len(getattr(chosen, name))
        if found < number:
            raise PhraseError(
                f"the documents have {counted(found, 'phrase')} for {name}, fewer than the {number:,} of "
                f"{options_of[name]}. Give more documents, or lower it or --least_count."
            )


def _speak_set(folder: Path, phrases: Sequence[str], processes: int) -> None:
    lines = _lines(folder.name, phrases)
    made_of = {
        "lines": len(lines),
        "fingerprint": _core.crc32c(repr(lines).encode()),
        "voices": len(voices_of(folder.name)),
    }
    if is_complete(folder, made_of):
        return
    _forget_report(folder)
    pool = ProcessPoolExecutor(processes, get_context("forkserver"), load_synthesizer)
    with pool, Progress(f"speaking {folder.name}", len(lines), unit="phrases") as progress:
        try:
            write_set(folder, made_of, spoken(lines, flac_of, pool, progress))
        finally:
            pool.shutdown(cancel_futures=True)


def _forget_report(folder: Path) -> None:
    """Removes the report by which `prepare` knows that the records of a set are complete."""
    (folder.parent.parent / f"{folder.name}.json").unlink(missing_ok=True)


def _lines(name: str, phrases: Sequence[str]) -> list[Line]:
    """Returns the lines of a set: its voices take turns."""
    voices = voices_of(name)
    lines = []
    for index, voice in enumerate(voices):
        for number, phrase in enumerate(phrases[index :: len(voices)]):
            utterance = utterance_id(voice.number, number)
            lines.append(Line(utterance, phrase, voice.name, delivery_of(utterance)))
    return lines


def _write_prompts(folder: Path, packages: Sequence[Path]) -> None:
    made_of = {"packages": sorted(path.name for path in packages)}
    if is_complete(folder, made_of):
        return
    _forget_report(folder)
    read = prompts.read_prompts(packages)

    def speeches() -> Iterator[Speech]:
        for number, prompt in enumerate(read.found):
            flac = _core.encode_flac(prompt.samples)
            yield Speech(utterance_id(_REAL_SPEAKER, number), prompt.text, flac)

    write_set(folder, made_of, speeches())
    print(
        f"{_REAL}: {counted(len(read.found), 'recording')}; {read.left_out:,} left out, whose text is "
        "unknown or has digits"
    )


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    docstring = (__doc__ or "").format(
        packages=len(_TEXTS) + len(prompts.PACKAGES),
        megabytes=_MEGABYTES,
        **{name: len(voices_of(name)) for name in ("train", "dev", "test")},
    )
    parser = documented_parser("spoken_corpus", docstring)
    add_source_arguments(parser, "packages, pages, texts or folders")
    parser.add_argument(
        "--utterances",
        type=whole_number(1),
        default=12000,
        help="phrases of train, some 2.5 seconds each; default: 12000",
    )
    parser.add_argument(
        "--held_out",
        type=whole_number(1),
        default=500,
        help="phrases of dev, and as many of test; default: 500",
    )
    parser.add_argument(
        "--least_count",
        type=whole_number(1),
        default=10,
        help="how often each word occurs in the phrases that may be in train; default: 10",
    )
    add_worker_count(parser, "processes", "speak")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    errors = (
        PhraseError,
        PackageError,
        PackageFileError,
        SourceError,
        SynthesisError,
        CorpusError,
        _core.FrazoError,
        OSError,
    )
    return run_with_options("spoken_corpus", arguments, _parse_arguments, run, errors)


if __name__ == "__main__":
    run_interruptible(main)
