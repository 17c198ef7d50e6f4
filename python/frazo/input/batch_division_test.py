import pytest
from frazo.input.batch_division import divide_batches
from frazo.input.share import Share
from frazo.proto import batcher_pb2
from google.protobuf import text_format


def divided(text, replica, replicas):
    batcher = text_format.Parse(text, batcher_pb2.Batcher())
    divide_batches(batcher, Share(replica, replicas))
    return batcher


def test_fixed_batches_are_divided_evenly():
    sizes = [divided("fixed { batch_size: 256 }", r, 3).fixed.batch_size for r in range(3)]
    assert sizes == [86, 85, 85]


def test_a_batch_smaller_than_the_workers_is_an_error():
    with pytest.raises(ValueError, match="a batch of 3 cannot be divided over 4 workers"):
        divided("fixed { batch_size: 3 }", 0, 4)


def test_each_bucket_is_divided_and_none_becomes_empty():
    text = 'buckets { length_of: "x" bounds: [4, 8] limits { examples: [9, 1] } }'
    assert [list(divided(text, r, 2).buckets.limits.examples) for r in range(2)] == [[5, 1], [4, 1]]


def test_tokens_are_divided():
    text = 'buckets { length_of: "x" bounds: [4, 8] tokens: 4097 }'
    assert [divided(text, r, 4).buckets.tokens for r in range(4)] == [1025, 1024, 1024, 1024]


def test_packed_rows_are_divided_with_those_that_are_open():
    text = 'packing { streams { feature: "x" length: 8 } rows: 8 open_rows: 20 }'
    packing = divided(text, 1, 4).packing
    assert (packing.rows, packing.open_rows) == (2, 5)
    assert not divided(text.replace("open_rows: 20", ""), 1, 4).packing.HasField("open_rows")


def test_whole_batches_are_not_divided():
    batcher = batcher_pb2.Batcher(fixed={"batch_size": 5})
    divide_batches(batcher, Share(0, 2, divides_batches=False))
    assert batcher.fixed.batch_size == 5
