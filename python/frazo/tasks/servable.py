"""The contract of what an exported model does."""

from collections.abc import Callable

import tensorflow as tf


class Servable(tf.Module):
    """A task's model with all that it needs to be used by itself; see Task.servable.

    It tracks the model's variables. Its functions take and give plain tensors by name.
    """

    def signatures(self) -> dict[str, Callable]:
        """tf.functions with input signatures, by the name that callers know them by; one of them is
        "serving_default"."""
        raise NotImplementedError(f"{type(self).__name__} does not define signatures")
