"""make_contender with small programs."""

import re
import sys

import pytest

from tests.benchmarks.figures_program import make_contender, make_python_contender
from tests.benchmarks.side_by_side import Case, Measurement, MeasurementError

RATE = Case("reading", "records/s", higher_is_better=True)


def contender(source: str, **environment: str):
    return make_contender("peer", [sys.executable, "-c", source], {"rate": RATE}, environment)


def test_the_figures_are_those_of_the_last_line():
    source = (
        """print('hello'); print('{"figures": {"rate": 3, "other": 1}, "peak_memory_mb": 7}')"""
    )

    assert contender(source).measure() == Measurement({RATE: 3.0}, 7.0)


def test_the_environment_is_added_to_ours(monkeypatch):
    monkeypatch.setenv("KEPT", "1")
    source = (
        "import json, os; e = os.environ;"
        "print(json.dumps({'figures': {'rate': e['KEPT'] + e['ADDED']}, 'peak_memory_mb': 0}))"
    )

    assert contender(source, ADDED="2").measure().figures == {RATE: 12.0}


def test_a_python_file_sees_the_modules_of_this_process(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import json, os; import pytest\n"
        "print(json.dumps({'figures': {'rate': os.environ['ADDED']}, 'peak_memory_mb': 0}))"
    )
    found = make_python_contender("peer", program, {"rate": RATE}, {"ADDED": "2"})
    assert found.measure().figures == {RATE: 2.0}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "print('no room'); raise SystemExit(3)",
            r"no figures and ended with exit code 3:\n    no room$",
        ),
        ("import sys; print('trouble', file=sys.stderr)", r"exit code 0:\n    trouble$"),
        ("print('{}')", "without a number for 'figures'"),
        (
            """print('{"figures": {"rate": "fast"}, "peak_memory_mb": 0}')""",
            "without a number for .*fast",
        ),
    ],
    ids=["fails", "prints nothing", "prints something else", "prints no number"],
)
def test_a_program_without_figures_says_why(source, message):
    with pytest.raises(MeasurementError, match=re.compile(message, re.DOTALL)):
        contender(source).measure()


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(MeasurementError, match="/nowhere/python cannot be started"):
        make_contender("peer", ["/nowhere/python"], {"rate": RATE}).measure()
