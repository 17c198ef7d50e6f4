from frazo.cluster.lease import Lease


def test_a_lease_lasts_from_the_sending_of_the_last_answered_sign_of_life():
    now = 100.0
    lease = Lease(lambda: now)
    assert not lease.is_valid()
    lease.renew(sent=97.0, seconds=10.0)
    now = 106.9
    assert lease.is_valid()
    now = 107.0
    assert not lease.is_valid()
    # An answer that was overtaken by a later one shortens nothing.
    lease.renew(sent=105.0, seconds=10.0)
    lease.renew(sent=98.0, seconds=10.0)
    now = 114.9
    assert lease.is_valid()
