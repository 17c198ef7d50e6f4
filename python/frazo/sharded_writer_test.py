import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import _core


def names(folder) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@settings(max_examples=25)
@given(
    records=st.lists(st.binary(max_size=40) | st.just(b"x" * 300_000), max_size=12),
    shards=st.integers(1, 5),
    compression=st.sampled_from(["none", "gzip", "zlib", "zstd"]),
)
def test_records_are_dealt_in_turn(tmp_path_factory, records, shards, compression):
    folder = tmp_path_factory.mktemp("set")
    with _core.ShardedRecordWriter(f"{folder}/t@{shards}.rec", compression=compression) as writer:
        for record in records:
            writer.write(record)
    assert writer.paths == [f"{folder}/t-{i:05}-of-{shards:05}.rec" for i in range(shards)]
    for shard, path in enumerate(writer.paths):
        read = list(_core.RecordReader(path, compression=compression))
        assert read == records[shard::shards]


def test_batches_of_a_reader_are_dealt_on(tmp_path):
    with _core.RecordWriter(tmp_path / "a") as writer:
        for number in range(5):
            writer.write(b"%d" % number)
    data, extents = _core.RecordReader(tmp_path / "a").read_batch(9)
    with _core.ShardedRecordWriter(tmp_path / "t@2", format="text") as writer:
        writer.write_batch(data, extents[::-1].copy())
        writer.write(b"x")
        writer.write(b"y", shard=0)
    assert (tmp_path / "t-00000-of-00002").read_bytes() == b"4\n2\n0\ny\n"
    assert (tmp_path / "t-00001-of-00002").read_bytes() == b"3\n1\nx\n"


@pytest.mark.parametrize("extent", [(-1, 2), (2, 1), (0, 5)])
def test_extents_outside_of_the_data_are_refused(tmp_path, extent):
    with (
        _core.ShardedRecordWriter(tmp_path / "a") as writer,
        pytest.raises(
            _core.InvalidArgumentError,
            match=rf"extents\[1\] is \[{extent[0]}, {extent[1]}\], which is not a range of the 4 bytes",
        ),
    ):
        writer.write_batch(np.zeros(4, np.uint8), np.array([(0, 4), extent]))
    assert list(_core.RecordReader(tmp_path / "a")) == [bytes(4)]


def test_a_block_that_raises_leaves_nothing(tmp_path):
    with pytest.raises(KeyError), _core.ShardedRecordWriter(tmp_path / "t@3") as writer:
        writer.write(b"x" * 1_000_000)
        assert len(names(tmp_path)) == 3
        raise KeyError
    assert names(tmp_path) == []


def test_what_stands_is_not_touched(tmp_path):
    (tmp_path / "t-00000-of-00003").write_bytes(b"old")
    for pattern in ("t@3", "t@2", "t-00000-of-00003"):
        with pytest.raises(_core.AlreadyExistsError, match="t-00000-of-00003' exists already"):
            _core.ShardedRecordWriter(tmp_path / pattern)
    assert names(tmp_path) == ["t-00000-of-00003"]


def test_what_is_wrong_is_named(tmp_path):
    with pytest.raises(_core.InvalidArgumentError, match="in the format 'csv'; choose one of"):
        _core.ShardedRecordWriter(tmp_path / "a", format="csv")
    with pytest.raises(_core.InvalidArgumentError, match="does not say how many shards"):
        _core.ShardedRecordWriter(tmp_path / "a@*")
    with _core.ShardedRecordWriter(tmp_path / "a@2", format="text") as writer:
        with pytest.raises(_core.InvalidArgumentError, match="it has a line feed in it"):
            writer.write(b"a\nb")
        with pytest.raises(_core.OutOfRangeError, match="there is no shard 2"):
            writer.write(b"a", shard=2)
        writer.close()
        with pytest.raises(_core.FailedPreconditionError, match="closed already"):
            writer.write(b"a")
