"""Runs the trainer, alone or with other workers, and with what else is in its process."""

import contextlib
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from frazo.checkpoint.directory import Checkpoint, CheckpointDirectory
from frazo.checkpoint.manifest import checkpoint_name
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.store import CheckpointStore, PartStore
from frazo.checkpoint.warm_start import warm_start
from frazo.checkpoint.writer import CheckpointWriter
from frazo.evaluate.local_scores import LocalScores
from frazo.experiment.job_list import Jobs, train_inputs
from frazo.experiment.mesh_share import show_share
from frazo.experiment.model import Model
from frazo.experiment.parts import build_input, check_task_inputs
from frazo.input.input import Input
from frazo.input.share import Share
from frazo.jobs.control_records import ControlRecords
from frazo.program import process_clock
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.program.number_format import format_metric
from frazo.proto import experiment_pb2, train_loop_pb2
from frazo.run.run_state import RunState
from frazo.scores import score_log
from frazo.scores.learning_curve import draw_learning_curve
from frazo.train.async_loop import AsyncLoop
from frazo.train.async_state import AsyncState
from frazo.train.group_lost_records import GroupLostRecords
from frazo.train.inner_loop import InnerLoop
from frazo.train.loop_plan import Ending
from frazo.train.multi_task_state import MultiTaskState
from frazo.train.outer_loop import OuterLoop
from frazo.train.report import TrainReport
from frazo.train.saver import Saver
from frazo.train.score_feedback import ScoreFeedback
from frazo.train.state import TrainState, UnfitPositionError
from frazo.train.worker_group import WorkerGroup

_NO_CHECKPOINT = -1


class TrainJob:
    """Trains an experiment from the newest checkpoint in its log directory.

    It keeps the records of the run if jobs.controller is set. At each checkpoint it evaluates
    jobs.evaluated and decodes jobs.decoded. Among several workers only the chief, the first of
    them, does all this and keeps the scores.
    """

    def __init__(
        self,
        experiment: experiment_pb2.Experiment,
        jobs: Jobs,
        logdir: Path,
        console: Console,
        run_state: RunState,
        *,
        may_restart_input: bool = False,
    ):
        """Reads no file.

        Args:
          experiment: The experiment.
          jobs: The jobs of the process.
          logdir: The experiment's log directory.
          console: For log lines.
          run_state: What the processes of the run know of each other.
          may_restart_input: Whether an input that cannot go on where that of the checkpoint stood
            may begin at its first batch. Otherwise this is an error.
        """
        self._workers = WorkerGroup()
        self._is_chief = run_state.share.is_first
        self._experiment = experiment
        self._keeps_records = jobs.controller and self._is_chief
        # By task.
        self._train_inputs = train_inputs(experiment)
        self._input_names = dict.fromkeys(
            [*self._train_inputs.values(), *jobs.evaluated, *jobs.decoded]
        )
        self._logdir = logdir
        self._train_directory = logdir / "train"
        self._console = console
        self._run_state = run_state
        self._may_restart_input = may_restart_input
        self._records = ControlRecords(logdir, console)
        # Why the training ended before max_steps, and has finished nevertheless.
        self._early_stop: str | None = None
        self._scores = LocalScores(jobs, experiment, logdir, console, run_state)

    def run(self, workers: WorkerGroup | None = None) -> Ending:
        """Trains and saves until training has finished or is to end.

        Args:
          workers: Those that it trains with. Default: none.

        Returns:
          GOES_ON if training has finished; else why it ended.

        Raises:
          JobError: Training cannot continue, or the last checkpoint could not be written.
        """
        self._workers = workers or self._workers
        with self._run_state.training():
            try:
                step, ending = self._train()
            finally:
                self._scores.close()
                self._records.close()
        if self._is_chief:
            self._say_end(step, ending)
        return ending

    def _train(self) -> tuple[int, Ending]:
        """Returns the number of steps done, and why they ended."""
        experiment = self._experiment
        if self._keeps_records:
            self._records.warn_of_changes(experiment)
        inputs = [self._inputs(share) for share in self._shares()]
        with self._placing():
            spec = next(iter(inputs[0].values())).element_spec
            model = Model(experiment, spec, self._workers.mesh)
        if self._workers.mesh.num_processes > 1:
            self._console.line(f"train: {show_share(model.task.variables, self._workers.mesh)}")
        for warning in check_task_inputs(model.task, experiment, self._input_names):
            self._console.warning(warning)
        state = self._state(model, inputs)
        store = self._store()
        step, ending = self._restore(store, state), Ending.FINISHES
        if self._keeps_records:
            self._records.write(experiment, model)
        settings = experiment.train
        feedback = ScoreFeedback(
            model.score_followers,
            settings.early_stop if settings.HasField("early_stop") else None,
            self._logdir,
            self._console,
        )
        if self._is_to_train(step, feedback):
            if self._is_chief:
                self._run_state.clear_finished()
            inner = self._inner_loop(model, state)
            saver = Saver(
                state, CheckpointWriter(store), self._console, self._run_state.record_checkpoint
            )
            report = TrainReport(
                self._train_directory if self._is_chief else None,
                settings.max_steps,
                console=self._console,
                lost=GroupLostRecords(state.lost_records, self._workers.agreement),
                progress=self._run_state.progress,
            )
            step, ending = self._run_loop(model, inner, saver, report, feedback)
        if step < settings.max_steps:
            self._early_stop = feedback.early_stop(step)
        if step >= settings.max_steps or ending == Ending.FINISHES:
            self._run_state.mark_finished(step)
        return step, ending

    def _is_to_train(self, step: int, feedback: ScoreFeedback) -> bool:
        """Returns whether there is a next step; the chief knows the scores."""
        has_steps = step < self._experiment.train.max_steps
        ends_early = feedback.early_stop(step) is not None
        return has_steps and not self._workers.agreement.chief_value(int(ends_early))

    def _store(self) -> CheckpointStore | PartStore:
        parts = self._workers.parts
        if parts is not None and not self._is_chief:
            return PartStore(parts)
        return CheckpointStore(
            self._train_directory, _retention(self._experiment.train), parts=parts
        )

    def _shares(self) -> list[Share]:
        """Returns the shares of the records that this process, or its workers, read."""
        asynchronous = self._workers.asynchronous
        if asynchronous is None:
            return [self._run_state.share]
        count = asynchronous.servers.num_workers
        return [Share(index, count, divides_batches=False) for index in range(count)]

    def _inputs(self, share: Share) -> Mapping[str, Input]:
        return {
            task: build_input(self._experiment, name, share)
            for task, name in self._train_inputs.items()
        }

    def _placing(self) -> contextlib.AbstractContextManager[None]:
        """Within it the variables are made where they belong."""
        asynchronous = self._workers.asynchronous
        return asynchronous.servers.placing() if asynchronous else contextlib.nullcontext()

    def _state(
        self, model: Model, inputs: Sequence[Mapping[str, Input]]
    ) -> TrainState | AsyncState:
        states = [self._state_of_share(model, part) for part in inputs]
        asynchronous = self._workers.asynchronous
        return AsyncState(asynchronous.servers, states) if asynchronous else states[0]

    def _state_of_share(self, model: Model, inputs: Mapping[str, Input]) -> TrainState:
        if "" in inputs:
            return TrainState(model, inputs[""])
        return MultiTaskState(
            model, {task: (self._train_inputs[task], i) for task, i in inputs.items()}
        )

    def _inner_loop(self, model: Model, state: TrainState | AsyncState) -> InnerLoop | AsyncLoop:
        if isinstance(state, AsyncState):
            workers = self._workers.asynchronous
            assert workers is not None
            return AsyncLoop(model, workers.servers, state, workers.max_staleness, workers.check)
        return InnerLoop(
            model,
            state.iterator,
            self._experiment.learner.max_nonfinite_steps,
            self._workers.reduction,
            self._run_state.share.replica,
        )

    def _restore(self, store: CheckpointStore | PartStore, state: TrainState | AsyncState) -> int:
        """Restores the newest checkpoint, if there is one. Returns the number of steps done."""
        console, max_steps = self._console, self._experiment.train.max_steps
        checkpoint = self._newest(store)
        if checkpoint is None:
            console.line(f"train: begins at step 0 of {max_steps} in {self._logdir}")
            self._warm_start(state.model)
            return 0
        state.restore_variables(checkpoint)
        step = checkpoint.step
        if step < max_steps:
            self._restore_position(checkpoint, state)
            console.line(f"train: goes on from {checkpoint.prefix}: step {step} of {max_steps}")
        else:
            console.line(
                f"train: {checkpoint.prefix}: step {step} of {max_steps}, nothing is left to do"
            )
        if self._is_chief:
            # A kill after the save may have prevented these scores.
            self._scores.score(state.model, step)
        return step

    def _newest(self, store: CheckpointStore | PartStore) -> Checkpoint | None:
        """Returns the checkpoint that all workers continue from; the chief finds it."""
        agreement = self._workers.agreement
        if isinstance(store, CheckpointStore):
            checkpoint = store.open_newest(self._console.warning)
            agreement.chief_value(_NO_CHECKPOINT if checkpoint is None else checkpoint.step)
            return checkpoint
        step = agreement.chief_value(_NO_CHECKPOINT)
        if step == _NO_CHECKPOINT:
            return None
        return CheckpointDirectory(self._train_directory).open(step)

    def _restore_position(self, checkpoint: Checkpoint, state: TrainState | AsyncState) -> None:
        label = f"inputs.{self._train_inputs['']}" if "" in self._train_inputs else "inputs"
        try:
            state.restore_position(checkpoint)
        except UnfitPositionError as error:
            if not self._may_restart_input:
                raise JobError(
                    f"{checkpoint.prefix}: {label} cannot go on where the checkpoint's input stood: "
                    f"{error}. Undo this change, or give --input_from_start: training then goes on from step "
                    f"{checkpoint.step}, and its data begins anew."
                ) from error
            self._console.warning(
                f"{label} is not that of the checkpoint: {error}. As --input_from_start permits, the data "
                "begins anew, at its first batch; records that were read before are read again"
            )

    def _warm_start(self, model: Model) -> None:
        if self._experiment.HasField("warm_start"):
            taken = warm_start(self._experiment.warm_start, by_key(model.task.variables))
            model.learner.restart_averages()
            self._console.line(f"train: {taken.describe()}")

    def _run_loop(
        self,
        model: Model,
        inner: InnerLoop | AsyncLoop,
        saver: Saver,
        report: TrainReport,
        feedback: ScoreFeedback,
    ) -> tuple[int, Ending]:

        def after_first_step() -> None:
            seconds = process_clock.seconds_since_start()
            self._console.line(
                f"train: first step done {seconds:.1f} s after the start of the program"
            )
            if self._keeps_records:
                self._records.begin_graph(inner)

        def at_checkpoint(step: int) -> None:
            if self._is_chief:
                self._scores.score(model, step)

        try:
            loop = OuterLoop(
                self._experiment.train,
                inner,
                saver,
                report,
                self._run_state,
                self._workers.agreement,
            )
            step = loop.run(after_first_step, at_checkpoint, feedback)
            return step, loop.ending
        finally:
            report.close()

    def _say_end(self, step: int, ending: Ending) -> None:
        console, logdir = self._console, self._logdir
        if self._early_stop is not None:
            console.line(
                f"train: early stop at step {step} of {self._experiment.train.max_steps}: "
                f"{self._early_stop}"
            )
        elif stop := self._run_state.should_stop():
            console.line(
                f"train: stopped by {stop.reason} at step {step} of "
                f"{self._experiment.train.max_steps}; saved. The same command goes on from there."
            )
            return
        if ending == Ending.STOPS:
            console.line(
                f"train: stopped at step {step} of {self._experiment.train.max_steps}, as other workers "
                "were; saved. The same command goes on from there."
            )
            return
        if ending == Ending.REGROUPS:
            console.line(f"train: saved at step {step}; goes on with other workers")
            return
        scores = "".join(
            f", {label} {best.metric} {format_metric(best.value)}"
            + (f" (lost: {best.lost})" if best.lost else "")
            for label, best in self._scores.headline(step).items()
        )
        console.line(f"done: step {step}{scores}")
        console.line(f"  checkpoints  {self._train_directory / checkpoint_name(step)}")
        console.line(f"  scores       {logdir}/*/{score_log.FILE_NAME}")
        self._draw_curve()
        console.line(f"  TensorBoard  tensorboard --logdir={shlex.quote(str(logdir))}")

    def _draw_curve(self) -> None:
        try:
            curve = draw_learning_curve(self._logdir, ("loss", *self._scores.headline_metrics))
        except OSError as error:
            self._console.warning(f"the learning curve could not be drawn: {error}")
            return
        if curve is not None:
            self._console.line(f"  curve        {curve}")


def _retention(settings: train_loop_pb2.TrainLoop) -> RetentionPolicy:
    every_hours = settings.keep_every_hours if settings.HasField("keep_every_hours") else None
    return RetentionPolicy(settings.keep_checkpoints, every_hours)
