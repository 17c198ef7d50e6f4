"""Writes the records of a run in <logdir>/control: the configuration, the model and its graph."""

import threading
from pathlib import Path

import tensorflow as tf
from frazo import _core
from frazo.config import resolved_text
from frazo.config.changes import changed_fields
from frazo.config.hyperparameters import hyperparameters
from frazo.experiment.job_list import train_inputs
from frazo.experiment.model import Model
from frazo.experiment.model_analysis import model_analysis
from frazo.program import durable_file
from frazo.program.console import Console
from frazo.proto import experiment_pb2
from frazo.scores.event_file import EventFile
from frazo.scores.hparams_file import write_hparams
from frazo.train.async_loop import AsyncLoop
from frazo.train.inner_loop import InnerLoop
from google.protobuf import text_format

PARAMS_FILE = "params.txt"


class ControlRecords:
    """Writes params.txt, model_analysis.txt, train.pbtxt and an event file with all three, and the
    hyperparameters for TensorBoard in the log directory itself.
    """

    def __init__(self, logdir: Path, console: Console):
        self._logdir = logdir
        self._directory = logdir / "control"
        self._console = console
        self._events = EventFile(self._directory)
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None

    def warn_of_changes(self, experiment: experiment_pb2.Experiment) -> None:
        """Warns of each field that differs from the params.txt that the previous run wrote."""
        path = self._directory / PARAMS_FILE
        if not path.exists():
            return
        try:
            before, after = (
                text_format.Parse(text, experiment_pb2.Experiment())
                for text in (path.read_text(encoding="utf-8"), resolved_text(experiment))
            )
        except (text_format.ParseError, UnicodeDecodeError) as error:
            self._console.warning(
                f"{path}: cannot be compared with the present configuration: {error}"
            )
            return
        for field, old, new in changed_fields(before, after):
            self._console.warning(f"{field} was {old} in {path} and is now {new}")

    def write(self, experiment: experiment_pb2.Experiment, model: Model) -> None:
        """Writes the configuration and the table of the model's variables.

        Call this once the model is known to fit the checkpoints of the run. Until then the older
        params.txt describes them.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        text = resolved_text(experiment)
        durable_file.write_text(self._directory / PARAMS_FILE, text)
        self._events.add_text("params", text)
        self._write_hparams(experiment)
        analysis = model_analysis(model.task.variables)
        durable_file.write_text(self._directory / "model_analysis.txt", analysis)
        self._events.add_text("model_analysis", analysis)

    def _write_hparams(self, experiment: experiment_pb2.Experiment) -> None:
        names = set(train_inputs(experiment).values())
        try:
            write_hparams(self._logdir, hyperparameters(experiment, names))
        except _core.FrazoError as error:
            self._console.warning(f"the hyperparameters are not recorded: {error}")

    def begin_graph(self, inner: InnerLoop | AsyncLoop) -> None:
        """Starts to write the graph of a step in a thread, so that training doesn't wait for it."""
        self._thread = threading.Thread(target=self._write_graph, args=(inner,), name="graph")
        self._thread.start()

    def close(self) -> None:
        """Waits for the graph. It only warns if the graph could not be written: nobody needs it."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._events.close()
        if self._failure is not None:
            self._console.warning(f"{self._directory}: the graph is not recorded: {self._failure}")

    def _write_graph(self, inner: InnerLoop | AsyncLoop) -> None:
        try:
            graph = inner.step_graph()
            text = text_format.MessageToString(graph)
            durable_file.write_text(self._directory / "train.pbtxt", text)
            self._events.add_graph(graph)
        except (OSError, tf.errors.OpError) as error:
            self._failure = error
