"""The programs of start_up.py do what they are timed for: a wrong exit code is an error."""

import pytest

from tests.benchmarks import start_up
from tests.benchmarks.side_by_side import Case, MeasurementError


def test_every_program_gives_its_answer(tmp_path):
    start_up.write_texts(tmp_path / "texts")
    ours, (python,) = start_up.make_contenders(tmp_path / "texts")
    cases = {start_up.ERROR, start_up.MODELS, start_up.BATCH}
    for contender in (ours, python):
        measurement = contender.measure()
        assert measurement.figures.keys() == cases
        assert measurement.peak_memory_mb > 3


def test_a_program_that_gives_another_exit_code_is_named():
    case = Case("starting", "s", higher_is_better=False)
    with pytest.raises(MeasurementError, match="starting: exit code 3 where 0 is right"):
        start_up._measure({case: (["-c", "raise SystemExit(3)"], 0)})
