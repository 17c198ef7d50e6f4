"""A coordination with a clock that tests move, and processes that call it without a network."""

import itertools
from typing import Any

from frazo.cluster.coordination import Coordination
from frazo.cluster.event_log import EventLog
from frazo.cluster.member_key import MemberKey
from frazo.cluster.refusals import Refusal
from frazo.proto import cluster_pb2, control_record_pb2, coordination_pb2

EXPERIMENT = 'description: "scripted" train { max_steps: 10 }'


def small_cluster(**fields: Any) -> cluster_pb2.Cluster:
    """Three workers; a heartbeat of 1 s, a lease of 10 s, 30 s to come back, 300 s to start."""
    cluster = cluster_pb2.Cluster(
        controller="127.0.0.1:0", workers=["10.0.0.1:70", "10.0.0.2:70", "10.0.0.3:70"]
    )
    cluster.MergeFrom(cluster_pb2.Cluster(**fields))
    return cluster


class ScriptedRun:
    """The controller of a run. `now` is its clock, s; `lines` is its log."""

    def __init__(self, **fields: Any):
        self.cluster = small_cluster(**fields)
        self.now = 1000.0
        self.lines: list[str] = []
        self.coordination = self._controller(control_record_pb2.ControlRecord())

    def restart(self, record: control_record_pb2.ControlRecord | None = None) -> None:
        """Replaces the controller by one that reads the record of the one before."""
        self.coordination = self._controller(record or self.coordination.record())

    def _controller(self, record: control_record_pb2.ControlRecord) -> Coordination:
        copy = control_record_pb2.ControlRecord.FromString(record.SerializeToString())
        events = EventLog(lambda: 0.0, self.lines.append)
        return Coordination(self.cluster, copy, lambda: self.now, events)

    def wait(self, seconds: float, *processes: "ScriptedProcess") -> None:
        """Lets time pass in steps of a second; the processes give signs of life."""
        for _ in range(int(seconds)):
            self.now += 1
            for process in processes:
                process.beat()
            self.coordination.tick()


class ScriptedProcess:
    """One process of a run."""

    _numbers = itertools.count(1)

    def __init__(
        self,
        run: ScriptedRun,
        job: str,
        index: int,
        *,
        process: int | None = None,
        experiment: str = EXPERIMENT,
    ):
        """process: the number of the process; None: its own."""
        number = next(self._numbers)
        self.run = run
        self.key = MemberKey(job, index)
        self.process = process or number
        self.experiment = experiment
        self.epoch = 0
        self.generation = 0
        self.last_generation = 0
        self.caller = coordination_pb2.Caller(
            name=self.key.message(), incarnation=f"incarnation-{number}"
        )

    def register(self, **fields: Any) -> "ScriptedProcess":
        request = coordination_pb2.RegisterRequest(
            caller=self.caller,
            host="host",
            process=self.process,
            version="frazo 1, tensorflow 2",
            experiment=self.experiment,
            cluster=self.run.cluster,
            epoch=self.epoch,
        )
        request.MergeFrom(coordination_pb2.RegisterRequest(**fields))
        self.epoch = self.run.coordination.register(request).epoch
        return self

    def beat(self) -> coordination_pb2.HeartbeatResponse:
        return self.run.coordination.heartbeat(
            coordination_pb2.HeartbeatRequest(caller=self.caller, generation=self.generation)
        )

    def join(self) -> coordination_pb2.JoinGenerationResponse:
        """Asks to train; until then it trains in no generation."""
        self.generation = 0
        response = self.run.coordination.join_generation(
            coordination_pb2.JoinGenerationRequest(
                caller=self.caller, last_generation=self.last_generation
            )
        )
        if response.HasField("formed"):
            self.generation = self.last_generation = response.formed.number
        return response

    def arrive(self, barrier: str) -> bool:
        return self.run.coordination.arrive_at_barrier(self.barrier_request(barrier))

    def barrier_request(self, barrier: str) -> coordination_pb2.WaitAtBarrierRequest:
        return coordination_pb2.WaitAtBarrierRequest(
            caller=self.caller, generation=self.generation, barrier=barrier, timeout_seconds=60
        )

    def record(self, **steps: int) -> None:
        self.run.coordination.record_progress(
            coordination_pb2.RecordProgressRequest(
                caller=self.caller,
                generation=self.generation,
                progress=coordination_pb2.RunProgress(**steps),
            )
        )

    def leave(self, outcome: coordination_pb2.LeaveRequest.Outcome, **fields: Any) -> None:
        request = coordination_pb2.LeaveRequest(caller=self.caller, outcome=outcome)
        request.MergeFrom(coordination_pb2.LeaveRequest(**fields))
        self.run.coordination.leave(request)

    def successor(self) -> "ScriptedProcess":
        """A program that this process replaced itself by: another incarnation."""
        return ScriptedProcess(self.run, *self.key, process=self.process)

    def refusal(self) -> Refusal | None:
        """What its next sign of life is refused by."""
        try:
            self.beat()
        except Refusal as refusal:
            return refusal
        return None


def start_workers(run: ScriptedRun) -> list[ScriptedProcess]:
    """Registers all workers and lets them train together."""
    workers = [
        ScriptedProcess(run, "worker", index).register()
        for index in range(len(run.cluster.workers))
    ]
    for worker in [*workers, *workers[:-1]]:
        worker.join()
    assert all(worker.generation == 1 for worker in workers)
    return workers
