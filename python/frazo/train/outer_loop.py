"""Decides when to save, evaluate, report and stop; the inner loop runs the steps."""

import time
from collections.abc import Callable

from frazo.program.errors import JobError
from frazo.proto import train_loop_pb2
from frazo.run.run_state import RunState
from frazo.train.async_loop import AsyncLoop
from frazo.train.inner_loop import InnerLoop, InputEnded
from frazo.train.loop_plan import Agreement, Ending, Wishes
from frazo.train.report import TrainReport
from frazo.train.saver import Saver
from frazo.train.score_feedback import ScoreFeedback

# No loop is meant to last longer, whatever steps_per_loop, as a signal has to wait for its end.
# Loops do not change the results.
_LOOP_SECONDS = 5.0


class OuterLoop:
    """Runs the inner loop in pieces that end at each step with a save or a report."""

    def __init__(
        self,
        settings: train_loop_pb2.TrainLoop,
        inner: InnerLoop | AsyncLoop,
        saver: Saver,
        report: TrainReport,
        run_state: RunState,
        agreement: Agreement | None = None,
    ):
        """Prepares the loop.

        Args:
          settings: When to save, report and end.
          inner: Runs the steps of the model.
          saver: Saves it.
          report: Reports the results.
          run_state: Tells of requests to stop.
          agreement: Makes one plan with the other workers. Default: there are none.
        """
        self._agreement = agreement or Agreement()
        self._settings = settings
        self._model = inner.model
        self._inner = inner
        self._saver = saver
        self._report = report
        self._run_state = run_state
        self._saved_at = time.monotonic()
        self._seconds_per_step = 0.0
        self._checkpoint_requests = run_state.checkpoint_requests()
        self._ending = Ending.GOES_ON
        self._step = self._reported = 0

    @property
    def ending(self) -> Ending:
        """Why run() returned; GOES_ON if it reached max_steps."""
        return self._ending

    def run(
        self,
        after_first_step: Callable[[], None],
        at_checkpoint: Callable[[int], None],
        feedback: ScoreFeedback | None = None,
    ) -> int:
        """Trains to max_steps, an early stop, a request to stop or until other workers join or
        leave, and saves at the end.

        Args:
          after_first_step: Called once after the first step; work that should not delay this step
            belongs here.
          at_checkpoint: Called with the step of each checkpoint once its snapshot is taken. The
            weights are still those of the step.
          feedback: What training takes from scores. Default: nothing.

        Returns:
          The number of steps done.

        Raises:
          JobError: Too many steps in a row were not finite, the input ended before max_steps, or
            the last save failed.
        """
        try:
            try:
                step = self._run(after_first_step, at_checkpoint, feedback)
            except InputEnded as end:
                ended = self._save_at_end_of_input(end)
                self._saver.close()
                raise ended from end
        except BaseException:
            self._saver.settle()
            raise
        self._saver.close()
        return step

    def _run(
        self,
        after_first_step: Callable[[], None],
        at_checkpoint: Callable[[int], None],
        feedback: ScoreFeedback | None,
    ) -> int:
        self._step = self._reported = int(self._model.global_step)
        self._report.begin(self._step)
        first = True
        while self._step < self._settings.max_steps:
            plan = self._agreement.plan(self._wishes(self._step, first, feedback))
            self._ending = plan.ending
            if plan.ending != Ending.GOES_ON:
                break
            before = self._step
            if plan.saves and not first:
                self._settle()
                self._save(self._step)
            if self._step == before:
                self._run_loop(plan.steps)
            if first:
                after_first_step()
                first = False
            self._act(before, at_checkpoint, feedback)
        self._settle()
        if self._step > self._reported:
            self._report_all()
        if not first:
            self._save(self._step)
        return self._step

    def _run_loop(self, steps: int) -> None:
        began = time.monotonic()
        try:
            result = self._inner.run(steps, self._steps_to_save(self._step))
        except InputEnded:
            if self._step > self._reported:
                self._report.report(self._step)
            raise
        if result.steps is not None:
            steps = result.steps
        self._seconds_per_step = (time.monotonic() - began) / max(steps, 1)
        self._require_finite()
        self._step += steps
        self._report.add(result, steps, self._step)

    def _settle(self) -> None:
        """Waits for the steps that are under way."""
        result = self._inner.settle()
        if result is not None:
            self._require_finite()
            steps = result.steps or 0
            self._step += steps
            self._report.add(result, steps, self._step)

    def _act(
        self,
        before: int,
        at_checkpoint: Callable[[int], None],
        feedback: ScoreFeedback | None,
    ) -> None:
        """Does what is due after the steps since `before`."""
        settings = self._settings
        is_save_due = self._step >= settings.max_steps or _crosses(
            before, self._step, settings.save_interval_steps
        )
        if is_save_due:
            self._settle()
        step = self._step
        is_last = step >= settings.max_steps
        if is_last or _crosses(before, step, settings.log_interval_steps):
            self._report_all()
        self._saver.poll()
        if feedback is not None and _crosses(before, step, settings.save_interval_steps):
            feedback.before_checkpoint(step)
            self._agreement.synchronize(feedback.variables)
        if is_save_due:
            self._checkpoint(step, at_checkpoint)

    def _wishes(self, step: int, first: bool, feedback: ScoreFeedback | None) -> Wishes:
        requests = self._run_state.checkpoint_requests()
        is_requested = requests != self._checkpoint_requests
        self._checkpoint_requests = requests
        is_due = time.monotonic() - self._saved_at >= self._settings.save_interval_seconds
        stop = self._run_state.should_stop()
        return Wishes(
            steps=1 if first else self._steps_to_next_event(step),
            saves=is_due or is_requested,
            leaves=stop is not None,
            ends=stop is not None and stop.is_for_all,
            regroups=self._run_state.should_regroup(),
            finishes=feedback is not None and feedback.early_stop(step) is not None,
        )

    def _checkpoint(self, step: int, at_checkpoint: Callable[[int], None]) -> None:
        self._save(step)
        began = time.monotonic()
        at_checkpoint(step)
        self._report.leave_out(time.monotonic() - began)

    def _report_all(self) -> None:
        """Reports the present step, which is that of all workers."""
        self._report.gather()
        self._report.report(self._step)
        self._reported = self._step

    def _save(self, step: int) -> None:
        self._saver.save(step)
        self._saved_at = time.monotonic()

    def _save_at_end_of_input(self, end: InputEnded) -> JobError:
        """Saves what was learned, and returns the error that says what to set."""
        self._require_finite()
        step = int(self._model.global_step)
        self._save(step)
        return JobError(
            f"{end} ended at step {step} of {self._settings.max_steps}; everything up to "
            "there is saved. Leave out its epochs (source.files.epochs), so that it has no end, or set "
            f"train.max_steps to {step}."
        )

    def _steps_to_next_event(self, step: int) -> int:
        settings = self._settings
        in_time = int(_LOOP_SECONDS / max(self._seconds_per_step, 1e-9))
        return min(
            settings.steps_per_loop,
            max(1, in_time),
            self._steps_to_save(step),
            settings.log_interval_steps - step % settings.log_interval_steps,
        )

    def _steps_to_save(self, step: int) -> int:
        settings = self._settings
        return min(
            settings.max_steps - step,
            settings.save_interval_steps - step % settings.save_interval_steps,
        )

    def _require_finite(self) -> None:
        learner = self._model.learner
        in_a_row = int(learner.nonfinite_in_a_row)
        if in_a_row < learner.message.max_nonfinite_steps:
            return
        culprit = learner.first_nonfinite
        what = "the loss" if culprit == "loss" else f"the gradient of '{culprit}'"
        first_bad_step = int(self._model.global_step) - in_a_row + 1
        raise JobError(
            f"train: {what} was not finite (NaN or infinite) at step {first_bad_step}, and none of the "
            f"{in_a_row} steps from there on could be used (learner.max_nonfinite_steps). The weights were not "
            "changed and nothing was saved since. Lower learner.learning_rate, set learner.clip_global_norm, or look "
            "for bad values in the input."
        )


def _crosses(before: int, step: int, interval: int) -> bool:
    """Returns whether a multiple of an interval is after `before`, and not after `step`."""
    return step // interval > before // interval
