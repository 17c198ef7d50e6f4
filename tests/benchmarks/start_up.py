"""How long programs take from the start of Python to their first answer, beside Python alone.

    ./bazelw run -c opt //tests/benchmarks:start_up -- [--json=FILE] [--rounds=3]

Programs: the trainer that tells a configuration error, the trainer that lists the models, and a
program that takes the first batch of a pipeline. Every measurement is a process of its own.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from frazo import _core

from tests.benchmarks import side_by_side
from tests.benchmarks.side_by_side import Case, Contender, Measurement, MeasurementError

ERROR = Case("trainer, start to a configuration error", "s", higher_is_better=False)
MODELS = Case("trainer, start to the end of --model=list", "s", higher_is_better=False)
BATCH = Case("pipeline, start to the first batch", "s", higher_is_better=False)

_TRAINER = ["-m", "frazo.jobs.trainer"]
_FIRST_BATCH = """
import frazo

pipeline = frazo.Pipeline('''
    source {{ files {{ files {{ patterns: "{records}" }} shuffle {{}} }} }}
    processor {{
      raw {{ name: "text" }}
      steps {{ tokenize {{ field: "text" tokenizer {{ grapheme {{}} }} }} }}
    }}
    batcher {{ buckets {{ length_of: "text" bounds: [100, 200] tokens: 4096 }} }}
''')
assert next(pipeline)["text"].ndim == 2
"""


def write_texts(path: Path) -> None:
    with _core.RecordWriter(path) as writer:
        for number in range(20_000):
            writer.write(b"a line of text, number %d" % number)


def make_contenders(records: Path) -> tuple[Contender, list[Contender]]:
    """records: the file of write_texts."""
    program = _FIRST_BATCH.format(records=records)
    frazo = {
        # The name lacks its last letter.
        ERROR: ([*_TRAINER, "--model=image.mnist.LeNet", f"--logdir={records}.log"], 2),
        MODELS: ([*_TRAINER, "--model=list"], 0),
        BATCH: (["-c", program], 0),
    }
    python = dict.fromkeys(frazo, (["-c", "pass"], 0))

    def contender(name, programs):
        return Contender(name, lambda: _measure(programs))

    return contender("Frazo", frazo), [contender("Python alone", python)]


def _measure(programs: dict[Case, tuple[Sequence[str], int]]) -> Measurement:
    """programs: arguments of Python and the exit code that is right, of each case."""
    figures, memory_mb = {}, 0.0
    for case, (arguments, exit_code) in programs.items():
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # Not Popen.wait(): only wait4 tells the memory.
        _, status, usage = os.wait4(process.pid, 0)
        figures[case] = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != exit_code:
            raise MeasurementError(
                f"{case.name}: exit code {process.returncode} where {exit_code} is right"
            )
        # Linux counts ru_maxrss in KiB.
        memory_mb = max(memory_mb, usage.ru_maxrss / 1024)
    return Measurement(figures, memory_mb)


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder) / "texts"
        write_texts(records)
        ours, peers = make_contenders(records)
        return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
