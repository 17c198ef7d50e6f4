import pytest
from frazo.input.lost_records import KINDS, LostRecords
from frazo.train.group_lost_records import GroupLostRecords
from frazo.train.loop_plan import Agreement


class WithAnother(Agreement):
    """The agreement with a worker that has lost 3 bad records and a filtered one of 20."""

    def sum(self, counts):
        other = {"records": 20, "bad": 3, "filtered": 1}
        return [n + other.get(kind, 0) for n, kind in zip(counts, ["records", *KINDS], strict=True)]


def test_a_worker_alone_tells_its_own():
    own = LostRecords(10, {"bad": 2}, ("a:1",))
    lost = GroupLostRecords(lambda: own)
    lost.gather()
    assert lost.total() == own


def test_those_of_others_are_added():
    own = [LostRecords(10, {"bad": 2, "empty": 1}, ("a:1",))]
    lost = GroupLostRecords(lambda: own[0], WithAnother())
    assert lost.total() == own[0]
    lost.gather()
    assert lost.total() == LostRecords(30, {"bad": 5, "empty": 1, "filtered": 1}, ("a:1",))
    own[0] = LostRecords(11, {"bad": 2, "empty": 2}, ("a:1",))
    assert lost.total() == LostRecords(31, {"bad": 5, "empty": 2, "filtered": 1}, ("a:1",))


def test_a_kind_that_is_none_is_an_error():
    with pytest.raises(ValueError, match="'lost_in_space' is no kind"):
        LostRecords(1, {"lost_in_space": 1})
