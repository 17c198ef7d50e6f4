"""Batches of records as NumPy arrays, without TensorFlow."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence
from typing import Any

from google.protobuf import text_format

from frazo import _core
from frazo.proto import pipeline_pb2

# Data that comes with Frazo lies beside the task that uses it.
_OWN_TREE = pathlib.Path(__file__).absolute().parent

PipelineConfig = pipeline_pb2.Pipeline | str | os.PathLike[str]


class Pipeline(_core.Pipeline):
    """Reads files and makes batches in C++ threads, as a Pipeline message describes.

        pipeline = frazo.Pipeline("data.textproto")
        for batch in pipeline:
            step(batch["source"], batch["target"])

    Iterating gives dict[str, numpy.ndarray]. Numeric arrays are the runtime's own memory, aligned
    to 64 bytes: they are not copied, they live as long as they are referenced, and they may be
    written to. BYTES are arrays of Python's `bytes` (dtype object). The batches depend on the
    message and the files only, never on threads. While it waits, other Python threads run, and
    Ctrl+C interrupts it.

    save_state() returns a few KB of bytes with the position after the last batch. restore() in the
    same or another process continues with exactly the next batch.

    counters: records, record_bytes, bad_records, filtered (by filter), invalid_utf8, truncated,
    examples, too_long, empty, dropped_at_end and batches count up to the last batch, since the
    first start (restore brings them back). damaged_records, damaged_bytes, damaged_files,
    first_damage and bad_record_samples (texts with file, record, byte and cause) count in this
    process and include records read ahead of the last batch.

    Several threads may use one iterator; each batch goes to one of them. A copy, or what comes out
    of pickle, goes on with the next batch on its own.
    """

    def __init__(self, config: PipelineConfig):
        """Builds the pipeline.

        Args:
          config: The message, its textproto, or the path of a file that holds it.

        Raises:
          frazo._core.InvalidArgumentError: The message names the wrong field.
          frazo._core.NotFoundError: Files are missing.
          frazo._core.FrazoError: While iterating: DataLossError and others that name the file, the
            record and its byte.
        """
        self._config = read_config(config)
        super().__init__(self._config.SerializeToString(), search_folders())

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self._config, self.save_state())


def _restored(kind: type[Pipeline], config: pipeline_pb2.Pipeline, state: bytes) -> Pipeline:
    pipeline = kind(config)
    pipeline.restore(state)
    return pipeline


def read_config(config: PipelineConfig) -> pipeline_pb2.Pipeline:
    """Returns the message given as a message, a textproto, or the path of a file.

    A text is a path unless it has a brace.

    Raises:
      frazo._core.InvalidArgumentError: The text is not a Pipeline.
      frazo._core.NotFoundError: There is no such file.
    """
    if isinstance(config, pipeline_pb2.Pipeline):
        return config
    if isinstance(config, str) and "{" in config:
        name, text = "config", config
    else:
        name = os.fspath(config)
        try:
            text = pathlib.Path(name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise _core.NotFoundError(
                f"there is no file '{name}'; pass a Pipeline message, its textproto, or the path of one"
            ) from None
    try:
        return text_format.Parse(text, pipeline_pb2.Pipeline())
    except text_format.ParseError as error:
        raise _core.InvalidArgumentError(f"{name}: not a textproto of Pipeline: {error}") from None


def divide_pipeline_states(
    config: PipelineConfig, states: Sequence[bytes], replicas: int
) -> list[bytes]:
    """Lets another number of replicas go on; each record still comes once an epoch.

    A record that was read, but whose batch was not given yet, is read once more. The totals go to
    replica 0. For the same number of replicas the states stay as they are.

    Args:
      config: As for Pipeline. Its `replica` and `replicas` mean nothing here.
      states: What save_state() of every replica gave, number 0 first.
      replicas: How many will go on. At least 1.

    Returns:
      For each replica, number 0 first, what its restore() takes.

    Raises:
      frazo._core.InvalidArgumentError: Bytes are not a state, or their number or order is wrong.
      frazo._core.FailedPreconditionError: Another configuration wrote them; names the difference.
    """
    serialized = read_config(config).SerializeToString()
    return _core.divide_pipeline_states(serialized, search_folders(), list(states), replicas)


def search_folders() -> list[str]:
    """Returns the folders in which relative paths are looked up after the current directory."""
    return [str(_OWN_TREE)]
