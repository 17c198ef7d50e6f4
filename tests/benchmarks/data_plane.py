"""Reading, shuffling, tokenizing and padding beside tf.data, array_record and Lingvo, in turns.

    ./bazelw run -c opt //tests/benchmarks:data_plane -- [--peers=DIR] [--json=FILE] [--rounds=3]

Every measurement is a process of its own; the files, made first in the temporary folder (about 0.5
GB), lie in the page cache. docs/benchmarks.md says how DIR is made and keeps the last table.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import data_plane_files, side_by_side
from tests.benchmarks.figures_program import make_contender
from tests.benchmarks.side_by_side import Case, Comparison, Contender

IN_CPP = Case("records in order, in C++", "records/s", higher_is_better=True)
IN_ORDER = Case("records in order, to Python", "records/s", higher_is_better=True)
SHUFFLED_IN_CPP = Case("records shuffled, in C++", "records/s", higher_is_better=True)
SHUFFLED = Case("records shuffled, to Python", "records/s", higher_is_better=True)
PAIRS = Case("text to padded ids", "pairs/s", higher_is_better=True)
REAL_SHARE = Case("positions not padding", "share", higher_is_better=True)

RECORDS, PAIR_COUNT = 200_000, 200_000
HERE = Path(__file__).absolute().parent
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "2"}
LINGVO_ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2"}


class Contenders:
    """Makes contenders that read `records` or `pairs`, folders of data_plane_files."""

    def __init__(self, records: Path, pairs: Path, peers: Path | None):
        self._records, self._pairs = str(records), str(pairs)
        self._lingvo = _installed(peers, "lv13/bin/python", "Lingvo")
        self._array_record = _installed(peers, "env/bin/python", "array_record")
        if self._array_record:
            script = HERE / "peers/array_record_records.py"
            subprocess.run([self._array_record, script, "write", records], check=True)

    def in_cpp(self) -> tuple[Contender, list[Contender]]:
        return self._record_reading("Frazo", "in_order", IN_CPP), [
            self._tfdata_records("tf.data, one thread", "dropped", IN_CPP),
            self._record_reading("limit: read and CRC on one core", "limit", IN_CPP),
        ]

    def in_order(self) -> tuple[Contender, list[Contender]]:
        peers = [self._tfdata_records("tf.data, one thread", "in_order", IN_ORDER)]
        if self._array_record:
            script = str(HERE / "peers/array_record_records.py")
            for how in ("records", "files"):
                command = [self._array_record, script, how, self._records]
                peers.append(_records_contender(f"array_record, by {how}", command, IN_ORDER))
        if self._lingvo:
            peers.append(self._lingvo_records("in_order", IN_ORDER))
        return self._frazo_records("in_order", IN_ORDER), peers

    def shuffled_in_cpp(self) -> tuple[Contender, list[Contender]]:
        peers = [self._tfdata_records("tf.data, dropped", "interleaved_dropped", SHUFFLED_IN_CPP)]
        return self._record_reading("Frazo", "shuffled", SHUFFLED_IN_CPP), peers

    def shuffled(self) -> tuple[Contender, list[Contender]]:
        peers = [
            self._tfdata_records("tf.data, 2 files in parallel", "interleaved", SHUFFLED),
            self._tfdata_records("tf.data, 8 files in turn", "serial", SHUFFLED),
        ]
        if self._lingvo:
            peers.append(self._lingvo_records("shuffled", SHUFFLED))
        return self._frazo_records("shuffled", SHUFFLED), peers

    def pairs(self) -> tuple[Contender, list[Contender]]:
        ours = self._pairs_contender("Frazo", sys.executable, HERE / "frazo_pairs.py")
        peers = []
        for name, python, script in (
            ("tf.data", sys.executable, HERE / "peers/tfdata_pairs.py"),
            ("Lingvo 0.14", self._lingvo, HERE / "peers/lingvo_pairs.py"),
        ):
            for how in ("whole_batches", "single_lines"):
                if python:
                    title = f"{name}, {how.replace('_', ' ')}"
                    peers.append(self._pairs_contender(title, python, script, how))
        return ours, peers

    def _record_reading(self, name: str, how: str, case: Case) -> Contender:
        program = str(HERE / "record_reading")
        return _records_contender(name, [program, how, self._records, str(RECORDS)], case)

    def _frazo_records(self, how: str, case: Case) -> Contender:
        command = [sys.executable, str(HERE / "frazo_records.py"), how, self._records, str(RECORDS)]
        return _records_contender("Frazo", command, case, ENVIRONMENT)

    def _tfdata_records(self, name: str, how: str, case: Case) -> Contender:
        script = str(HERE / "peers/tfdata_records.py")
        command = [sys.executable, script, how, self._records, str(RECORDS)]
        return _records_contender(name, command, case, ENVIRONMENT)

    def _lingvo_records(self, how: str, case: Case) -> Contender:
        script = str(HERE / "peers/lingvo_records.py")
        command = [self._lingvo, script, how, self._records, str(RECORDS)]
        return _records_contender("Lingvo 0.14", command, case, LINGVO_ENVIRONMENT)

    def _pairs_contender(self, name: str, python: str, script: Path, *how: str) -> Contender:
        return make_contender(
            name,
            [python, str(script), *how, self._pairs],
            {"pairs_per_second": PAIRS, "real_share": REAL_SHARE},
            ENVIRONMENT if python == sys.executable else LINGVO_ENVIRONMENT,
        )


def _records_contender(
    name: str, command: Sequence[str], case: Case, environment: dict[str, str] | None = None
) -> Contender:
    return make_contender(name, command, {"records_per_second": case}, environment)


def _installed(peers: Path | None, program: str, name: str) -> str | None:
    path = peers / program if peers else None
    if path and path.exists():
        return str(path)
    where = path or "--peers was not given"
    print(f"{name} is left out: not installed ({where}); see docs/benchmarks.md")
    return None


def _compare_all(contenders: Contenders, rounds: int) -> list[Comparison]:
    comparisons = []
    for group in (
        contenders.in_cpp,
        contenders.in_order,
        contenders.shuffled_in_cpp,
        contenders.shuffled,
        contenders.pairs,
    ):
        ours, peers = group()
        comparisons += side_by_side.compare(ours, peers, rounds)
    return comparisons


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    with tempfile.TemporaryDirectory() as scratch:
        records, pairs = Path(scratch) / "records", Path(scratch) / "pairs"
        for folder, write, count in (
            (records, data_plane_files.write_records, RECORDS),
            (pairs, data_plane_files.write_pairs, PAIR_COUNT),
        ):
            print(f"making {count:,} {folder.name}", flush=True)
            folder.mkdir()
            write(folder, count)
        contenders = Contenders(records, pairs, options.peers)
        return side_by_side.run(lambda: _compare_all(contenders, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
