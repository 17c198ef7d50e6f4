"""Shows a run on a cluster, and asks it to save or to stop.

    ./bazelw run //tools:status -- --logdir=/tmp/mnist/two
    ./bazelw run //tools:status -- --controller=10.0.0.1:7000 --watch
    ./bazelw run //tools:status -- --logdir=/tmp/mnist/two --stop

--logdir finds the controller of a run that //tools:launch started, by
LOGDIR/control/cluster.textproto, and tells what is known of a run whose controller is gone.
--controller=HOST:PORT asks any controller; --token_file, and --ca_file with --certificate_file
and --key_file, are those of the cluster's security.

--watch renews the table until the run is over. --json prints the state for programs: the
message RunStatus of proto/coordination.proto as JSON.

--checkpoint_now asks the trainer for a checkpoint, --stop asks all tasks to save and stop.
Neither waits until it is done.

Exit codes
  0    shown, or asked for
  1    no controller answered
  2    wrong command line
  130  stopped by Ctrl+C
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from frazo.cluster.cluster_file import read_cluster_file
from frazo.cluster.run_observer import RunObserver
from frazo.cluster.run_record import RunRecord
from frazo.config import ConfigError
from frazo.jobs.flags import enter_callers_directory
from frazo.program.command_line import path_argument, run_program
from frazo.program.errors import (
    EXIT_FINISHED,
    EXIT_INTERRUPTED,
    JobError,
    UsageError,
)
from frazo.proto import cluster_pb2, control_record_pb2, coordination_pb2
from frazo_tools.documented_parser import documented_parser
from frazo_tools.launch.cluster_path import cluster_path
from frazo_tools.launch.run_table import headline, rows_of, table_lines
from frazo_tools.launch.screen import Screen
from frazo_tools.launch.told_error import told_error
from google.protobuf import json_format

_OVER = ("finished", "failed")
_WATCH_SECONDS = 1.0
_SECURITY = ("token_file", "ca_file", "certificate_file", "key_file")


def main(arguments: Sequence[str]) -> int:
    """Runs the tool. Returns the exit code."""
    flags = _parse(arguments)
    enter_callers_directory()
    try:
        cluster = _cluster(flags)
        observer = RunObserver(cluster.controller, cluster.security)
        try:
            return _answer(flags, observer)
        finally:
            observer.close()
    except (ConfigError, JobError) as error:
        return told_error(error)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("status", __doc__)
    parser.add_argument("--logdir", metavar="DIR", type=path_argument)
    parser.add_argument("--controller", metavar="HOST:PORT")
    for name in _SECURITY:
        parser.add_argument(f"--{name}", metavar="FILE", type=path_argument)
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--checkpoint_now", action="store_true")
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--seconds", metavar="S", type=float, default=5.0, help="to wait for it")
    return parser.parse_args(arguments)


def _cluster(flags: argparse.Namespace) -> cluster_pb2.Cluster:
    """Returns a cluster of which the controller and the security are known."""
    if (flags.logdir is None) == (flags.controller is None):
        raise UsageError("give --logdir=DIR, or --controller=HOST:PORT")
    if flags.logdir is None:
        cluster = cluster_pb2.Cluster(controller=flags.controller)
    else:
        path = cluster_path(flags.logdir)
        if not path.exists():
            raise UsageError(
                f"--logdir={flags.logdir}: {path} is not there, which //tools:launch writes; give "
                "--controller=HOST:PORT"
            )
        cluster = read_cluster_file(str(path)).checked([])
    for name in _SECURITY:
        if getattr(flags, name) is not None:
            setattr(cluster.security, name, str(getattr(flags, name)))
    return cluster


def _answer(flags: argparse.Namespace, observer: RunObserver) -> int:
    if flags.stop:
        observer.request_stop("requested by status", flags.seconds)
        print("asked all tasks to save and stop")
    if flags.checkpoint_now:
        observer.request_checkpoint(flags.seconds)
        print("asked the trainer for a checkpoint")
    if flags.stop or flags.checkpoint_now:
        return EXIT_FINISHED
    try:
        status = observer.status(flags.seconds)
    except JobError:
        if flags.logdir is None or not _say_record(flags.logdir, is_json=flags.json):
            raise
        return EXIT_FINISHED
    if flags.json:
        print(json_format.MessageToJson(status, preserving_proto_field_name=True))
        return EXIT_FINISHED
    screen = Screen(sys.stdout)
    if not flags.watch:
        for line in _lines(status, screen.width):
            screen.line(line)
        return EXIT_FINISHED
    _watch(screen, status, lambda: observer.status(flags.seconds))
    return EXIT_FINISHED


def _watch(
    screen: Screen,
    status: coordination_pb2.RunStatus,
    ask: Callable[[], coordination_pb2.RunStatus],
) -> None:
    """Shows the state until the run is over; without a terminal, whenever it changed."""
    shown: list[str] = []
    while True:
        if screen.has_table:
            screen.table(_lines(status, screen.width))
        elif (lines := _lines(_without_times(status), screen.width)) != shown:
            shown = lines
            for line in lines:
                screen.line(line)
        if status.state in _OVER:
            screen.end_table()
            return
        time.sleep(_WATCH_SECONDS)
        try:
            status = ask()
        except JobError:
            # The controller ends with the run.
            screen.end_table()
            screen.line("the controller is gone")
            return


def _lines(status: coordination_pb2.RunStatus, width: int) -> list[str]:
    rows = rows_of(status)
    return [headline(status), *(table_lines(rows, width) if rows else [])]


def _without_times(status: coordination_pb2.RunStatus) -> coordination_pb2.RunStatus:
    lasting = coordination_pb2.RunStatus()
    lasting.CopyFrom(status)
    for member in lasting.members:
        member.heartbeat_age_seconds = 0
    return lasting


def _say_record(logdir: Path, is_json: bool) -> bool:
    """Shows what is left of a run that is over. Returns whether there is one."""
    record = RunRecord(logdir).read()
    if not record.over:
        return False
    if is_json:
        print(json_format.MessageToJson(record, preserving_proto_field_name=True))
    else:
        print(_record_line(record))
    return True


def _record_line(record: control_record_pb2.ControlRecord) -> str:
    status = coordination_pb2.RunStatus(
        state="over", generation=record.generation, progress=record.progress
    )
    if record.HasField("stop"):
        status.reason = ("failed: " if record.stop.failed else "stopped: ") + record.stop.reason
    return headline(status)


if __name__ == "__main__":
    run_program(main)
