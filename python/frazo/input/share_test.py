import pytest
from frazo.input.share import WHOLE, Share


def test_the_default_is_the_whole():
    assert Share() == WHOLE == Share(replica=0, replicas=1)


@pytest.mark.parametrize(("replica", "replicas"), [(-1, 2), (2, 2), (0, 0)])
def test_a_share_that_there_is_not_is_an_error(replica, replicas):
    with pytest.raises(ValueError, match=f"replica is {replica} of {replicas}: it must be in 0"):
        Share(replica, replicas)


def test_a_share_may_have_whole_batches():
    assert Share(1, 3, divides_batches=False).of_batch(2) == 2


def test_copies_read_the_same_share():
    first, copy = Share(0, 2, copy=0, copies=2), Share(0, 2, copy=1, copies=2)
    assert [share.of(5) for share in (first, copy)] == [3, 3]
    assert (first.is_first, copy.is_first, Share(1, 2, copies=2).is_first) == (True, False, False)
    assert copy.without_copies() == Share(0, 2)
    assert [share.has_others for share in (copy, Share(copies=2), Share())] == [True, True, False]
    with pytest.raises(ValueError, match=r"copy is 2 of 2: it must be in 0..1"):
        Share(0, 2, copy=2, copies=2)
