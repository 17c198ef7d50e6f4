"""Versions that appear, change, break and go."""

import io
import shutil

import grpc
import pytest
from frazo.export.export_folder import SAVED_MODEL
from frazo.program.console import Console
from frazo_tools.serving.model_repository import ModelRepository
from frazo_tools.serving.serving_error import ServingError

BROKEN = "broken"


class FakeModel:
    """What stands in a file, until it is closed."""

    def __init__(self, path):
        self.content = (path / SAVED_MODEL).read_text()
        self.is_closed = False
        if self.content.startswith(BROKEN):
            raise ServingError(grpc.StatusCode.DATA_LOSS, "it is damaged")

    def close(self):
        self.is_closed = True


def write(folder, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SAVED_MODEL).write_text(content)


class Repository:
    """A repository with its log."""

    def __init__(self, base, num_versions=1):
        self._log = io.StringIO()
        console = Console(self._log, self._log)
        self.inner = ModelRepository("ende", base, num_versions, FakeModel, console)

    def refreshed(self):
        """Looks for exports; returns what is served."""
        self.inner.refresh()
        return {version: model.content for version, model in self.inner.served().items()}

    def log(self):
        """Returns the lines since the last call."""
        lines = self._log.getvalue().splitlines()
        self._log.seek(0)
        self._log.truncate()
        return lines

    def states(self):
        return {version: state.state for version, state in self.inner.states().items()}


def test_the_newest_version_replaces_the_one_before(tmp_path):
    repository = Repository(tmp_path)
    write(tmp_path / "2", "two")
    write(tmp_path / "1", "one")
    write(tmp_path / "tmp", "not a version")
    assert repository.refreshed() == {2: "two"}
    before = repository.inner.find()[1]
    assert repository.refreshed() == {2: "two"}
    assert repository.inner.find()[1] is before
    write(tmp_path / "10", "ten")
    assert repository.refreshed() == {10: "ten"}
    assert before.is_closed
    assert repository.log() == [
        f"model ende: version 2 serves from {tmp_path}/2",
        f"model ende: version 10 serves from {tmp_path}/10",
        "model ende: version 2 is retired",
    ]
    assert repository.states() == {2: "END", 10: "AVAILABLE"}


def test_several_versions_at_the_same_time(tmp_path):
    repository = Repository(tmp_path, num_versions=2)
    for version in "123":
        write(tmp_path / version, version)
    assert repository.refreshed() == {2: "2", 3: "3"}
    assert repository.inner.find(2)[1].content == "2"
    assert repository.inner.find()[0] == 3
    with pytest.raises(ServingError) as failure:
        repository.inner.find(1)
    assert failure.value.code == grpc.StatusCode.NOT_FOUND
    assert str(failure.value) == "model 'ende' has no version 1; it has 2, 3"
    shutil.rmtree(tmp_path / "3")
    assert repository.refreshed() == {1: "1", 2: "2"}


def test_a_broken_version_is_told_once_and_the_one_before_stays(tmp_path):
    repository = Repository(tmp_path)
    write(tmp_path / "1", "one")
    repository.refreshed()
    repository.log()
    write(tmp_path / "2", BROKEN)
    assert repository.refreshed() == repository.refreshed() == {1: "one"}
    assert repository.log() == [
        f"warning: model ende: version 2 in {tmp_path}/2 cannot be loaded, it is not served: it is "
        "damaged"
    ]
    assert repository.states() == {1: "AVAILABLE", 2: "END"}
    assert repository.inner.states()[2].error.code == grpc.StatusCode.DATA_LOSS
    # It was only half written.
    write(tmp_path / "2", "two, as a whole")
    assert repository.refreshed() == {2: "two, as a whole"}


def test_an_export_without_a_number_is_version_1(tmp_path):
    repository = Repository(tmp_path)
    write(tmp_path / "inference_graph", "old")
    assert repository.refreshed() == {1: "old"}
    old = repository.inner.find()[1]
    # As the trainer replaces it.
    write(tmp_path / "new", "newer")
    shutil.rmtree(tmp_path / "inference_graph")
    # Between the two there is none for a moment.
    assert repository.refreshed() == {1: "old"}
    (tmp_path / "new").rename(tmp_path / "inference_graph")
    assert repository.refreshed() == {1: "newer"}
    assert old.is_closed
    assert repository.states() == {1: "AVAILABLE"}
    repository.log()
    write(tmp_path / "inference_graph", f"{BROKEN} now")
    assert repository.refreshed() == {1: "newer"}
    assert repository.log() == [
        f"warning: model ende: version 1 in {tmp_path}/inference_graph cannot be loaded, the one before "
        "stays: it is damaged"
    ]


def test_the_base_path_may_be_an_export(tmp_path):
    write(tmp_path, "it")
    assert Repository(tmp_path).refreshed() == {1: "it"}


def test_a_model_without_a_version(tmp_path):
    repository = Repository(tmp_path / "nowhere")
    assert repository.refreshed() == {}
    with pytest.raises(ServingError) as failure:
        repository.inner.find()
    assert failure.value.code == grpc.StatusCode.UNAVAILABLE
    assert str(failure.value) == (
        "model 'ende' has no version yet: no export below its base path was loaded"
    )


def test_closing_retires_what_is_served(tmp_path):
    write(tmp_path / "1", "one")
    repository = Repository(tmp_path)
    repository.refreshed()
    model = repository.inner.find()[1]
    repository.inner.close()
    assert model.is_closed
    assert repository.states() == {1: "END"}
