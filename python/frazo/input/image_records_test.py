import numpy as np
import pytest
import tensorflow as tf
from frazo.input.image_records import read_image_records
from frazo.proto import compression_pb2, image_input_pb2

_SHAPE = (2, 3, 1)
_IMAGES = np.arange(24, dtype=np.uint8).reshape(4, *_SHAPE)
_LABELS = [3, 1, 4, 1]


def example(**features):
    """A serialized tf.Example; bytes become a bytes_list, integers an int64_list."""
    result = tf.train.Example()
    for name, value in features.items():
        feature = result.features.feature[name]
        if isinstance(value, bytes):
            feature.bytes_list.value.append(value)
        else:
            feature.int64_list.value.append(value)
    return result.SerializeToString()


_RECORDS = [
    example(image=image.tobytes(), label=label)
    for image, label in zip(_IMAGES, _LABELS, strict=True)
]


def write(path, records, compression=""):
    with tf.io.TFRecordWriter(str(path), compression) as writer:
        for record in records:
            writer.write(record)
    return str(path)


def read(*files, compression=compression_pb2.NONE):
    message = image_input_pb2.ImageRecords(files=files, compression=compression)
    return read_image_records(message, _SHAPE)


@pytest.mark.parametrize("compression", ["NONE", "GZIP", "ZLIB"])
def test_written_then_read(tmp_path, compression):
    name = "" if compression == "NONE" else compression
    file = write(tmp_path / "digits", _RECORDS, name)
    image_set = read(file, compression=compression_pb2.Compression.Value(compression))
    np.testing.assert_array_equal(image_set.images, _IMAGES)
    np.testing.assert_array_equal(image_set.labels, _LABELS)
    assert (image_set.images.dtype, image_set.labels.dtype) == (np.uint8, np.int32)


def test_damaged_file_is_named(tmp_path):
    file = write(tmp_path / "digits", _RECORDS)
    data = bytearray((tmp_path / "digits").read_bytes())
    data[20] ^= 1
    (tmp_path / "digits").write_bytes(data)
    with pytest.raises(tf.errors.DataLossError, match=file):
        read(file)


def test_several_files_are_read_in_order(tmp_path):
    first = write(tmp_path / "first", _RECORDS[:1])
    second = write(tmp_path / "second", _RECORDS[1:])
    np.testing.assert_array_equal(read(second, first).labels, [1, 4, 1, 3])


def test_more_records_than_are_parsed_at_once(tmp_path):
    file = write(tmp_path / "digits", _RECORDS * 300)
    np.testing.assert_array_equal(read(file).labels, _LABELS * 300)


def test_empty_file_gives_an_empty_set(tmp_path):
    assert len(read(write(tmp_path / "empty", []))) == 0


_GOOD = example(image=bytes(6), label=1)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (
            example(image=bytes(5), label=1),
            r"record 1: the image has 5 bytes; expected .* 2 \* 3 \* 1 = 6",
        ),
        (example(label=1), "record 1 has no feature 'image'"),
        (example(image=bytes(6)), "record 1 has no feature 'label', or it is negative"),
        (
            example(image=bytes(6), label=2**31),
            "record 1 has the label 2147483648, above 2147483647",
        ),
        (example(image=7, label=1), "a record from number 0 on is not a tf.Example with"),
        (b"no protobuf", "a record from number 0 on is not a tf.Example with"),
    ],
)
def test_wrong_record_is_named(tmp_path, record, message):
    file = write(tmp_path / "digits", [_GOOD, record])
    with pytest.raises(ValueError, match=message) as error:
        read(file)
    assert file in str(error.value)


def test_missing_file_names_the_field():
    with pytest.raises(FileNotFoundError, match=r"records\.files: there is no file '/no/such'"):
        read("/no/such")
