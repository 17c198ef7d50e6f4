import errno
import io

import pytest
from frazo.input.lost_records import LostRecords
from frazo.program.console import Console
from frazo.scores.score_log import ScoreLog
from frazo.scores.score_records import ScoreRecords


def test_a_full_disk_is_said_once_and_scores_go_on_when_there_is_room(tmp_path, monkeypatch):
    err = io.StringIO()
    records = ScoreRecords(tmp_path, Console(io.StringIO(), err))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(ScoreLog, "append", full)
        records.add(10, {"loss": 0.5})
        records.add(20, {"loss": 0.5})
    records.add(30, {"loss": 0.25})
    records.close()
    assert err.getvalue() == (
        f"warning: {tmp_path}: scores could not be written: [Errno 28] No space left on device\n"
    )
    assert {step: record["metrics"] for step, record in records.read().items()} == {
        30: {"loss": 0.25}
    }


def test_what_was_lost_is_a_member_beside_the_metrics(tmp_path):
    records = ScoreRecords(tmp_path, Console(io.StringIO(), io.StringIO()))
    records.add(10, {"loss": 0.5}, details={"search": "beam"}, lost=LostRecords(9, {"bad": 2}))
    records.add(20, {"loss": 0.5}, details={"search": "beam"})
    records.close()
    first, second = records.read().values()
    assert (first["search"], first["lost"]) == ("beam", {"records": 9, "bad": 2})
    assert second["search"] == "beam"
    assert "lost" not in second


def test_a_fault_of_the_program_is_not_hidden(tmp_path, monkeypatch):
    def fault(*_):
        raise KeyError("fault")

    monkeypatch.setattr(ScoreLog, "append", fault)
    with pytest.raises(KeyError):
        ScoreRecords(tmp_path, Console(io.StringIO(), io.StringIO())).add(10, {})
