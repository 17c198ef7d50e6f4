from frazo_tools.launch.restarts import Restarts


def test_waits_double_up_to_a_minute():
    restarts = Restarts(9)
    waits = [restarts.next_wait("worker 0", 5.0) for _ in range(10)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, None]
    assert restarts.count == 9


def test_all_tasks_share_the_restarts_but_not_the_waits():
    restarts = Restarts(3)
    assert restarts.next_wait("worker 0", 0.0) == 1
    assert restarts.next_wait("worker 0", 0.0) == 2
    assert restarts.next_wait("worker 1", 0.0) == 1
    assert restarts.next_wait("ps 0", 0.0) is None


def test_a_task_that_ran_long_begins_with_the_shortest_wait():
    restarts = Restarts(9)
    restarts.next_wait("worker 0", 0.0)
    restarts.next_wait("worker 0", 0.0)
    assert restarts.next_wait("worker 0", 301.0) == 1


def test_no_restarts():
    assert Restarts(0).next_wait("worker 0", 0.0) is None
