"""The programs of coordination.py do what they are measured for."""

import pytest

from tests.benchmarks import coordination


@pytest.mark.parametrize("kind", ["frazo", "bare"])
def test_every_figure_is_measured(kind):
    measurement = coordination.measure(kind, few=2, many=5, seconds=2.5)
    assert measurement.figures.keys() == {
        coordination.FEW_CPU,
        coordination.MANY_CPU,
        coordination.MANY_ANSWER,
        coordination.HASTY_CPU,
        coordination.HASTY_ANSWER,
    }
    assert all(figure > 0 for figure in measurement.figures.values())
    assert measurement.peak_memory_mb > 3
