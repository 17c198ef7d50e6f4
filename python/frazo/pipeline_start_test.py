"""A program that reads data starts at once."""

import os
import resource
import subprocess
import sys

import pytest

from frazo import _core

# From the start of Python to the first batch.
LIMIT_SECONDS = 0.2

PROGRAM = """
import sys
import frazo

pipeline = frazo.Pipeline('''
    source {{ files {{ files {{ patterns: "{folder}/texts" }} shuffle {{}} }} }}
    processor {{
      raw {{ name: "text" }}
      steps {{ tokenize {{ field: "text" tokenizer {{ grapheme {{}} }} }} }}
    }}
    batcher {{ buckets {{ length_of: "text" bounds: [100, 200] tokens: 4096 }} }}
''')
assert next(pipeline)["text"].ndim == 2
assert "tensorflow" not in sys.modules
"""


@pytest.fixture
def program(tmp_path):
    with _core.RecordWriter(tmp_path / "texts") as writer:
        for number in range(20_000):
            writer.write(b"a line of text, number %d" % number)
    return PROGRAM.format(folder=tmp_path)


def processor_seconds(program: str) -> float:
    """Of a fresh process: unlike the time by the clock it does not grow with what else the machine
    does; with all threads it is no less than the clock would say on an idle machine.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", program], check=True, env=dict(os.environ), stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_start_to_first_batch(program):
    bare = min(processor_seconds("pass") for _ in range(3))
    whole = min(processor_seconds(program) for _ in range(5))
    print(f"{whole - bare:.3f} s beyond Python's own {bare:.3f} s")
    assert whole - bare < LIMIT_SECONDS
