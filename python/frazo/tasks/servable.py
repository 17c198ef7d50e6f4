"""The contract of an exported model."""

from collections.abc import Callable

import tensorflow as tf


class Servable(tf.Module):
    """A task's model with everything that it needs outside of Frazo; see Task.servable.

    It tracks the model's variables. Its functions take and return plain tensors by name.
    """

    def signatures(self) -> dict[str, Callable]:
        """Returns tf.functions with input signatures, by the names that callers use.

        One of the names is "serving_default".
        """
        raise NotImplementedError(f"{type(self).__name__} does not define signatures")
