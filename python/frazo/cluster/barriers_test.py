import pytest
from frazo.cluster.barriers import Barriers
from frazo.cluster.member_key import MemberKey
from frazo.cluster.refusals import CannotBelong

ONE, TWO = MemberKey("worker", 1), MemberKey("worker", 2)


def test_a_barrier_opens_when_the_last_member_comes():
    barriers = Barriers([ONE, TWO])
    assert not barriers.arrive("a", TWO)
    assert barriers.missing("a") == [ONE]
    # To ask again changes nothing.
    assert not barriers.arrive("a", TWO)
    assert barriers.arrive("a", ONE)
    assert barriers.missing("a") == []
    assert barriers.arrive("a", TWO)


def test_barriers_of_other_names_do_not_matter():
    barriers = Barriers([ONE, TWO])
    barriers.arrive("a", ONE)
    assert not barriers.arrive("b", TWO)
    assert barriers.missing("b") == [ONE]


def test_nobody_waits_for_a_member_that_has_finished():
    barriers = Barriers([ONE, TWO])
    barriers.arrive("a", ONE)
    barriers.excuse(TWO)
    assert barriers.passed == ("a",)


def test_the_last_sixteen_are_remembered_and_a_new_controller_knows_them():
    barriers = Barriers([ONE])
    for number in range(20):
        barriers.arrive(str(number), ONE)
    assert barriers.passed == tuple(str(number) for number in range(4, 20))
    assert Barriers([ONE, TWO], barriers.passed).arrive("19", TWO)


def test_names_that_nobody_else_comes_to_are_bounded():
    barriers = Barriers([ONE, TWO])
    for number in range(1000):
        barriers.arrive(str(number), ONE)
    with pytest.raises(CannotBelong, match="barrier 1000: 1000 barriers wait for somebody already"):
        barriers.arrive("1000", ONE)
