"""The library of Frazo's TensorFlow ops, loaded once, at the first use of an op."""

from __future__ import annotations

import functools
import types

import tensorflow as tf

from frazo.op_library import find_op_library
from frazo.tensorflow_version import check_tensorflow


@functools.cache
def op_library() -> types.ModuleType:
    """Returns the module of the ops, named frazo_ and the op's name in lower case.

    Raises:
      FileNotFoundError: The library is missing.
      TensorflowVersionError: It is linked with another release of TensorFlow.
    """
    check_tensorflow()
    return tf.load_op_library(str(find_op_library()))


def load() -> None:
    """Loads the library now, for a SavedModel whose graph names its ops.

    Raises:
      FileNotFoundError: The library is missing; the message names the paths where it should be.
    """
    op_library()
