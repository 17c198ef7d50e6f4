from concurrent.futures import Future

import grpc
import pytest
from frazo_tools.serving.batcher import BatcherClosed
from frazo_tools.serving.predictions import Wanted, submit
from frazo_tools.serving.serving_error import ServingError


class FakeModel:
    """A version of a model, and what stands for its batcher and its signatures."""

    def __init__(self, number, is_closed):
        self.number = number
        self.is_closed = is_closed
        self.batcher = self
        self.outputs = Future()

    def signature(self, name):
        return f"{name} of {self.number}"

    def submit(self, signature, inputs, expires):
        if self.is_closed:
            raise BatcherClosed
        assert inputs == f"inputs of {signature}"
        assert expires == 7.0
        return self.outputs


class FakeModels:
    """Finds one version after the other."""

    def __init__(self, *versions):
        self._versions = iter(versions)

    def find(self, wanted):
        if wanted == "ende":
            return self
        version = next(self._versions)
        return version.number, version


WANTED = Wanted("ende", None, "score", expires=7.0)


def read(signature):
    return f"inputs of {signature}"


def test_a_version_that_was_just_retired_has_a_successor():
    old, new = FakeModel(1, is_closed=True), FakeModel(2, is_closed=False)
    prediction = submit(FakeModels(old, new), WANTED, read)
    assert (prediction.version, prediction.signature) == (2, "score of 2")
    assert prediction.outputs is new.outputs


def test_a_model_that_is_always_retired_is_an_error():
    closed = [FakeModel(number, is_closed=True) for number in range(3)]
    with pytest.raises(ServingError) as failure:
        submit(FakeModels(*closed), WANTED, read)
    assert failure.value.code == grpc.StatusCode.UNAVAILABLE
    assert str(failure.value) == "model 'ende' is being retired; ask again"
