"""The runner with contenders whose figures are written down beforehand."""

import io
import itertools
import json

import pytest

from tests.benchmarks import side_by_side
from tests.benchmarks.side_by_side import Case, Contender, Measurement, MeasurementError

RATE = Case("Reading", "records/s", higher_is_better=True)
START = Case("Start", "s", higher_is_better=False)


def scripted(name, *turns, log=None, memory=(100.0,)):
    """A contender that gives the figures of `turns` one after the other, and raises the errors."""
    remaining = iter(turns)
    memories = itertools.cycle(memory)

    def measure():
        if log is not None:
            log.append(name)
        turn = next(remaining)
        if isinstance(turn, Exception):
            raise turn
        return Measurement(turn, next(memories))

    return Contender(name, measure)


def ignore(line):
    pass


def test_contenders_take_turns():
    log = []
    ours = scripted("Frazo", *[{RATE: 1.0}] * 2, log=log)
    peers = [scripted(name, *[{RATE: 1.0}] * 2, log=log) for name in ("A", "B")]

    side_by_side.compare(ours, peers, rounds=2, report=ignore)

    assert log == ["Frazo", "A", "B", "Frazo", "A", "B"]


def test_medians_and_spreads_are_taken_over_the_rounds():
    ours = scripted("Frazo", {RATE: 30.0}, {RATE: 10.0}, {RATE: 20.0}, memory=(5, 9, 7))
    peer = scripted("A", {RATE: 8.0}, {RATE: 10.0}, {RATE: 90.0})

    (row,) = side_by_side.compare(ours, [peer], rounds=3, report=ignore)

    assert row.ours == (20.0, 10.0, 30.0)
    assert row.peer == (10.0, 8.0, 90.0)
    assert row.ratio == 2.0
    assert (row.our_memory_mb, row.peer_memory_mb) == (9, 100)


def test_where_less_is_better_the_ratio_is_above_one_when_we_need_less():
    (row,) = side_by_side.compare(
        scripted("Frazo", {START: 4.0}), [scripted("A", {START: 12.0})], rounds=1, report=ignore
    )

    assert row.ratio == 3.0


def test_only_cases_of_both_are_compared():
    ours = scripted("Frazo", {RATE: 4.0, START: 1.0})
    peers = [scripted("A", {RATE: 2.0}), scripted("B", {RATE: 1.0, START: 2.0})]

    rows = side_by_side.compare(ours, peers, rounds=1, report=ignore)

    assert [(row.case, row.peer_name, row.ratio) for row in rows] == [
        (RATE, "A", 2.0),
        (RATE, "B", 4.0),
        (START, "B", 2.0),
    ]


def test_a_peer_that_fails_is_left_out_with_a_word():
    log, reports = [], []
    ours = scripted("Frazo", *[{RATE: 1.0}] * 3)
    peer = scripted("A", {RATE: 1.0}, MeasurementError("A ended with exit code 3"), log=log)

    rows = side_by_side.compare(ours, [peer], rounds=3, report=reports.append)

    assert rows == []
    assert log == ["A", "A"]
    assert "A is left out: A ended with exit code 3" in reports


def test_our_own_failure_is_an_error():
    ours = scripted("Frazo", MeasurementError("no checkpoint"))

    with pytest.raises(MeasurementError, match="no checkpoint"):
        side_by_side.compare(ours, [], rounds=1, report=ignore)


def test_the_table_is_aligned_markdown():
    ours = scripted("Frazo", {RATE: 1234.5, START: 0.5}, memory=(512.4,))
    peer = scripted("A", {RATE: 617.25, START: 4.0})
    output = io.StringIO()

    rows = side_by_side.compare(ours, [peer], rounds=1, report=ignore)
    side_by_side.write_table(rows, 1, output)

    assert output.getvalue().splitlines()[:4] == [
        "| case               | Frazo                | peer |                   "
        "| ratio | memory, MB: Frazo | peer |",
        "| ------------------ | -------------------- | ---- | ----------------- "
        "| ----- | ----------------- | ---- |",
        "| Reading, records/s | 1,234 [1,234, 1,234] | A    | 617 [617, 617]    "
        "| 2.00  | 512               | 100  |",
        "| Start, s           | 0.500 [0.500, 0.500] | A    | 4.00 [4.00, 4.00] "
        "| 8.00  | 512               | 100  |",
    ]


def test_json_has_an_object_a_line(tmp_path):
    ours, peer = scripted("Frazo", {RATE: 6.0}), scripted("A", {RATE: 4.0})

    rows = side_by_side.compare(ours, [peer], rounds=1, report=ignore)
    side_by_side.write_json(rows, tmp_path / "out.json")

    (line,) = (tmp_path / "out.json").read_text().splitlines()
    assert json.loads(line) == {
        "case": "Reading",
        "ours": 6.0,
        "peer": 4.0,
        "peer_name": "A",
        "unit": "records/s",
        "ratio": 1.5,
    }


def test_paths_are_taken_from_where_the_user_is(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    (tmp_path / "environments").mkdir()

    options = side_by_side.parse_arguments("", ["--peers=environments"])

    assert options.peers == tmp_path / "environments"
    assert (options.rounds, options.json) == (3, None)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--rounds=0", "0 is not a positive number"),
        ("--peers=/nowhere", "/nowhere is not a folder"),
    ],
)
def test_wrong_arguments_are_named(monkeypatch, capsys, argument, message):
    monkeypatch.delenv("BUILD_WORKING_DIRECTORY", raising=False)
    with pytest.raises(SystemExit, match="2"):
        side_by_side.parse_arguments("", [argument])

    assert message in capsys.readouterr().err
