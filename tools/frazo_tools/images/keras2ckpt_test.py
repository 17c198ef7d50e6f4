"""keras2ckpt from its command line to the tensors that TensorFlow reads back."""

import gzip
import struct

import numpy as np
import pytest
import tensorflow as tf
from frazo_tools.images import keras2ckpt

DATA = "mnist.data-00000-of-00001"
INDEX = "mnist.index"


def make_arrays(side: int = 28) -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    return {
        "x_train": random.integers(0, 256, (6, side, side), np.uint8),
        "y_train": np.array([3, 1, 4, 1, 5, 9], np.uint8),
        "x_test": random.integers(0, 256, (2, side, side), np.uint8),
        "y_test": np.array([2, 6], np.uint8),
    }


def idx(values: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.tobytes()


def write_idx_files(folder, arrays, joint="-", compressed=False):
    names = {
        "x_train": f"train-images{joint}idx3-ubyte",
        "y_train": f"train-labels{joint}idx1-ubyte",
        "x_test": f"t10k-images{joint}idx3-ubyte",
        "y_test": f"t10k-labels{joint}idx1-ubyte",
    }
    for tensor, name in names.items():
        if compressed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx(arrays[tensor])))
        else:
            (folder / name).write_bytes(idx(arrays[tensor]))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "idx"
    folder.mkdir()
    return folder


@pytest.fixture
def convert(tmp_path, monkeypatch):
    """Runs the tool with --out=<tmp_path>/made/mnist and gives its exit code."""
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    return lambda *arguments: keras2ckpt.main(["--dataset=mnist", "--out=made/mnist", *arguments])


def assert_holds(tmp_path, arrays):
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [DATA, INDEX]
    reader = tf.train.load_checkpoint(str(tmp_path / "made" / "mnist"))
    assert set(reader.get_variable_to_shape_map()) == set(arrays)
    for name, array in arrays.items():
        restored = reader.get_tensor(name)
        assert restored.dtype == np.uint8
        np.testing.assert_array_equal(restored, array)


@pytest.mark.parametrize("joint", ["-", "."])
@pytest.mark.parametrize("compressed", [False, True])
def test_converts_a_folder_of_idx_files(tmp_path, folder, convert, joint, compressed):
    arrays = make_arrays()
    write_idx_files(folder, arrays, joint, compressed)

    assert convert("--from=idx") == 0

    assert_holds(tmp_path, arrays)


def test_converts_four_named_files_in_any_order(tmp_path, folder, convert, capsys):
    arrays = make_arrays()
    write_idx_files(folder, arrays)

    assert convert("--from", *sorted(map(str, folder.iterdir()))) == 0

    assert_holds(tmp_path, arrays)
    output = capsys.readouterr().out
    # 8 images of 784 bytes and 8 labels.
    assert f"made/{DATA}: 6280 bytes" in output
    assert "6 training and 2 test images in " in output


def test_converts_what_keras_provides(tmp_path, convert, monkeypatch):
    arrays = make_arrays()
    provided = (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
    monkeypatch.setattr(tf.keras.datasets.mnist, "load_data", lambda: provided)

    assert convert() == 0

    assert_holds(tmp_path, arrays)


def test_without_a_network_it_says_which_files_to_bring(tmp_path, convert, monkeypatch, capsys):
    def load_data():
        raise Exception("URL fetch failure: Name or service not known")

    monkeypatch.setattr(tf.keras.datasets.mnist, "load_data", load_data)

    assert convert() == 1

    message = capsys.readouterr().err
    assert "Keras could not provide MNIST: URL fetch failure: Name or service" in message
    assert "    train-images-idx3-ubyte\n    train-labels-idx1-ubyte\n" in message
    assert "//tools:keras2ckpt -- --dataset=mnist --from=FOLDER" in message
    assert not (tmp_path / "made").exists()


def test_an_existing_checkpoint_is_replaced(tmp_path, folder, convert):
    first, second = make_arrays(), make_arrays()
    second["x_train"] = 255 - first["x_train"]
    for arrays in (first, second):
        write_idx_files(folder, arrays)
        assert convert("--from=idx") == 0

    assert_holds(tmp_path, second)


def test_a_checkpoint_survives_a_conversion_that_fails(tmp_path, folder, convert):
    arrays = make_arrays()
    write_idx_files(folder, arrays)
    assert convert("--from=idx") == 0
    (folder / "t10k-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0")

    assert convert("--from=idx") == 1

    assert_holds(tmp_path, arrays)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda folder: (folder / "t10k-labels-idx1-ubyte").unlink(),
            "t10k-labels-idx1-ubyte is missing: looked for t10k-labels-idx1-ubyte, "
            "t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz in idx",
        ),
        (
            lambda folder: (folder / "train-labels-idx1-ubyte").write_bytes(idx(np.zeros(5, "u1"))),
            "idx/train-images-idx3-ubyte has 6 images, idx/train-labels-idx1-ubyte has 5 labels",
        ),
        (
            lambda folder: (folder / "t10k-labels-idx1-ubyte").write_bytes(
                idx(np.array([3, 10], np.uint8))
            ),
            "idx/t10k-labels-idx1-ubyte: label 10 at position 1; MNIST's are 0 to 9",
        ),
        (
            lambda folder: write_idx_files(folder, make_arrays(side=32)),
            "idx/train-images-idx3-ubyte: images of 32 x 32 pixels; MNIST's are 28 x 28",
        ),
        (
            lambda folder: (folder / "train-labels-idx1-ubyte").write_bytes(
                idx(np.zeros((0, 28, 28), "u1"))
            ),
            "starts with 0x00000803; a 1-dimensional IDX file of unsigned bytes starts with "
            "0x00000801",
        ),
    ],
    ids=["missing", "unequal counts", "label too large", "another size", "another kind"],
)
def test_files_that_do_not_fit_are_named(folder, convert, capsys, change, message):
    write_idx_files(folder, make_arrays())
    change(folder)

    assert convert("--from=idx") == 1

    assert message in capsys.readouterr().err


def test_a_source_that_does_not_exist_is_named(convert, capsys):
    assert convert("--from=nowhere") == 1

    assert "keras2ckpt: nowhere: no such file or folder" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(tmp_path, folder, convert, capsys):
    write_idx_files(folder, make_arrays())
    (tmp_path / "made").write_text("a file where the folder should be")

    assert convert("--from=idx") == 1

    assert "made" in capsys.readouterr().err


def test_help_shows_the_command_and_the_files(capsys):
    with pytest.raises(SystemExit, match="0"):
        keras2ckpt.main(["--help"])

    output = capsys.readouterr().out
    assert "./bazelw run -c opt //tools:keras2ckpt -- --dataset=mnist" in output
    assert "t10k-images-idx3-ubyte" in output
