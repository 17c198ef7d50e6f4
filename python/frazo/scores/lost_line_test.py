import io

from frazo.input.lost_records import NOTHING_LOST, LostRecords
from frazo.program.console import Console
from frazo.scores.lost_line import LostLine


def test_nothing_lost_is_nothing_told():
    err = io.StringIO()
    assert LostLine("train", Console(io.StringIO(), err)).part(NOTHING_LOST) == ""
    assert err.getvalue() == ""


def test_each_sample_is_told_once():
    err = io.StringIO()
    line = LostLine("train", Console(io.StringIO(), err))
    first = LostRecords(10, {"bad": 1}, ("'a': record 2 at byte 9: no number",))
    later = LostRecords(20, {"bad": 2}, (*first.samples, "'a': record 15 at byte 80: no number"))
    assert line.part(first) == ", lost: 1 bad of 10 records"
    assert line.part(later) == ", lost: 2 bad of 20 records"
    assert err.getvalue() == (
        "warning: train: skipped 'a': record 2 at byte 9: no number\n"
        "warning: train: skipped 'a': record 15 at byte 80: no number\n"
    )
