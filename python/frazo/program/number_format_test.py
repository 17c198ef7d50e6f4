import pytest
from frazo.program.number_format import (
    format_bytes,
    format_duration,
    format_metric,
    format_metrics,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.94149, "0.9415"),
        (0.0, "0.0000"),
        (1.0, "1.0000"),
        (-2.5, "-2.5000"),
        (0.0001, "0.0001"),
        (0.00012345, "0.0001234"),
        (1e-7, "1e-07"),
        (256.0, "256"),
        (6579.25, "6579.2500"),
        (123456.7, "1.235e+05"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_metric(value, expected):
    assert format_metric(value) == expected


def test_metrics_come_in_the_order_of_their_names():
    assert format_metrics({"loss": 0.25, "acc5": 0.9978}) == "acc5: 0.9978, loss: 0.2500"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03")],
)
def test_duration(seconds, expected):
    assert format_duration(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(999, "999 B"), (1000, "1.0 kB"), (9_588_261, "9.6 MB"), (2_500_000_000, "2.5 GB")],
)
def test_bytes(count, expected):
    assert format_bytes(count) == expected
