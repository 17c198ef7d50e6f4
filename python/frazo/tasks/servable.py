"""The contract of an exported model."""

from collections.abc import Callable, Iterable, Mapping

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

    def row_wise(self) -> Mapping[str, Mapping[str, str]]:
        """Returns the signatures that a server may call once for the requests of several callers.

        An input or output of such a signature whose first dimension is unknown has rows; the rows
        share all others. What a row gives depends on this row alone and on what they share.

        Returns:
          For each such signature the outputs that are padded to the longest row, by name, and for
          each of them the output that has the rows' lengths.
        """
        return {}


def variables_read(functions: Iterable[Callable]) -> list[tf.Variable]:
    """Returns the variables that the graphs of signatures read.

    They are not all of a model's if the graphs read rounded ones.

    Args:
      functions: tf.functions with input signatures, and concrete functions.
    """
    graphs = [
        function.graph
        if isinstance(function, tf.types.experimental.ConcreteFunction)
        else function.get_concrete_function().graph
        for function in functions
    ]
    by_key = {variable.ref(): variable for graph in graphs for variable in graph.variables}
    return list(by_key.values())
