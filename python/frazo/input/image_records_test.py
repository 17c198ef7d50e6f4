import numpy as np
import pytest
import tensorflow as tf
from frazo import _core
from frazo.input.image_records import check_image_records, read_image_records
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


def made(*files, compression=compression_pb2.NONE):
    message = image_input_pb2.ImageInput(batch_size=3, height=2, width=3)
    message.records.files.extend(files)
    message.records.compression = compression
    return message


def read(*files, count=1000, **options):
    return read_image_records(made(*files, **options), count)


@pytest.mark.parametrize("compression", ["NONE", "GZIP", "ZLIB"])
def test_written_then_read(tmp_path, compression):
    name = "" if compression == "NONE" else compression
    file = write(tmp_path / "digits", _RECORDS, name)
    image_set = read(file, compression=compression_pb2.Compression.Value(compression))
    np.testing.assert_array_equal(image_set.images, _IMAGES)
    np.testing.assert_array_equal(image_set.labels, _LABELS)
    assert (image_set.images.dtype, image_set.labels.dtype) == (np.uint8, np.int32)


@pytest.mark.parametrize("count", range(1, 6))
def test_only_the_first(tmp_path, count):
    image_set = read(write(tmp_path / "digits", _RECORDS), count=count)
    np.testing.assert_array_equal(image_set.images, _IMAGES[:count])
    np.testing.assert_array_equal(image_set.labels, _LABELS[:count])


def test_damaged_file_is_named(tmp_path):
    file = write(tmp_path / "digits", _RECORDS)
    data = bytearray((tmp_path / "digits").read_bytes())
    data[20] ^= 1
    (tmp_path / "digits").write_bytes(data)
    with pytest.raises(_core.DataLossError, match=file):
        read(file)


def test_several_files_are_read_in_the_order_of_their_names(tmp_path):
    first = write(tmp_path / "first", _RECORDS[:1])
    second = write(tmp_path / "second", _RECORDS[1:])
    np.testing.assert_array_equal(read(second, first).labels, _LABELS)
    np.testing.assert_array_equal(read(str(tmp_path / "*")).labels, _LABELS)


def test_files_without_records_are_an_error(tmp_path):
    file = write(tmp_path / "empty", [])
    with pytest.raises(ValueError, match=rf"records\.files: there is no image in {file}: "):
        check_image_records(made(file))


_GOOD = example(image=bytes(6), label=1)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (
            example(image=bytes(5), label=1),
            r"feature 'image' has 5 values; expected 6 for UINT8\[2, 3, 1\]: correct its shape",
        ),
        (example(label=1), "feature 'image' is missing"),
        (example(image=bytes(6)), "feature 'label' is missing"),
        (example(image=bytes(6), label=-1), "feature 'label' holds -1; expected at least 0"),
        (
            example(image=bytes(6), label=2**31),
            "feature 'label': 2147483648 does not fit INT32",
        ),
        (example(image=7, label=1), "feature 'image' holds int64_list; UINT8 is read from"),
        (b"no protobuf", "the record is not a tf.Example, or is damaged"),
    ],
)
def test_wrong_record_is_named(tmp_path, record, message):
    file = write(tmp_path / "digits", [_GOOD, record])
    check_image_records(made(file))
    with pytest.raises(ValueError, match=message) as error:
        read(file)
    assert str(error.value).startswith(f"records.files: '{file}': record 1 at byte ")
    second = write(tmp_path / "wrong", [record])
    with pytest.raises(ValueError, match=message):
        check_image_records(made(second))


def test_missing_file_names_the_field():
    with pytest.raises(FileNotFoundError, match=r"records\.files: .*'/no/such'"):
        check_image_records(made("/no/such"))
