"""A library of one's own adds steps and record formats to the runtime, in Python and TensorFlow."""

import pathlib
import subprocess
import sys

import frazo
import google.protobuf.wrappers_pb2  # noqa: F401 (Python must know the message)
import pytest
from frazo import ops

PLUGIN = pathlib.Path("tests/plugin/libnegation.so")
CONFIG = """
    source {{ files {{ files {{ patterns: "{folder}/numbers" format: "lines" }} epochs: 1 }} }}
    processor {{
      raw {{ name: "x" }}
      steps {{ parse_numbers {{ field: "x" type: INT32 shape {{}} }} }}
      steps {{ custom {{ [type.googleapis.com/google.protobuf.StringValue] {{ value: "x" }} }} }}
    }}
    batcher {{ fixed {{ batch_size: 3 }} }}
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "numbers").write_text("1\n-2\n3\n")
    return CONFIG.format(folder=tmp_path)


def test_a_plugin_is_loaded_first(config):
    # In a process of its own, because nothing unloads a plugin.
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import google.protobuf.wrappers_pb2, frazo; frazo.Pipeline({config!r})",
        ],
        capture_output=True,
        text=True,
    )
    assert "no step is registered for the message 'google.protobuf.StringValue'" in ran.stderr


def test_its_step_and_format_work_in_python_and_tensorflow(config):
    frazo.load_plugin(PLUGIN)
    (batch,) = frazo.Pipeline(config)
    assert batch["x"].tolist() == [-1, 2, -3]
    (tensors,) = ops.pipeline_dataset(config)
    assert tensors["x"].numpy().tolist() == [-1, 2, -3]


def test_a_plugin_that_is_missing_or_none_is_named(tmp_path):
    with pytest.raises(OSError, match=f"{tmp_path}/none.so"):
        frazo.load_plugin(tmp_path / "none.so")
    (tmp_path / "text.so").write_text("no library")
    with pytest.raises(OSError, match=f"{tmp_path}/text.so"):
        frazo.load_plugin(str(tmp_path / "text.so"))
