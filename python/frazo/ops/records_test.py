import itertools
import pathlib

import pytest
import tensorflow as tf
from google.protobuf import text_format

from frazo import ops
from frazo.proto import record_source_pb2

RECORDS = [b"one", b"", b"three" * 1000, bytes(range(256))]
TF_COMPRESSION = {"none": "", "gzip": "GZIP", "zlib": "ZLIB"}


def write(path: pathlib.Path, records: list[bytes], compression: str = "none") -> str:
    with tf.io.TFRecordWriter(str(path), TF_COMPRESSION[compression]) as writer:
        for record in records:
            writer.write(record)
    return str(path)


def read(dataset: tf.data.Dataset) -> list[bytes]:
    return list(dataset.as_numpy_iterator())


@pytest.mark.parametrize("compression", TF_COMPRESSION)
def test_reads_what_tensorflow_writes(tmp_path, compression):
    files = [write(tmp_path / name, RECORDS, compression) for name in "ab"]
    assert read(ops.record_dataset(files, compression)) == RECORDS + RECORDS


@pytest.mark.parametrize("compression", TF_COMPRESSION)
def test_gives_what_tensorflow_reads(tmp_path, compression):
    file = write(tmp_path / "a", RECORDS, compression)
    theirs = tf.data.TFRecordDataset(file, TF_COMPRESSION[compression])
    assert read(ops.record_dataset([file], compression)) == read(theirs)


def test_elements_are_scalar_strings(tmp_path):
    dataset = ops.record_dataset([tmp_path / "a"])
    assert dataset.element_spec == tf.TensorSpec([], tf.string)


def test_paths_may_be_a_tensor_known_only_in_the_graph(tmp_path):
    file = write(tmp_path / "a", RECORDS)
    lengths = (
        tf.data.Dataset.from_tensors([file]).flat_map(ops.record_dataset).map(tf.strings.length)
    )
    assert read(lengths) == [3, 0, 5000, 256]


def test_an_empty_file_holds_no_records(tmp_path):
    files = [write(tmp_path / "a", []), write(tmp_path / "b", [b"x"]), write(tmp_path / "c", [])]
    assert read(ops.record_dataset(files)) == [b"x"]


@pytest.mark.parametrize("compression", TF_COMPRESSION)
def test_a_restored_iterator_goes_on_with_the_next_record(tmp_path, compression):
    files = [
        write(tmp_path / "a", RECORDS, compression),
        write(tmp_path / "b", [], compression),
        write(tmp_path / "c", RECORDS, compression),
    ]
    expected = RECORDS + RECORDS
    dataset = ops.record_dataset(files, compression)
    for taken in range(len(expected) + 1):
        iterator = iter(dataset)
        assert [next(iterator).numpy() for _ in range(taken)] == expected[:taken]
        path = tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / f"state-{taken}"))
        restored = iter(dataset)
        tf.train.Checkpoint(iterator=restored).read(path).assert_consumed()
        assert [record.numpy() for record in restored] == expected[taken:]


def test_a_state_at_the_very_end_restores_to_the_end(tmp_path):
    dataset = ops.record_dataset([write(tmp_path / "a", [b"x"])])
    iterator = iter(dataset)
    assert [record.numpy() for record in iterator] == [b"x"]
    path = tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / "state"))
    restored = iter(dataset)
    tf.train.Checkpoint(iterator=restored).read(path)
    assert list(restored) == []


def saved_at_second_file(tmp_path: pathlib.Path, dataset: tf.data.Dataset) -> str:
    iterator = iter(dataset)
    for _ in range(len(RECORDS) + 3):
        next(iterator)
    return tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / "state"))


def test_a_state_of_more_files_is_refused(tmp_path):
    files = [write(tmp_path / name, RECORDS) for name in "abc"]
    iterator = iter(ops.record_dataset(files))
    for _ in range(2 * len(RECORDS) + 1):
        next(iterator)
    path = tf.train.Checkpoint(iterator=iterator).write(str(tmp_path / "state"))
    other = iter(ops.record_dataset(files[:1]))
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="is at file 2 but the dataset has 1 files"
    ):
        tf.train.Checkpoint(iterator=other).read(path)
        next(other)


def test_a_state_beyond_a_file_that_shrank_is_refused(tmp_path):
    files = [write(tmp_path / name, RECORDS) for name in "ab"]
    dataset = ops.record_dataset(files)
    path = saved_at_second_file(tmp_path, dataset)
    write(tmp_path / "b", [b"short"])
    restored = iter(dataset)
    with pytest.raises(tf.errors.DataLossError, match="cut short or replaced since"):
        tf.train.Checkpoint(iterator=restored).read(path)
        next(restored)


def test_a_damaged_record_is_named_and_the_next_file_follows(tmp_path):
    damaged = bytearray(pathlib.Path(write(tmp_path / "a", [b"one", b"two"])).read_bytes())
    damaged[-5] ^= 1
    (tmp_path / "a").write_bytes(damaged)
    iterator = iter(ops.record_dataset([tmp_path / "a", write(tmp_path / "b", [b"three"])]))
    assert next(iterator).numpy() == b"one"
    with pytest.raises(
        tf.errors.DataLossError,
        match=r"a': record 1 at byte 19 is damaged: the checksum of its data",
    ):
        next(iterator)
    assert [record.numpy() for record in iterator] == [b"three"]


def test_ignored_errors_end_too(tmp_path):
    dataset = ops.record_dataset([tmp_path / "missing", write(tmp_path / "b", [b"x"])])
    assert read(dataset.ignore_errors()) == [b"x"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(
        tf.errors.NotFoundError, match="missing': No such file or directory; check the path"
    ):
        read(ops.record_dataset([tmp_path / "missing"]))


def test_the_wrong_compression_is_named(tmp_path):
    file = write(tmp_path / "a", RECORDS, "gzip")
    with pytest.raises(
        tf.errors.InvalidArgumentError,
        match="as files with compression gzip do; set the compression",
    ):
        read(ops.record_dataset([file]))


def test_an_unknown_compression_is_refused(tmp_path):
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="unknown compression 'lz4'; choose one of none, gzip"
    ):
        ops.record_dataset([tmp_path / "a"], "lz4")


def test_no_files_are_refused():
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="files is empty; name at least one TFRecord file"
    ):
        ops.record_dataset([])


def test_shapes_are_checked_when_the_graph_is_built():
    with (
        tf.Graph().as_default(),
        pytest.raises(ValueError, match="Shape must be rank 1 but is rank 0"),
    ):
        ops.record_dataset(tf.constant("a"))


def write_words(folder, count):
    """Two files of records of 0 to 8 numbers, each different from the others."""
    records = [b" ".join(b"%d" % (i * 10 + j) for j in range(i % 9)) for i in range(count)]
    for file in range(2):
        write(pathlib.Path(folder) / f"words-{file}", records[file::2])
    return records


def saved(iterator, folder):
    return tf.train.Checkpoint(iterator=iterator).write(str(pathlib.Path(folder) / "state"))


def restored(dataset, path):
    iterator = iter(dataset)
    tf.train.Checkpoint(iterator=iterator).read(path).assert_consumed()
    return iterator


def words_source(folder, rest=""):
    return text_format.Parse(
        f'files {{ files {{ patterns: "{folder}/words-*" }} {rest} }}',
        record_source_pb2.RecordSource(),
    )


def records_of(dataset):
    return [record.numpy() for _, record in dataset]


def test_records_for_a_function_of_ones_own(tmp_path):
    records = write_words(tmp_path, 20)
    dataset = ops.record_source_dataset(words_source(tmp_path, "epochs: 1"))
    assert dataset.element_spec == (tf.TensorSpec([], tf.int32), tf.TensorSpec([], tf.string))
    assert records_of(dataset) == records[::2] + records[1::2]
    lengths = dataset.map(lambda source_id, record: tf.strings.length(record)).batch(20)
    assert next(iter(lengths)).numpy().tolist() == [len(r) for r in records[::2] + records[1::2]]


def test_records_tell_which_part_of_a_mixture_they_come_from(tmp_path):
    write(tmp_path / "a", [b"a"] * 5)
    write(tmp_path / "b", [b"b"] * 5)
    source = record_source_pb2.RecordSource()
    for name in "ab":
        part = source.mixture.parts.add().source
        part.files.patterns.append(str(tmp_path / name))
        part.epochs = 1
    source.mixture.at_end = record_source_pb2.MixtureSource.DROP
    pairs = {(int(i), r.numpy()) for i, r in ops.record_source_dataset(source)}
    assert pairs == {(0, b"a"), (1, b"b")}


def test_replicas_share_the_records(tmp_path):
    records = write_words(tmp_path, 21)
    source = words_source(tmp_path, "epochs: 1 shuffle {}")
    shares = [
        records_of(ops.record_source_dataset(source, seed=3, replica=replica, replicas=4))
        for replica in range(4)
    ]
    assert sorted(itertools.chain(*shares)) == sorted(records)


@pytest.mark.parametrize("rest", ["", "shuffle { buffer_records: 300 }"])
def test_a_restored_record_iterator_goes_on_exactly(tmp_path, rest):
    write_words(tmp_path, 700)
    dataset = ops.record_source_dataset(words_source(tmp_path, "epochs: 1 " + rest))
    records = records_of(dataset)
    for done in (0, 1, 255, 256, 257, 699, 700):
        iterator = iter(dataset)
        assert len([next(iterator) for _ in range(done)]) == done
        path = saved(iterator, tmp_path)
        assert records_of(restored(dataset, path)) == records[done:]
        # A state of a restored iterator that gave nothing yet.
        again = saved(restored(dataset, path), tmp_path)
        assert records_of(restored(dataset, again)) == records[done:]
