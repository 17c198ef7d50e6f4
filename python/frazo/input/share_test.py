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
