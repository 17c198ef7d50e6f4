import io

import pytest
import tensorflow as tf
from frazo.program.console import Console
from frazo.program.devices import use_devices
from frazo.program.errors import UsageError


class Machine:
    """What TensorFlow would find, and what it is told. models: of its GPUs, None if not known."""

    def __init__(self, monkeypatch, models, cuda=True):
        self.gpus = [
            tf.config.PhysicalDevice(f"/physical_device:GPU:{number}", "GPU")
            for number in range(len(models))
        ]
        self.models = dict(zip(self.gpus, models, strict=True))
        self.visible = list(self.gpus)
        self.growing = []
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: self.gpus)
        monkeypatch.setattr(tf.config, "set_visible_devices", self._set_visible_devices)
        experimental = tf.config.experimental
        monkeypatch.setattr(experimental, "set_memory_growth", self._set_memory_growth)
        monkeypatch.setattr(experimental, "get_device_details", self._device_details)
        monkeypatch.setattr(tf.test, "is_built_with_cuda", lambda: cuda)

    def _set_visible_devices(self, devices, kind):
        assert kind == "GPU"
        self.visible = devices

    def _set_memory_growth(self, gpu, enable):
        assert enable
        self.growing.append(gpu)

    def _device_details(self, gpu):
        return {"device_name": self.models[gpu]} if self.models[gpu] else {}


def use(kind):
    out = io.StringIO()
    use_devices(kind, Console(out, out))
    return out.getvalue()


def test_cpu_hides_the_gpus_and_says_nothing(monkeypatch):
    machine = Machine(monkeypatch, ["NVIDIA H200"])
    assert use("cpu") == ""
    assert machine.visible == []


def test_gpu_names_the_gpus_and_takes_memory_as_it_is_needed(monkeypatch):
    machine = Machine(monkeypatch, ["NVIDIA H200", None])
    assert use("gpu") == "devices: GPU:0 (NVIDIA H200), GPU:1\n"
    assert machine.visible == machine.growing == machine.gpus


@pytest.mark.parametrize(
    ("cuda", "cause"),
    [
        (True, "TensorFlow finds none; does nvidia-smi list one?"),
        (False, "this TensorFlow is built without CUDA."),
    ],
)
def test_gpu_without_one_is_an_error_with_the_cause_and_the_remedy(monkeypatch, cuda, cause):
    Machine(monkeypatch, [], cuda)
    with pytest.raises(UsageError) as error:
        use("gpu")
    assert str(error.value) == (
        f"--run_locally=gpu: there is no GPU: {cause} Use --run_locally=cpu."
    )
