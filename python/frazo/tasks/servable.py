"""The contract of an exported model."""

from collections.abc import Callable

import tensorflow as tf


class Servable(tf.Module):
    """A task's model with everything that it needs outside of Frazo; see Task.servable.

    It tracks the variables that its functions read. They take and return plain tensors by name.
    """

    def signatures(self) -> dict[str, Callable]:
        """Returns tf.functions with input signatures, by the names that callers use.

        It is called once, when the model's variables have the values to export.

        One of the names is "serving_default".
        """
        raise NotImplementedError(f"{type(self).__name__} does not define signatures")
