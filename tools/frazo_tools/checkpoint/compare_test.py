"""What `checkpoint compare` prints, and its exit code."""

import textwrap

import pytest
import tensorflow as tf
from frazo_tools.checkpoint import checkpoint
from frazo_tools.checkpoint.sample import trained, write_checkpoint


def compared(capsys, *arguments):
    code = checkpoint.main(["compare", *map(str, arguments)])
    return code, capsys.readouterr().out


def test_a_checkpoint_is_as_itself(tmp_path, capsys):
    path = write_checkpoint(tmp_path, 3, trained(3))
    code, printed = compared(capsys, path, tmp_path)
    assert code == 0
    assert printed == f"A: {path}: step 3\nB: {path}: step 3\n\nnone of 9 tensors differ\n"


def test_all_differences_are_shown_the_largest_first(tmp_path, capsys):
    a = write_checkpoint(tmp_path / "a", 1, {**trained(1), "old": tf.zeros([2])})
    changed = {
        **trained(1),
        "input/iterator": trained(2)["input/iterator"],
        "input/identity": tf.constant("another"),
        "network/conv/kernel": tf.constant([[1, 1, 1, 1], [1, 1, 1, 1.5]]),
        "learner/adam/m/network/conv/kernel": tf.fill([2, 4], 42.0),
        "network/softmax/bias": tf.ones([3]),
        "new": tf.zeros([], tf.int32),
    }
    b = write_checkpoint(tmp_path / "b", 1, changed)
    code, printed = compared(capsys, a, b)
    assert code == 1
    # 42 - 21; 0.5 and, of 1.5, a third.
    assert printed == textwrap.dedent(
        f"""\
        A: {a}: step 1
        B: {b}: step 1

        only in A:
          old: float32 [2]

        only in B:
          new: int32 []

        of another type or shape:
          network/softmax/bias: float32 [2] in A, float32 [3] in B

        tensor                                kind  values  differ  largest absolute  largest relative
        learner/adam/m/network/conv/kernel    slot       8       8                21               0.5
        network/conv/kernel                 weight       8       1               0.5            0.3333
        input/identity                       state       1       1                 -                 -
        input/iterator                       state       1       1                 -                 -

        7 of 11 tensors differ
        """
    )


def test_a_tolerance_lets_small_differences_pass(tmp_path, capsys):
    a = write_checkpoint(tmp_path / "a", 1, {"w": tf.constant([1.0, 1000.0])})
    b = write_checkpoint(tmp_path / "b", 1, {"w": tf.constant([1.0, 1001.0])})
    assert compared(capsys, a, b)[0] == 1
    assert compared(capsys, a, b, "--tolerance=1e-3") == (
        0,
        f"A: {a}: step 1\nB: {b}: step 1\n\nnone of 2 tensors differ\n",
    )
    code, printed = compared(capsys, a, b, "--tolerance=9e-4")
    assert code == 1
    assert printed.endswith("\n1 of 2 tensors differs\n")


def test_a_filter_chooses_what_is_compared(tmp_path, capsys):
    a = write_checkpoint(tmp_path / "a", 1, trained(1))
    b = write_checkpoint(tmp_path / "b", 2, trained(1))
    assert compared(capsys, a, b)[0] == 1
    code, printed = compared(capsys, a, b, "--filter=^(network|learner)/")
    assert (code, printed.splitlines()[-1]) == (0, "none of 6 tensors differ")


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "x"])
def test_a_tolerance_that_is_none_is_an_error(text, capsys):
    with pytest.raises(SystemExit) as ended:
        checkpoint.main(["compare", "a", "b", f"--tolerance={text}"])
    assert ended.value.code == 2
    assert f"'{text}' is not a number >= 0" in capsys.readouterr().err


def test_a_damaged_checkpoint_is_an_error_and_no_difference(tmp_path, capsys):
    a = write_checkpoint(tmp_path / "a", 1, trained(1))
    b = write_checkpoint(tmp_path / "b", 1, trained(1))
    data = tmp_path / "b" / "ckpt-00000001.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:-1] + b"?")
    assert checkpoint.main(["compare", str(a), str(b)]) == 2
    assert f"checkpoint compare: {data}: CRC32C" in capsys.readouterr().err
