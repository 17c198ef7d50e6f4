import pytest
from frazo import _core
from frazo_tools.vocab import source_lines


@pytest.fixture
def checkout(tmp_path):
    """Twenty files, some of which are for testing, and files that must be ignored."""
    root = tmp_path / "checkout"
    for number in range(10):
        folder = root / f"room{number}"
        folder.mkdir(parents=True)
        (folder / "code.py").write_text(
            f"def function_{number}():\n\n    return  {number}00\n  ):\n"
        )
        (folder / "BUILD").write_text(f'py_library(\n\tname\t= "code{number}",\n)\n')
    for hidden in (".git", "bazel-out"):
        (root / hidden).mkdir()
        (root / hidden / "hidden.py").write_text("import hidden\n")
    (root / "notes.txt").write_text("no language of ours\n")
    return root


def test_lines_say_something_and_have_no_tabs():
    text = b"\tif x:\n   }\n\nint\ty = 1;\nab\nabc\r\n"
    assert list(source_lines.lines_of(text)) == [b"if x:", b"int y = 1;", b"abc"]


def test_every_line_is_on_one_side(checkout):
    train, test = source_lines.split_examples(checkout)
    assert len({*train, *test}) == len(train) + len(test)
    # Ten functions, ten numbers, ten names and the one line that all BUILD files share.
    assert len(train) + len(test) == 31
    assert {number for number, _ in train + test} == {1, 3}
    lines = {line for _, line in train + test}
    assert b'name = "code7",' in lines
    assert b"import hidden" not in lines
    assert (3, b"py_library(") in train
    # By files: a function's name and its number are on the same side.
    for number in range(10):
        name, value = b"def function_%d():" % number, b"return  %d00" % number
        assert ((1, name) in train) == ((1, value) in train)


def test_the_same_files_give_the_same_data(checkout, tmp_path):
    outputs = [tmp_path / "first", tmp_path / "second"]
    for output in outputs:
        arguments = [f"--source={checkout}", f"--output={output}"]
        assert source_lines.main(arguments) == 0
    first, second = (
        {path.name: path.read_bytes() for path in output.iterdir()} for output in outputs
    )
    assert first == second
    assert set(first) == {
        "train.tfrecord",
        "test.tfrecord",
        "labels.txt",
        "pieces.merges",
        "pieces.vocab",
    }
    assert first["labels.txt"].decode().splitlines()[1] == "Python"
    records = list(_core.RecordReader(outputs[0] / "train.tfrecord"))
    train, _ = source_lines.split_examples(checkout)
    assert records == [b"%d\t%s" % example for example in train]


def test_a_folder_without_source_is_an_error(tmp_path, capsys):
    assert source_lines.main([f"--source={tmp_path}", f"--output={tmp_path}/out"]) == 1
    assert f"{tmp_path}: no files of C++, Python" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
