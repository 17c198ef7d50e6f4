import pathlib
import re

import pytest

from frazo import tensorflow_version
from frazo.tensorflow_version import (
    TENSORFLOW_VERSION,
    TensorflowVersionError,
    check_tensorflow,
    installed_tensorflow,
)

LOCK = pathlib.Path("third_party/python/requirements.txt")


@pytest.fixture
def site_packages(tmp_path, monkeypatch):
    """A folder that Python imports `tensorflow` from."""
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def distribution(folder, name, files):
    (folder / f"{name}.dist-info").mkdir()
    (folder / f"{name}.dist-info" / "RECORD").write_text("".join(f"{file},,\n" for file in files))


def test_the_release_is_that_of_the_lock():
    pinned = re.search(r"^tensorflow-cpu==(\S+)", LOCK.read_text(), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] == TENSORFLOW_VERSION
    check_tensorflow()


def test_packages_that_go_with_tensorflow_are_not_it(site_packages):
    distribution(site_packages, "tensorflow_estimator-2.15.0", ["tensorflow_estimator/__init__.py"])
    assert installed_tensorflow() is None
    distribution(site_packages, "tensorflow_cpu-2.20.1", ["tensorflow/__init__.py"])
    assert installed_tensorflow() == ("2.20.1", site_packages / "tensorflow")


def test_another_release_is_refused_with_the_mend(site_packages):
    distribution(site_packages, "tensorflow-2.20.1", ["tensorflow/__init__.py"])
    with pytest.raises(
        TensorflowVersionError, match=r"tensorflow has 2\.20\.1.*pip install"
    ) as told:
        check_tensorflow()
    assert f"tensorflow-cpu=={TENSORFLOW_VERSION}" in str(told.value)


def test_without_tensorflow_there_is_nothing_to_check(monkeypatch):
    monkeypatch.setattr(tensorflow_version.importlib.util, "find_spec", lambda name: None)
    assert installed_tensorflow() is None
    check_tensorflow()
