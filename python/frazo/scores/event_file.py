"""TensorBoard's event files, which are TFRecords of Event messages."""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import tensorflow as tf

# The first record of a file has it.
VERSION = "brain.Event:2"


class EventFile:
    """A new event file in a directory. When a call returns, its event is in the file.

    Not thread-safe. The first event creates the file.
    """

    def __init__(self, directory: Path):
        self._directory = directory
        self._records: tf.io.TFRecordWriter | None = None

    def add_restart(self, step: int) -> None:
        """Records that training continues from `step`: later steps of older files are no longer
        shown.
        """
        log = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
        self._add(tf.compat.v1.Event(step=step, session_log=log))

    def add_scalars(self, step: int, scalars: Mapping[str, float]) -> None:
        self.add_values(
            step,
            [
                tf.compat.v1.Summary.Value(tag=name, simple_value=value)
                for name, value in scalars.items()
            ],
        )

    def add_values(self, step: int, values: Sequence[tf.compat.v1.Summary.Value]) -> None:
        if values:
            self._add(tf.compat.v1.Event(step=step, summary=tf.compat.v1.Summary(value=values)))

    def add_text(self, tag: str, text: str) -> None:
        """Adds text that TensorBoard's page Text shows unchanged, in a fixed-width font."""
        value = tf.compat.v1.Summary.Value(
            tag=tag,
            metadata=tf.compat.v1.SummaryMetadata(
                plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="text")
            ),
            tensor=tf.make_tensor_proto([_as_code_block(text)], dtype=tf.string),
        )
        self.add_values(0, [value])

    def add_graph(self, graph: tf.compat.v1.GraphDef) -> None:
        self._add(tf.compat.v1.Event(graph_def=graph.SerializeToString()))

    def close(self) -> None:
        if self._records is not None:
            self._records.close()
            self._records = None

    def _add(self, event: tf.compat.v1.Event) -> None:
        records = self._opened()
        event.wall_time = time.time()
        records.write(event.SerializeToString())
        records.flush()

    def _opened(self) -> tf.io.TFRecordWriter:
        if self._records is None:
            self._directory.mkdir(parents=True, exist_ok=True)
            name = f"events.out.tfevents.{time.time_ns() // 10**6}.{socket.gethostname()}.{os.getpid()}"
            version = tf.compat.v1.Event(wall_time=time.time(), file_version=VERSION)
            records = tf.io.TFRecordWriter(str(self._directory / name))
            records.write(version.SerializeToString())
            self._records = records
        return self._records


def _as_code_block(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())
