import pathlib

import pytest
import tensorflow as tf

from frazo import ops

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


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("batch", [1, 16, 21])
def test_sparse_gradients_equal_those_of_the_convolution(batch, stride, padding):
    x = tf.random.stateless_normal([batch, 7, 8, 3], [1, batch])
    kernel = tf.random.stateless_normal([3, 2, 3, 5], [2, 2])
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        y = tf.nn.conv2d(x, kernel, stride, padding)
    d = tf.nn.relu(tf.random.stateless_normal(tf.shape(y), [3, 3]))
    expected = tape.gradient(y, [x, kernel], d)
    given = ops.sparse_conv2d_gradient(x, kernel, d, stride=stride, padding=padding)
    for gradient, other in zip(given, expected, strict=True):
        assert gradient.shape == other.shape
        tf.debugging.assert_near(gradient, other, rtol=1e-4, atol=1e-4)


def test_sparse_gradients_of_an_empty_batch_are_zero():
    x, kernel = tf.zeros([0, 4, 4, 2]), tf.ones([3, 3, 2, 5])
    gradients = ops.sparse_conv2d_gradient(
        x, kernel, tf.zeros([0, 4, 4, 5]), stride=1, padding="SAME"
    )
    assert gradients[0].shape == x.shape
    tf.debugging.assert_equal(gradients[1], tf.zeros_like(kernel))


@pytest.mark.parametrize(
    ("x", "kernel", "d"),
    [
        ([1, 5, 5, 2], [3, 3, 1, 4], [1, 5, 5, 4]),
        ([1, 5, 5, 2], [3, 3, 2, 4], [1, 4, 5, 4]),
        ([1, 5, 5, 2], [3, 3, 2, 4], [2, 5, 5, 4]),
        ([1, 5, 5, 2], [3, 3, 2, 4], [1, 5, 5, 3]),
        ([1, 5, 5, 2], [0, 3, 2, 4], [1, 5, 5, 4]),
    ],
)
def test_sparse_gradients_of_no_convolution_are_refused(x, kernel, d):
    with pytest.raises(tf.errors.InvalidArgumentError, match="are not of one convolution"):
        ops.sparse_conv2d_gradient(
            tf.zeros(x), tf.zeros(kernel), tf.zeros(d), stride=1, padding="SAME"
        )
