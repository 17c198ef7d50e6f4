"""What people get from `pip install`: the wheel's contents, and its programs outside of Bazel."""

import configparser
import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from frazo_tools.programs import PROGRAMS

from tests.wheel.installation import Installation, built_wheel

MOST_BYTES = 40e6
DIGITS = "frazo/tasks/image/data/"
RECORDS = """
import sys, frazo
from frazo import _core
with _core.RecordWriter("three.tfrecord") as writer:
    for record in (b"1", b"22", b"333"):
        writer.write(record)
print([bytes(record) for record in _core.RecordReader("three.tfrecord")])
config = '''
    source { files { files { patterns: "three.tfrecord" } epochs: 1 } }
    processor {
      raw { name: "x" }
      steps { parse_numbers { field: "x" type: INT32 shape {} } }
    }
    batcher { fixed { batch_size: 3 } }
'''
print([batch["x"].tolist() for batch in frazo.Pipeline(config)])
print("tensorflow" in sys.modules)
"""
# Where the process has its libraries of sound from.
SOUND = """
import io, re, wave
from frazo import _core
content = io.BytesIO()
with wave.open(content, "wb") as file:
    file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
    file.writeframes(bytes(1600))
print(_core.decode_sound(content.getvalue()).shape)
maps = open("/proc/self/maps").read()
print(sorted(set(re.findall(r"/([^/]+)/lib(sndfile|FLAC|soxr)\\b", maps))))
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    return Installation(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def names():
    with zipfile.ZipFile(built_wheel()) as wheel:
        assert wheel.testzip() is None
        return [name for name in wheel.namelist() if not name.endswith("/")]


def test_it_is_small_and_runs_on_many_systems():
    assert built_wheel().stat().st_size < MOST_BYTES
    # The tag is that of the oldest glibc that the libraries take.
    found = re.search(r"-cp311-cp311-manylinux_2_(\d+)_x86_64\.whl$", built_wheel().name)
    assert found is not None
    assert int(found[1]) <= 36


def test_it_holds_what_people_use_and_nothing_else(names):
    present = set(names)
    for name in (
        "frazo/py.typed",
        "frazo/_core.pyi",
        "frazo/proto/experiment_pb2.pyi",
        "frazo/tasks/image/configs/mnist/LeNet5.textproto",
        "frazo/cmake/FrazoConfig.cmake",
        "frazo/include/core/records/record_reader.h",
        "frazo/include/frazo/proto/pipeline.pb.h",
        "frazo_tools/completion/completion.bash",
    ):
        assert name in present
    assert [name for name in names if name.startswith(DIGITS)]
    assert not [name for name in names if re.search(r"_test\.py$|/BUILD$|\.pyc$|/_solib", name)]
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "frazo",
        # Libraries that a bare system may lack.
        "frazo.libs",
        "frazo_tools",
    }


def test_its_record_lists_every_file(names):
    with zipfile.ZipFile(built_wheel()) as wheel:
        (record,) = (name for name in names if name.endswith(".dist-info/RECORD"))
        rows = list(csv.reader(io.StringIO(wheel.read(record).decode())))
    assert sorted(row[0] for row in rows) == sorted(names)


def test_there_is_a_command_for_each_program(installation):
    (listed,) = installation.packages.glob("frazo-*.dist-info/entry_points.txt")
    entries = configparser.ConfigParser()
    entries.read(listed)
    assert sorted(entries["console_scripts"]) == sorted(
        f"frazo-{name.replace('_', '-')}" for name in PROGRAMS
    )


def test_the_runtime_works_without_tensorflow(installation):
    ran = installation.run("-c", RECORDS, without_frameworks=True)
    assert ran.stdout.splitlines() == ["[b'1', b'22', b'333']", "[[1, 22, 333]]", "False"]
    told = installation.program("frazo-train", "--version", without_frameworks=True).stdout
    assert "TensorFlow is missing" in told
    assert "op library libfrazo_ops.so" in told


def test_a_sound_is_read_by_libraries_of_the_wheel(installation):
    ran = installation.run("-c", SOUND, without_frameworks=True)
    own = [("frazo.libs", name) for name in ("FLAC", "sndfile", "soxr")]
    assert ran.stdout.splitlines() == ["(1600,)", str(own)]


def test_a_program_says_what_to_install(installation):
    ran = installation.program(
        "frazo-train",
        "--model=image.mnist.LeNet5",
        "--logdir=log",
        without_frameworks=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "is missing" in ran.stderr
    assert "pip install 'frazo[cpu]'" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_another_tensorflow_is_refused(installation, tmp_path):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").touch()
    (tmp_path / "tensorflow-2.20.1.dist-info").mkdir()
    (tmp_path / "tensorflow-2.20.1.dist-info" / "RECORD").write_text("tensorflow/__init__.py,,\n")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from frazo import _core"
    ran = installation.run("-c", program, check=False)
    assert "has 2.20.1. Install that release: pip install tensorflow-cpu==" in ran.stderr


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "completion"])
def test_every_program_teaches_by_its_commands(installation, name):
    command = f"frazo-{name.replace('_', '-')}"
    shown = installation.program(command, "--help").stdout
    assert shown.startswith(f"usage: {command} ")
    assert "bazelw" not in shown
    assert "//tools:" not in shown


def test_training_more_training_and_export(installation):
    flags = ["--model=image.mnist.LeNet5", "--logdir=log", "--set", "train.max_steps=2"]
    trained = installation.program("frazo-train", *flags).stdout
    assert "done: step 2, eval_test accuracy" in trained
    flags[-1] = "train.max_steps=3"
    resumed = installation.run("-m", "frazo.trainer", *flags).stdout
    assert "ckpt-00000002: step 2 of 3" in resumed
    installation.program("frazo-train", *flags, "--mode=write_inference_graph")
    assert (installation.folder / "log" / "inference_graph" / "saved_model.pb").exists()


def test_the_commands_of_the_document(installation):
    text = Path("docs/install.md").read_text(encoding="utf-8")
    commands = re.findall(r"^(frazo-\S+ .*)$", text, re.MULTILINE)
    assert len(commands) >= 3
    for command in commands:
        name, *arguments = command.replace("/tmp/", "tmp/").split()
        short = ["--set=train.max_steps=1"] if "--logdir" in command else []
        assert installation.program(name, *arguments, *short).stdout


def test_completion_knows_the_models(installation):
    ask = (
        f"PATH={installation.packages}/bin:$PATH; source <(frazo-completion);"
        "COMP_LINE='frazo-train --model=image.mnist.Le' COMP_POINT=34"
        " COMP_WORDS=(frazo-train --model = image.mnist.Le) COMP_CWORD=3; _frazo_complete;"
        ' echo "${COMPREPLY[*]}"'
    )
    program = f"import subprocess; subprocess.run(['bash', '-c', {ask!r}], check=True)"
    completed = installation.run("-c", program).stdout
    assert completed.split() == ["image.mnist.LeNet5", "image.mnist.LeNet5Full"]
