"""Batches of records as NumPy arrays, without TensorFlow."""

from __future__ import annotations

import os
import pathlib

from google.protobuf import text_format

from frazo import _core
from frazo.proto import pipeline_pb2

# Data that ships with Frazo lies beside the task that uses it.
_OWN_TREE = pathlib.Path(__file__).absolute().parent

PipelineConfig = pipeline_pb2.Pipeline | str | os.PathLike[str]


class Pipeline(_core.Pipeline):
    """From files to batches, as a Pipeline message says, in C++ threads.

        pipeline = frazo.Pipeline("data.textproto")
        for batch in pipeline:
            step(batch["source"], batch["target"])

    Iterating gives dict[str, numpy.ndarray]. Arrays of numbers are the runtime's own memory, aligned
    to 64 bytes: nothing is copied, they live as long as somebody refers to them, and they may be
    written to. BYTES are arrays of Python's `bytes` (dtype object). The batches depend on the
    message and the files alone, never on threads; while it waits, other threads of Python run, and
    Ctrl+C interrupts it.

    save_state() gives a few KB of bytes that say where it stands after the last batch; restore() of
    the same or another process goes on with exactly the next one.

    counters: records, record_bytes, bad_records, filtered (by filter), invalid_utf8, examples,
    too_long, empty, dropped_at_end and batches count up to the last batch, since the first start
    (restore brings them back). damaged_records, damaged_bytes, damaged_files, first_damage and
    bad_record_samples (texts with file, record, byte and cause) are what this process has met, also
    ahead of the last batch.

    One iterator may be used from several threads; each batch goes to one of them.
    """

    def __init__(self, config: PipelineConfig):
        """config: the message, its textproto, or the path of a file that holds it.

        Raises InvalidArgumentError naming the field that is wrong, NotFoundError where files are
        missing; while iterating, DataLossError and others that name the file, the record and its
        byte. All are classes of frazo._core.
        """
        super().__init__(read_config(config).SerializeToString(), search_folders())


def read_config(config: PipelineConfig) -> pipeline_pb2.Pipeline:
    """The message itself, or what its textproto or the file of that path says.

    Text is taken for a path unless it has a brace. Raises frazo._core.InvalidArgumentError where it
    is no Pipeline, NotFoundError where there is no such file.
    """
    if isinstance(config, pipeline_pb2.Pipeline):
        return config
    if isinstance(config, str) and "{" in config:
        name, text = "config", config
    else:
        name = os.fspath(config)
        try:
            text = pathlib.Path(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise _core.NotFoundError(
                f"there is no file '{name}'; pass a Pipeline message, its textproto, or the path of one"
            ) from None
    try:
        return text_format.Parse(text, pipeline_pb2.Pipeline())
    except text_format.ParseError as error:
        raise _core.InvalidArgumentError(f"{name}: not a textproto of Pipeline: {error}") from None


def search_folders() -> list[str]:
    """Where relative paths of a configuration are looked for, after the current directory."""
    return [str(_OWN_TREE)]
