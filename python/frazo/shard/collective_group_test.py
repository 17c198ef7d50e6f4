import threading

import pytest
import tensorflow as tf
from frazo.shard.collective_group import CollectiveGroup
from frazo.shard.collective_server import abort_collectives
from frazo.shard.worker_processes import run_in_workers


def test_a_rank_outside_of_the_group_is_an_error():
    with pytest.raises(ValueError, match="rank is 2, but the group has 2 processes, from 0 on"):
        CollectiveGroup(2, 2)


def test_one_process_alone_needs_no_server():
    group = CollectiveGroup(0, 1)
    assert float(group.sum(tf.constant(3.0))) == 3
    assert group.gather(tf.constant([3.0])).numpy().tolist() == [[3]]


def _sums(rank, size):
    group = CollectiveGroup(rank, size)

    @tf.function(autograph=False)
    def loop(steps):
        def body(step, total):
            return step + 1, total + group.sum(tf.fill([3], float(rank + 1)))

        return tf.while_loop(
            lambda step, _: step < steps, body, (0, tf.zeros([3])), parallel_iterations=1
        )[1]

    gathered = tf.function(group.gather, autograph=False)(tf.constant(rank, tf.int64))
    return loop(4).numpy().tolist(), gathered.numpy().tolist(), float(group.sum(tf.constant(1.0)))


@pytest.mark.parametrize("size", [2, 3])
def test_all_get_the_same_sums_in_loops_and_lists_in_order(size):
    sums = [4 * size * (size + 1) / 2] * 3
    expected = (sums, list(range(size)), float(size))
    assert run_in_workers(size, _sums) == [expected] * size


def _wait_alone(rank, size):
    if rank > 0:
        return "never calls"
    threading.Timer(1, abort_collectives, ["worker 1 is gone"]).start()
    try:
        CollectiveGroup(rank, size).sum(tf.constant(1.0))
    except tf.errors.UnavailableError as error:
        return error.message
    return "was not aborted"


def test_waiting_for_a_process_that_does_nothing_can_be_aborted():
    message, _ = run_in_workers(2, _wait_alone)
    assert "worker 1 is gone" in message
