"""The coordination of a run: what the controller answers to each call, and what time does.

It knows no network, no disk and no clock of its own. Errors are those of refusals.py.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from frazo.cluster import request_checks
from frazo.cluster.agreement import Agreement, text_hash
from frazo.cluster.barriers import Barriers
from frazo.cluster.earlier_run import EarlierRun
from frazo.cluster.event_log import EventLog
from frazo.cluster.generations import FormingTimes, Generations, Participant
from frazo.cluster.member_key import MemberKey, key_of, listed, training_members
from frazo.cluster.membership import Life, Member, Membership, Registration
from frazo.cluster.refusals import BarrierTimedOut, CannotBelong, GenerationEnded, MakesNoSense
from frazo.cluster.run_progress import Progress
from frazo.proto import cluster_pb2, control_record_pb2, coordination_pb2

# A controller in Python answers some two thousand heartbeats in a second of a core.
_HEARTBEATS_PER_SECOND = 400
# The jobs that train. The others only follow: what becomes of them stops nothing.
_TRAINING_JOBS = frozenset(["trainer", "worker", "ps"])

_Outcome = coordination_pb2.LeaveRequest.Outcome
_LIFE_AFTER = {
    _Outcome.FINISHED: Life.FINISHED,
    _Outcome.STOPPED: Life.STOPPED,
    _Outcome.FAILED: Life.FAILED,
}


class RunOutcome(NamedTuple):
    """How a run ended. reason: a few words."""

    failed: bool
    reason: str


class Coordination:
    """All that the controller knows. Its methods are called from one thread."""

    def __init__(
        self,
        cluster: cluster_pb2.Cluster,
        record: control_record_pb2.ControlRecord,
        clock: Callable[[], float],
        events: EventLog,
    ):
        """Begins a run, or continues one.

        Args:
          cluster: The layout and the times, checked.
          record: What an earlier controller left; empty: there was none.
          clock: Returns seconds; it only grows.
          events: Is told what happens.
        """
        self._cluster = cluster
        self._clock = clock
        self.events = events
        self.epoch = record.epoch + 1
        now = clock()
        self._layout = training_members(cluster)
        self.members = Membership(cluster.lease_seconds)
        self.generations = Generations(
            self._layout,
            FormingTimes(
                cluster.start_timeout_seconds,
                cluster.rejoin_seconds,
                cluster.lease_seconds,
                min(cluster.min_workers or len(self._layout), len(self._layout)),
            ),
            now,
        )
        self._agreement = Agreement(cluster)
        self.progress = Progress(record.progress)
        self.stop: coordination_pb2.StopOrder | None = None
        self._checkpoint_requests = 0
        self._is_over = False
        self._followers = {MemberKey(job.lower(), 0) for job in cluster.followers}
        self._followers_until = now + cluster.start_timeout_seconds
        self._resume(record, now)
        self._known_generation = (self.generations.number, self.generations.is_formed)
        self._formed = self._formed_answer()

    def _resume(self, record: control_record_pb2.ControlRecord, now: float) -> None:
        members = {r.key: _participant(r) for r in map(_registration, record.workers)}
        self._barriers = Barriers(members, record.barriers)
        former = {r.key: _participant(r) for r in map(_registration, record.former_workers)}
        self.generations.resume(record.generation, members, former, now)
        self.members.resume([_registration(member) for member in record.members])
        self._experiment_sha256 = "" if record.over else record.experiment_sha256
        if record.over:
            self.progress.forget_end()
        elif record.HasField("stop"):
            self.stop = record.stop
        patience = max(self._cluster.rejoin_seconds, self._cluster.lease_seconds)
        has_ended = self.stop is not None or self.progress.finished_step is not None
        self._earlier = EarlierRun(self._experiment_sha256, has_ended, now + patience)

    # The calls.

    def register(
        self, request: coordination_pb2.RegisterRequest
    ) -> coordination_pb2.RegisterResponse:
        key, incarnation = request_checks.caller_of(request.caller)
        now = self._clock()
        self._require_place(key)
        self._earlier.check(key, request, now)
        self._agreement.check(
            key, request_checks.line_of(request.version), request.experiment, request.cluster
        )
        registration = Registration(
            key,
            incarnation,
            request_checks.line_of(request.host),
            request.process,
            request_checks.line_of(request.address) or self._layout.get(key, ""),
        )
        member, is_new = self.members.admit(registration, request.epoch > 0, now)
        self._experiment_sha256 = text_hash(self._agreement.experiment or "")
        # Whoever may register before the question is decided goes on with the earlier run.
        self._earlier.came_back()
        if is_new:
            again = f", start {member.starts}" if member.starts > 1 else ""
            self.events.add(f"{member} joined the run: {member.process_text()}{again}")
            self.generations.began_anew(key, _participant(member), now)
        self._note_generation()
        return coordination_pb2.RegisterResponse(
            epoch=self.epoch,
            heartbeat_seconds=self._heartbeat_seconds(),
            lease_seconds=self._cluster.lease_seconds,
        )

    def heartbeat(
        self, request: coordination_pb2.HeartbeatRequest
    ) -> coordination_pb2.HeartbeatResponse:
        member = self._caller(request.caller)
        generation = request_checks.number_of(request.generation, "generation")
        member.status = request_checks.status_of(request.status)
        self._hear(member, generation)
        response = coordination_pb2.HeartbeatResponse(
            generation=self.generations.number,
            checkpoint_requests=self._checkpoint_requests,
            regroup=self.generations.somebody_waits,
            progress=self.progress.message(),
            heartbeat_seconds=self._heartbeat_seconds(),
        )
        if 0 < generation < self.generations.number:
            response.reason = self.generations.reason(generation)
        if self.stop is not None:
            response.stop.CopyFrom(self.stop)
        return response

    def leave(self, request: coordination_pb2.LeaveRequest) -> coordination_pb2.LeaveResponse:
        if request.outcome not in _LIFE_AFTER:
            raise MakesNoSense(f"outcome: {request.outcome} is none; expected FINISHED or another")
        key, incarnation = request_checks.caller_of(request.caller)
        member = self.members.get(key)
        life = _LIFE_AFTER[request.outcome]
        if member is not None and member.incarnation == incarnation and member.life == life:
            return coordination_pb2.LeaveResponse()
        member = self._caller(request.caller)
        self.members.leave(member, life)
        member.message = request_checks.text_of(request.message)
        member.traceback = request_checks.text_of(request.traceback)
        text = {
            Life.FINISHED: f"{member} finished",
            Life.STOPPED: f"{member} stopped",
            Life.FAILED: f"{member} failed: {request_checks.line_of(request.message)}",
        }[life]
        self.events.add(text)
        if request.is_permanent and life == Life.FAILED and key.job in _TRAINING_JOBS:
            self._order_stop(text, failed=True)
        if life != Life.FAILED and (self.stop is not None or self._has_finished()):
            # The writer may still be saving: the generation lasts until it has left, too.
            self._barriers.excuse(key)
        else:
            self.generations.gone(key, incarnation, text, self._clock())
        self._note_generation()
        return coordination_pb2.LeaveResponse()

    def join_generation(
        self, request: coordination_pb2.JoinGenerationRequest
    ) -> coordination_pb2.JoinGenerationResponse:
        member = self._caller(request.caller)
        last = request_checks.number_of(request.last_generation, "last_generation")
        key = member.key
        if key not in self._layout:
            raise CannotBelong(f"{key} does not train: only {listed(self._layout)} may join")
        if self.stop is not None:
            return coordination_pb2.JoinGenerationResponse(stop=self.stop)
        if self._has_finished():
            reason = f"the training finished at step {self.progress.finished_step}"
            return coordination_pb2.JoinGenerationResponse(
                stop=coordination_pb2.StopOrder(reason=reason)
            )
        now = self._clock()
        is_in = self.generations.join(key, _participant(member), last, now)
        self._note_generation()
        if is_in:
            return self._formed
        if self.generations.is_formed:
            number = self.generations.number
            wait = f"waits until generation {number}, which trains, has saved its work"
        else:
            wait = self.generations.forming_text(now)
        return coordination_pb2.JoinGenerationResponse(wait=wait)

    def arrive_at_barrier(self, request: coordination_pb2.WaitAtBarrierRequest) -> bool:
        """Returns whether all have come. If not, the caller asks again, or calls
        barrier_timed_out.
        """
        member = self._caller(request.caller)
        barrier = request_checks.barrier_of(request)
        self._require_generation(member, request.generation)
        return self._barriers.arrive(barrier, member.key)

    def barrier_timed_out(self, request: coordination_pb2.WaitAtBarrierRequest) -> BarrierTimedOut:
        """Returns the error that names those who are missing at a barrier."""
        members = self.generations.members
        missing = {
            key: members[key].address
            for key in self._barriers.missing(request.barrier)
            if key in members
        }
        return BarrierTimedOut(
            f"barrier {request.barrier} of generation {request.generation}: {listed(missing)} did "
            f"not come within {request.timeout_seconds:g} s"
        )

    def record_progress(
        self, request: coordination_pb2.RecordProgressRequest
    ) -> coordination_pb2.RecordProgressResponse:
        member = self._caller(request.caller)
        request_checks.number_of(request.progress.checkpoint_step, "progress.checkpoint_step")
        request_checks.number_of(request.progress.finished_step, "progress.finished_step")
        self._require_generation(member, request.generation)
        writer = next(iter(self.generations.members))
        if member.key != writer:
            raise CannotBelong(
                f"{member.key} does not write the checkpoints of generation {request.generation}: "
                f"{writer} does"
            )
        had_finished = self._has_finished()
        if self.progress.record(request.progress) and self._has_finished() and not had_finished:
            self.events.add(f"the training finished at step {self.progress.finished_step}")
        return coordination_pb2.RecordProgressResponse()

    def request_stop(
        self, request: coordination_pb2.RequestStopRequest
    ) -> coordination_pb2.RequestStopResponse:
        reason = request_checks.line_of(request.reason).strip()
        if not reason:
            raise MakesNoSense("reason: it is missing; say why the run shall stop")
        self._order_stop(reason, failed=False)
        return coordination_pb2.RequestStopResponse()

    def request_checkpoint(
        self, _: coordination_pb2.RequestCheckpointRequest
    ) -> coordination_pb2.RequestCheckpointResponse:
        self._checkpoint_requests += 1
        return coordination_pb2.RequestCheckpointResponse()

    # What time does.

    def tick(self) -> None:
        """Lets time pass. Call it several times in a lease."""
        now = self._clock()
        lease = self._cluster.lease_seconds
        for member in self.members.lose_silent(now):
            text = f"{member} gave no sign of life for {lease:g} s"
            self.events.add(text)
            self.generations.gone(member.key, member.incarnation, text, now)
        if self._earlier.tick(now):
            self.progress.forget_end()
            self.stop = None
            self._experiment_sha256 = ""
            self.events.add("no member of the run before came back: a new run begins")
        if self.stop is None and not self._has_finished():
            self.generations.tick(now)
            problem = self.generations.gave_up(now)
            if problem is not None:
                self._order_stop(problem, failed=True)
        self._note_generation()
        self._is_over = self._is_over or self._ends(now)

    def _ends(self, now: float) -> bool:
        if self._earlier.goes_on is None or self.members.alive():
            return False
        if self.stop is not None:
            return True
        is_awaited = any(self.members.get(key) is None for key in self._followers)
        return self._has_finished() and not (is_awaited and now < self._followers_until)

    # What others read.

    def outcome(self) -> RunOutcome | None:
        """How the run ended; None: it goes on."""
        if not self._is_over:
            return None
        if self.stop is not None:
            return RunOutcome(self.stop.failed, self.stop.reason)
        return RunOutcome(False, f"the training finished at step {self.progress.finished_step}")

    def state(self) -> str:
        """One word: forming, training, finished, stopping or failed."""
        if self.stop is not None:
            return "failed" if self.stop.failed else "stopping"
        if self._has_finished():
            return "finished"
        return "training" if self.generations.is_formed else "forming"

    def reason(self) -> str:
        """Why the run is in its state, where there is something to say."""
        if self.stop is not None:
            return self.stop.reason
        if self.state() == "forming":
            return self.generations.forming_text(self._clock())
        return ""

    def now(self) -> float:
        return self._clock()

    def milestones(self) -> tuple[object, ...]:
        """Changes whenever those who wait in a call may have something to be told."""
        generations = self.generations
        return (
            generations.number,
            generations.is_formed,
            self.stop is None,
            self._has_finished(),
            self._barriers.passed,
        )

    def record_version(self) -> tuple[object, ...]:
        """Changes whenever record() does."""
        stop = None if self.stop is None else (self.stop.reason, self.stop.failed)
        return (
            *self.milestones(),
            self.members.version,
            self.progress.message().SerializeToString(deterministic=True),
            self._experiment_sha256,
            stop,
            self._is_over,
            *(former.incarnation for former in self.generations.former.values()),
        )

    def record(self) -> control_record_pb2.ControlRecord:
        """What outlives this controller."""
        generations = self.generations
        is_training = generations.is_formed and not self._is_over
        record = control_record_pb2.ControlRecord(
            epoch=self.epoch,
            generation=generations.number if generations.is_formed else generations.number - 1,
            progress=self.progress.message(),
            experiment_sha256=self._experiment_sha256,
            stop=self.stop,
            over=self._is_over,
        )
        if not self._is_over:
            record.members.extend(_process(holder) for holder in self.members.holders())
            record.former_workers.extend(_processes(generations.former))
        if is_training:
            record.barriers.extend(self._barriers.passed)
            record.workers.extend(_processes(generations.members))
        return record

    # Parts of the above.

    def _caller(self, caller: coordination_pb2.Caller) -> Member:
        key, incarnation = request_checks.caller_of(caller)
        before = self.members.get(key)
        was_lost = before is not None and before.life == Life.LOST
        member = self.members.caller(key, incarnation, self._clock())
        if was_lost:
            self.events.add(f"{member} gave a sign of life again")
        return member

    def _require_place(self, key: MemberKey) -> None:
        """Raises CannotBelong if the cluster has no such member."""
        counts = {
            "worker": len(self._cluster.workers),
            "ps": len(self._cluster.parameter_servers),
            "trainer": 1 if self._cluster.parameter_servers else 0,
        }
        count = counts.get(key.job)
        if count is not None and key.index >= count:
            raise CannotBelong(
                f"the cluster has no {key}: it has {count} of {key.job}, numbered from 0; correct "
                "the cluster, or --job and --task"
            )

    def _require_generation(self, member: Member, generation: int) -> None:
        """Raises GenerationEnded or CannotBelong unless a member trains in the generation."""
        request_checks.number_of(generation, "generation")
        generations = self.generations
        if generation < generations.number:
            raise GenerationEnded(
                f"generation {generation} has ended: {generations.reason(generation)}"
            )
        participant = generations.members.get(member.key)
        if generation > generations.number or participant is None:
            raise CannotBelong(f"{member.key} is not in generation {generation}")
        if participant.incarnation != member.incarnation:
            raise CannotBelong(f"another process of {member.key} is in generation {generation}")

    def _hear(self, member: Member, generation: int) -> None:
        """A member says which generation it trains in."""
        generations = self.generations
        if generation >= generations.number and not generations.is_formed:
            generations.outgrow(generation)
        elif generation >= generations.number:
            self._require_generation(member, generation)
        generations.heard(member.key, member.incarnation, generation)
        member.generation = generation

    def _formed_answer(self) -> coordination_pb2.JoinGenerationResponse:
        """What each member of the generation is told that joins it."""
        generation = coordination_pb2.Generation(number=self.generations.number)
        for key, member in self.generations.members.items():
            generation.workers.add(index=key.index, address=member.address)
        return coordination_pb2.JoinGenerationResponse(formed=generation)

    def _heartbeat_seconds(self) -> float:
        wanted = self._cluster.heartbeat_seconds
        bearable = len(self.members) / _HEARTBEATS_PER_SECOND
        return max(wanted, min(bearable, self._cluster.lease_seconds / 4))

    def _has_finished(self) -> bool:
        return self.progress.finished_step is not None

    def _order_stop(self, reason: str, failed: bool) -> None:
        """Orders all to stop. The first reason stays, unless only the second is a failure."""
        if self.stop is not None and (self.stop.failed or not failed):
            return
        self.stop = coordination_pb2.StopOrder(reason=reason, failed=failed)
        self.events.add(f"the run {'fails' if failed else 'stops'}: {reason}")

    def _note_generation(self) -> None:
        """Tells what became of generations since it was called last."""
        generations = self.generations
        number, was_formed = self._known_generation
        self._known_generation = (generations.number, generations.is_formed)
        if generations.number > number and was_formed:
            self.events.add(f"generation {number} ended: {generations.reason(number)}")
        if generations.is_formed and (generations.number, was_formed) != (number, True):
            self._barriers = Barriers(generations.members)
            self._formed = self._formed_answer()
            members = {key: p.address for key, p in generations.members.items()}
            self.events.add(f"generation {generations.number} begins with {listed(members)}")


def _participant(member: Member | Registration) -> Participant:
    return Participant(member.incarnation, member.address, (member.host, member.process))


def _process(holder: Registration) -> control_record_pb2.ControlRecord.Process:
    return control_record_pb2.ControlRecord.Process(
        name=holder.key.message(),
        address=holder.address,
        incarnation=holder.incarnation,
        host=holder.host,
        process=holder.process,
    )


def _processes(
    participants: Mapping[MemberKey, Participant],
) -> Iterator[control_record_pb2.ControlRecord.Process]:
    for key, p in participants.items():
        yield _process(Registration(key, p.incarnation, *p.process, p.address))


def _registration(process: control_record_pb2.ControlRecord.Process) -> Registration:
    return Registration(
        key_of(process.name),
        process.incarnation,
        process.host,
        process.process,
        process.address,
    )
