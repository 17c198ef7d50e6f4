"""Starts all jobs of a cluster on this machine, and shows them.

    ./bazelw run -c opt //tools:launch -- --cluster=local:2 --model=image.mnist.LeNet5 --logdir=/tmp/mnist/two

It starts the controller, the workers and, once the first step is done, the followers: evalers
and decoders. It ends when the run does. All flags that it does not know are the trainer's
(//:trainer -- --help), and every task gets them.

Cluster
  --cluster=local:N is N workers on this machine, on ports that are free; --mode=async
  --cluster=local:N+P has P parameter servers and a trainer, too. --cluster=FILE is a
  .textproto of the message Cluster, whose addresses are of this machine; port 0 stands for a
  free one. --cluster_set changes a field, as in --cluster_set min_workers=1. Without followers
  in the file, every input but Train has an evaler, and those of decode.local_inputs have a
  decoder. --followers=evaler_test,decoder_test gives others, --followers=none has none.

What is shown
  On a terminal one table is kept up to date, with warnings and errors above it; --no_table, a
  file or a pipe get every line, with the task's name in front. The whole output of each task is
  in LOGDIR/logs/TASK.log, and the cluster with its ports in LOGDIR/control/cluster.textproto,
  where //tools:status -- --logdir=LOGDIR finds it.

Failures
  A task that fails is started again after 1 s, then 2 s, 4 s and so on, together --max_restarts
  times. Wrong flags and configurations, and failures that would come again, are not tried
  again: all tasks stop, and the first failing one's own message is shown. Evalers and decoders
  that fail never stop the training.

Signals
  Ctrl+C and SIGTERM let all tasks save and stop. Who does not within --grace_seconds gets
  SIGTERM, and after as long SIGKILL. A second Ctrl+C kills all at once; the work since the last
  checkpoint is lost.

Other machines
  --print=commands, compose, kubernetes or sbatch starts nothing and writes a script of
  commands, a file for docker compose, manifests for kubectl apply, or a script for sbatch to
  standard output.

Exit codes
  0    the run finished, or was stopped by SIGTERM or a request with everything saved
  1    failed
  2    wrong command line or configuration
  130  stopped by Ctrl+C
"""

# Imported first for its side effect, before gRPC.
from frazo_tools.launch import grpc_forks  # noqa: F401

# isort: split
import contextlib
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from frazo.cluster.run_observer import RunObserver
from frazo.config import ConfigError
from frazo.jobs.flags import enter_callers_directory
from frazo.program import durable_file
from frazo.program.errors import JobError
from frazo.program.exclusive_lock import exclusive_lock
from frazo_tools.launch.cluster_path import cluster_path
from frazo_tools.launch.plan import Plan, read_plan
from frazo_tools.launch.printed import printed
from frazo_tools.launch.restarts import Restarts
from frazo_tools.launch.run_table import printable
from frazo_tools.launch.run_watch import RunWatch
from frazo_tools.launch.screen import Screen
from frazo_tools.launch.supervisor import Failure, Supervisor
from frazo_tools.launch.task import Task
from frazo_tools.launch.task_process import TaskProcess
from frazo_tools.launch.told_error import told_error
from google.protobuf import text_format

_MARKS = ("warning: ", "error: ")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the launcher. Returns the exit code; see the module's docstring."""
    try:
        enter_callers_directory()
        plan = read_plan(sys.argv[1:] if arguments is None else arguments, __doc__ or "")
        if plan.printed_form is not None:
            sys.stdout.write(printed(plan))
            return 0
        return _run(plan)
    except (ConfigError, JobError) as error:
        return told_error(error)


def _run(plan: Plan) -> int:
    logs = plan.logdir / "logs"
    with exclusive_lock(logs, "launcher"), contextlib.ExitStack() as closing:
        cluster_file = cluster_path(plan.logdir)
        cluster_file.parent.mkdir(parents=True, exist_ok=True)
        durable_file.write_text(cluster_file, text_format.MessageToString(plan.cluster))
        screen = Screen(sys.stdout, is_table_wanted=not plan.options.no_table)
        watch = RunWatch(RunObserver(plan.cluster.controller, plan.cluster.security), plan.logdir)
        closing.callback(watch.close)
        watch.start()
        if plan.cluster.web:
            screen.line(f"launch: http://{plan.cluster.web}/ shows the run")

        def on_line(task: Task, line: str) -> None:
            if not screen.has_table or line.startswith(_MARKS):
                screen.line(f"[{task.name}] {printable(line)}")

        def start(task: Task, on_end: Callable[[TaskProcess], None]) -> TaskProcess:
            command = plan.command(task, str(cluster_file))
            log_file = logs / f"{task.file_name}.log"
            with open(log_file, "a", encoding="utf-8") as log:
                log.write(f"$ {shlex.join(command)}\n")
            return TaskProcess(task, command, log_file, on_line, on_end)

        supervisor = Supervisor(
            plan.tasks,
            start,
            watch,
            screen,
            Restarts(plan.options.max_restarts),
            plan.options.grace_seconds,
        )
        code = supervisor.run()
        _say_end(supervisor, code, logs, screen)
        return code


def _say_end(supervisor: Supervisor, code: int, logs: Path, screen: Screen) -> None:
    screen.end_table()
    for failure in supervisor.follower_failures():
        _say_failure(failure, logs, screen)
    failure = supervisor.first_failure()
    if failure is not None and code:
        _say_failure(failure, logs, screen)
    if code == 0:
        screen.line("launch: the run is over")


def _say_failure(failure: Failure, logs: Path, screen: Screen) -> None:
    log_file = logs / f"{failure.task.file_name}.log"
    screen.line(f"launch: {failure.task.name} failed; its whole output is in {log_file}:")
    for line in failure.text.splitlines():
        screen.line(f"  {printable(line)}")


if __name__ == "__main__":
    sys.exit(main())
