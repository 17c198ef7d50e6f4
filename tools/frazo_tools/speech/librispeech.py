"""Makes records for speech recognition from LibriSpeech, or from any sounds with their texts.

    ./bazelw run -c opt //tools:librispeech -- --out=/data/speech dev-clean.tar.gz
    ./bazelw run -c opt //tools:librispeech -- --out=/data/speech /data/LibriSpeech
    ./bazelw run -c opt //tools:librispeech -- --out=/data/speech calls.csv meetings.jsonl

PATHs are OpenSLR's archives (.tar.gz), folders in LibriSpeech's layout (one set such as dev-clean,
or a folder of sets), and manifests: CSV with the columns path and text, or JSON lines as NeMo and
Lhotse write them. For each set the program writes into OUT

    SET.tfrecord-00000-of-00010 ...    tf.Examples: audio (the sound file as it is), transcript,
                                       uttid, milliseconds
    SET.json                           how many utterances and hours, what was left out and
                                       why, and what is clipped

The hash of an utterance's id chooses its shard, so that the same corpus gives the same files, byte
for byte. Every sound is decoded once: one that is damaged, silent, too long or too short is named,
and the rest goes on; a clipped one is named and taken. A set whose report is there is complete and
is not read again, so that the program can be stopped and started again. An archive is read once
from its beginning to its end.

LibriSpeech's transcripts become lower case. The sets train-* are for training; see docs/speech.md.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from frazo import _core
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.records.input_files import whole_number
from frazo_tools.speech.librispeech_layout import ARCHIVES, TRANSCRIPTS, ArchiveSet, FolderSet
from frazo_tools.speech.manifest import MANIFESTS, ManifestSet
from frazo_tools.speech.preparation import Limits, prepare
from frazo_tools.speech.preparation_report import print_reports
from frazo_tools.speech.utterances import CorpusError, SpeechSet
from frazo_tools.worker_count import add_worker_count

# As many as Lingvo's LibriSpeech models read; some 600 MB each.
_SHARDS = {"train-clean-100": 10, "train-clean-360": 40, "train-other-500": 50}


def run(options: argparse.Namespace) -> None:
    """Writes all sets.

    Raises:
      CorpusError, OSError, FrazoError.
    """
    sets = find_sets(options.paths)
    options.out.mkdir(parents=True, exist_ok=True)
    limits = Limits(options.least_seconds, options.most_seconds)
    reports = {}
    for speech in sets:
        shards = options.shards or _SHARDS.get(speech.name, 1)
        reports[speech.name] = prepare(speech, options.out, shards, limits, options.threads)
    print_reports(reports)
    print(f"written to {options.out}")


def find_sets(paths: Sequence[Path]) -> list[SpeechSet]:
    """Returns the sets at the paths.

    Raises:
      CorpusError: A path is nothing of the kind, or two sets have one name.
    """
    sets: list[SpeechSet] = []
    for path in paths:
        if path.is_dir():
            sets += _sets_of_folder(path)
        elif not path.exists():
            raise CorpusError(f"{path} does not exist")
        elif path.name.endswith(ARCHIVES):
            sets.append(ArchiveSet(path))
        elif path.name.endswith(MANIFESTS):
            sets.append(ManifestSet(path))
        else:
            raise CorpusError(
                f"{path} is no folder, no archive ({', '.join(ARCHIVES)}) and no manifest "
                f"({', '.join(MANIFESTS)})"
            )
    names: dict[str, str] = {}
    for speech in sets:
        if speech.name in names:
            raise CorpusError(
                f"{names[speech.name]} and {speech.source} are both called {speech.name}; prepare them "
                "into different folders"
            )
        names[speech.name] = speech.source
    return sets


def _sets_of_folder(folder: Path) -> list[SpeechSet]:
    # speaker/chapter/*.trans.txt in a set; set/speaker/chapter/*.trans.txt in a folder of sets.
    if any(folder.glob("*/*/*" + TRANSCRIPTS)):
        return [FolderSet(folder)]
    inner = sorted(path for path in folder.iterdir() if any(path.glob("*/*/*" + TRANSCRIPTS)))
    if not inner:
        raise CorpusError(
            f"{folder} is no set of LibriSpeech: it has no SPEAKER/CHAPTER/*{TRANSCRIPTS}, nor has a "
            "folder in it"
        )
    return [FolderSet(path) for path in inner]


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < 1e6:
        raise argparse.ArgumentTypeError(f"'{value}' is no number of seconds")
    return seconds


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("librispeech", __doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="what to read")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write")
    parser.add_argument(
        "--shards",
        type=whole_number(1),
        help="files for each set; default: 10, 40 and 50 for LibriSpeech's sets for training, else 1",
    )
    parser.add_argument(
        "--least_seconds",
        type=_seconds,
        default=0.1,
        help="leaves out shorter sounds; default: 0.1",
    )
    parser.add_argument(
        "--most_seconds", type=_seconds, default=60, help="leaves out longer sounds; default: 60"
    )
    add_worker_count(parser, "threads", "decode")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    return run_with_options(
        "librispeech", arguments, _parse_arguments, run, (CorpusError, _core.FrazoError, OSError)
    )


if __name__ == "__main__":
    run_interruptible(main)
