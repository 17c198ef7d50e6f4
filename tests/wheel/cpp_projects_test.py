"""C++ projects that use an installed Frazo, without Bazel."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from frazo import _core, sysconfig

from tests.wheel.installation import Installation

PROJECTS = Path("tests/wheel")


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    return Installation(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    path = tmp_path_factory.mktemp("records") / "three.tfrecord"
    with _core.RecordWriter(str(path)) as writer:
        for record in (b"1", b"22", b"333"):
            writer.write(record)
    return path


def build(installation, project, commands, tmp_path):
    """Copies a project, and runs the commands of a shell in its folder."""
    folder = tmp_path / project
    shutil.copytree(PROJECTS / project, folder)
    ran = subprocess.run(
        ["bash", "-euc", commands],
        cwd=folder,
        env=installation.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


def test_a_cmake_project(installation, records, tmp_path):
    frazo = installation.run("-m", "frazo.sysconfig", "--cmakedir").stdout.strip()
    # pip would have put it beside Frazo.
    tensorflow = sysconfig.installed_tensorflow()
    assert tensorflow is not None
    configure = f"cmake -S . -B build -DFrazo_DIR={frazo}"
    folder = build(
        installation,
        "cmake_project",
        f"""! {configure} 2>errors
        grep -q 'has no headers: install TensorFlow' errors
        {configure} -DFrazo_TENSORFLOW_DIR={tensorflow[1]}
        cmake --build build""",
        tmp_path,
    )
    program = folder / "build" / "count_records"
    assert subprocess.check_output([program, records], text=True) == "3 records\n"


def test_a_library_of_ops_by_setuptools(installation, records, tmp_path):
    python = f"{sys.executable} -P"
    folder = build(
        installation, "op_project", f"{python} setup.py -q build_ext --inplace", tmp_path
    )
    (library,) = folder.glob("record_ops*.so")
    program = f"""
import tensorflow as tf
ops = tf.load_op_library({str(library)!r})
print(ops.outside_count_records(path={str(records)!r}).numpy())
try:
    ops.outside_count_records(path="none.tfrecord")
except tf.errors.NotFoundError as error:
    print("not found:", "none.tfrecord" in str(error))
"""
    counted = installation.run("-c", program).stdout.splitlines()
    assert counted == ["3", "not found: True"]


def test_a_checkout_has_no_flags():
    with pytest.raises(FileNotFoundError, match=r"part of a checkout.*tests/outside"):
        sysconfig.get_include()
