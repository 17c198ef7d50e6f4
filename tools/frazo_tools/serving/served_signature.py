"""A function of a loaded model, as a server runs it."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import grpc
import numpy as np
import tensorflow as tf
from frazo_tools.serving.batcher import Arrays, Rows
from frazo_tools.serving.serving_error import ServingError, code_of_number, invalid


class ServedSignature:
    """A signature.

    Attributes:
      name: Its name.
      inputs: The type and shape of each input.
      outputs: Those of each output.
    """

    def __init__(self, name: str, function, padded: Mapping[str, str] | None):
        """Keeps the function.

        Args:
          name: Its name.
          function: The function, as TensorFlow loads it.
          padded: As a value of Servable.row_wise(). None: the rows of the signature depend on each
            other, or the export does not say.

        Raises:
          ValueError: `padded` names an output that is not there.
        """
        self.name = name
        self.inputs: dict[str, tf.TensorSpec] = dict(
            sorted(function.structured_input_signature[1].items())
        )
        self.outputs: dict[str, tf.TensorSpec] = dict(sorted(function.structured_outputs.items()))
        if unknown := {*(padded or {}), *(padded or {}).values()} - self.outputs.keys():
            raise ValueError(f"signature '{name}' has no output '{min(unknown)}' to be padded")
        self._function = function
        self._padded = padded
        self._rows = [name for name, spec in self.inputs.items() if _has_rows(spec)]

    def check_names(self, names: Iterable[str]) -> None:
        """Raises ServingError if the inputs of a request are not those of the signature."""
        there = (
            f"signature '{self.name}' has the inputs {', '.join(sorted(self.inputs)) or '(none)'}"
        )
        given = set(names)
        if missing := sorted(self.inputs.keys() - given):
            raise invalid(f"input '{missing[0]}' is missing; {there}")
        if unknown := sorted(given - self.inputs.keys()):
            raise invalid(f"there is no input '{unknown[0][:100]}'; {there}")

    def rows(self, inputs: Arrays) -> Rows | None:
        """Returns how a request joins others; None: it is run alone.

        Raises:
          ServingError: Its inputs have not the same number of rows.
        """
        if self._padded is None or not self._rows:
            return None
        counts = {name: inputs[name].shape[0] for name in self._rows}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"'{name}' has {count}" for name, count in counts.items())
            raise invalid(f"inputs of signature '{self.name}' differ in their rows: {told}")
        # Beside the rows: what all rows share, and the sizes of a row.
        shared = tuple(
            array.shape[1:] if name in counts else (array.shape, _content(array))
            for name, array in sorted(inputs.items())
        )
        return Rows(counts[self._rows[0]], shared)

    def join(self, requests: Sequence[Arrays]) -> dict[str, np.ndarray]:
        """Returns the inputs of several requests, whose keys are equal, as those of one."""
        joined = dict(requests[0])
        for name in self._rows:
            joined[name] = np.concatenate([inputs[name] for inputs in requests])
        return joined

    def split(self, outputs: Arrays, counts: Sequence[int]) -> list[dict[str, np.ndarray]]:
        """Returns what each of several requests gets of the outputs of join().

        Args:
          outputs: The outputs.
          counts: The rows of each request.

        Raises:
          ValueError: An output has another number of rows than the inputs.
        """
        parts: list[dict[str, np.ndarray]] = [{} for _ in counts]
        ends = np.cumsum(counts)
        for name, array in outputs.items():
            if not _has_rows(self.outputs[name]):
                for part in parts:
                    part[name] = array
                continue
            if array.shape[0] != ends[-1]:
                raise ValueError(f"output '{name}' has {array.shape[0]} rows for {ends[-1]}")
            for part, end, count in zip(parts, ends, counts, strict=True):
                part[name] = array[end - count : end]
        for name, lengths in (self._padded or {}).items():
            for part in parts:
                part[name] = part[name][:, : part[lengths].max(initial=0)]
        return parts

    def run(self, inputs: Arrays) -> dict[str, np.ndarray]:
        """Calls the function.

        Raises:
          ServingError: It failed.
        """
        tensors = {
            name: tf.constant(inputs[name], spec.dtype) for name, spec in self.inputs.items()
        }
        try:
            outputs = self._function(**tensors)
            return {name: outputs[name].numpy() for name in self.outputs}
        except tf.errors.OpError as error:
            raise ServingError(code_of_number(error.error_code), error.message) from None
        except Exception as error:
            text = f"signature '{self.name}' failed: {type(error).__name__}: {error}"
            raise ServingError(grpc.StatusCode.INTERNAL, text) from None


def _has_rows(spec: tf.TensorSpec) -> bool:
    return bool(spec.shape.rank) and spec.shape[0] is None


def _content(array: np.ndarray) -> Hashable:
    return tuple(array.ravel().tolist()) if array.dtype == object else array.tobytes()
