"""Checkpoints that earlier versions wrote are still read."""

import base64
import pathlib

import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.restore import read_tensors

GOLDEN = pathlib.Path(__file__).with_name("golden") / "checkpoint.txt"


def test_a_checkpoint_of_an_earlier_version_is_whole_and_holds_its_tensors(tmp_path):
    for line in GOLDEN.read_text().splitlines():
        if not line.startswith("#"):
            name, content = line.split(" ")
            (tmp_path / name).write_bytes(base64.b64decode(content, validate=True))
    damages = {}
    checkpoint = CheckpointDirectory(tmp_path).newest(damages.__setitem__)
    assert not damages
    assert checkpoint.step == 205
    dtypes = {
        "global_step": tf.int64,
        "input/state": tf.string,
        "network/dense/kernel": tf.float32,
    }
    tensors = read_tensors(checkpoint, dtypes)
    # What the tensors were when it was written.
    assert tensors["global_step"].numpy() == 205
    assert tensors["input/state"].numpy() == b"\0state\xff"
    assert tensors["network/dense/kernel"].numpy().tolist() == [[1, -2, 0.5], [3, 0, -0.25]]
