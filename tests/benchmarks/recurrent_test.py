import itertools

import lstm_workload
import matmul_peak
import pytest
from lstm_workload import measure, step_flops

from tests.benchmarks.recurrent import CASES, make_contenders


def test_flops_of_a_step():
    # Forward 2 * 2 * 8 * 200 * 4096 = 26,214,400 times the features of a layer's two factors, which
    # are 2048 and three times 3072; three times that, less 26,214,400 * 1024.
    assert step_flops() == 26_214_400 * (3 * (2048 + 3 * 3072) - 1024)


def test_share_is_that_of_the_faster_peak(monkeypatch):
    monkeypatch.setattr(matmul_peak, "_PEAK_SIZE", 64)
    # Each step takes a second, each product of 2 * 64^3 operations first two, then one.
    now = itertools.chain(
        [0, 2] * matmul_peak._PEAK_REPETITIONS,
        [0, lstm_workload._TIMED_STEPS],
        [0, 1] * matmul_peak._PEAK_REPETITIONS,
    )
    monkeypatch.setattr(matmul_peak.time, "perf_counter", lambda: next(now))
    steps = []
    figures = measure(lambda: steps.append(1))
    assert figures["rate"] == 1
    assert figures["share"] == pytest.approx(step_flops() / (2 * 64**3))
    assert len(steps) == lstm_workload._WARM_UP_STEPS + lstm_workload._TIMED_STEPS


def test_contenders_are_measured_in_all_cases():
    ours, peers = make_contenders()
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["Keras"]
    assert set(CASES) == {"rate", "share"}
