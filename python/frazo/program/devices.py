"""The devices that TensorFlow computes on."""

import tensorflow as tf
from frazo.program.console import Console
from frazo.program.errors import UsageError


def use_devices(kind: str, console: Console) -> None:
    """Chooses the devices of this process; to be called before TensorFlow has computed anything.

    Args:
      kind: "cpu": TensorFlow sees no GPU. "gpu": it uses all GPUs, and takes their memory as it
        needs it instead of all at once.
      console: is told which GPUs there are.

    Raises:
      UsageError: there is no GPU.
    """
    if kind == "cpu":
        tf.config.set_visible_devices([], "GPU")
        return
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        cause = (
            "TensorFlow finds none; does nvidia-smi list one?"
            if tf.test.is_built_with_cuda()
            else "this TensorFlow is built without CUDA."
        )
        raise UsageError(f"--run_locally=gpu: there is no GPU: {cause} Use --run_locally=cpu.")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    console.line("devices: " + ", ".join(_described(gpu) for gpu in gpus))


def _described(gpu: tf.config.PhysicalDevice) -> str:
    """ "GPU:0 (NVIDIA H200)"."""
    name = gpu.name.removeprefix("/physical_device:")
    model = tf.config.experimental.get_device_details(gpu).get("device_name")
    return f"{name} ({model})" if model else name
