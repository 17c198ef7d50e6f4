import pytest
import tensorflow as tf
from frazo.learn.loss import Loss
from frazo.shard.collective_group import CollectiveGroup
from frazo.shard.worker_processes import run_in_workers
from frazo.train.collective_reduction import CollectiveReduction, buckets
from hypothesis import given
from hypothesis import strategies as st


def test_buckets_begin_with_the_last_gradient():
    # 60 + 50 bytes reach 100, and so do 200.
    assert buckets([10, 200, 50, 60], 100) == [[3, 2], [1], [0]]
    assert buckets([], 100) == []


@given(st.lists(st.integers(1, 300)), st.integers(1, 200))
def test_every_gradient_is_in_one_bucket(sizes, bucket_bytes):
    grouped = buckets(sizes, bucket_bytes)
    assert [i for bucket in grouped for i in bucket] == list(reversed(range(len(sizes))))
    for bucket in grouped[:-1]:
        assert sum(sizes[i] for i in bucket) >= bucket_bytes
    for bucket in grouped:
        assert sum(sizes[i] for i in bucket[:-1]) < bucket_bytes


def test_one_process_alone_gets_what_it_gave():
    reduction = CollectiveReduction(CollectiveGroup(0, 1), 100, tf.float32)
    loss, gradients = Loss(tf.constant(6.0), tf.constant(2.0)), [tf.constant([1.0]), None]
    assert reduction.reduce(loss, gradients, []) == (loss, gradients)
    assert reduction.sum([1, 2]) == reduction.mean([1, 2]) == [1, 2]


def _reduce(rank, size, travel_dtype):
    """Worker r has weight r + 1; its gradients are r + 1 everywhere."""
    reduction = CollectiveReduction(CollectiveGroup(rank, size), 12, tf.as_dtype(travel_dtype))
    own = float(rank + 1)

    @tf.function(autograph=False)
    def step():
        gradients = [
            tf.fill([2, 2], own),
            None,
            tf.IndexedSlices(tf.fill([1, 2], own), tf.constant([1]), tf.constant([2, 2])),
        ]
        loss, joined = reduction.reduce(
            Loss(tf.constant(10 * own), tf.constant(own)), gradients, []
        )
        mean = reduction.mean([tf.constant([own])])
        return loss, [joined[0], joined[2]], mean, reduction.sum([own, 2 * own])

    assert step.get_concrete_function()
    loss, gradients, mean, sums = step()
    return (
        [float(loss.total), float(loss.weight)],
        [gradient.numpy().tolist() for gradient in gradients],
        mean[0].numpy().tolist(),
        [float(value) for value in sums],
    )


@pytest.mark.parametrize("travel_dtype", ["float32", "bfloat16", "float16"])
def test_gradients_are_weighted_means_and_metrics_are_sums(travel_dtype):
    results = run_in_workers(2, _reduce, travel_dtype)
    # (1 * 1 + 2 * 2) / 3; bfloat16 has 8 bits of precision.
    gradient = pytest.approx(5 / 3, rel=1e-6 if travel_dtype == "float32" else 2**-7)
    for loss, (dense, sparse), mean, sums in results:
        assert loss == [30, 3]
        assert dense == [[gradient, gradient]] * 2
        assert sparse == [[0, 0], [gradient, gradient]]
        assert mean == [1.5]
        assert sums == [3, 6]
    assert results[0] == results[1]
