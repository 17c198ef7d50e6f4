"""Whatever members, their network and the controller do: one generation at a time."""

import dataclasses

from frazo.cluster.refusals import CannotBelong, NotNow, NotRegistered, Refusal
from frazo.cluster.scripted_run import ScriptedProcess, ScriptedRun
from frazo.proto import coordination_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

Outcome = coordination_pb2.LeaveRequest.Outcome

LEASE = 10
REJOIN = 30
START = 60


@dataclasses.dataclass(eq=False)
class Worker:
    """A process, and what it believes. It runs on after its place was taken.

    sent: when its last answered heartbeat was sent. told: the newest generation it was told.
    """

    process: ScriptedProcess
    sent: float = float("-inf")
    told: int = 0
    is_fenced: bool = False

    def believes(self, now: float) -> bool:
        """Whether it would train, and write if it is the first."""
        generation = self.process.generation
        is_current = generation > 0 and self.told <= generation and not self.is_fenced
        return is_current and now < self.sent + LEASE


class Story:
    """Runs operations against the controller, and checks what must hold after each."""

    def __init__(self, workers: int, minimum: int):
        addresses = [f"10.0.0.{index}:70" for index in range(workers)]
        self.run = ScriptedRun(
            min_workers=minimum, start_timeout_seconds=START, rejoin_seconds=REJOIN
        )
        del self.run.cluster.workers[:]
        self.run.cluster.workers.extend(addresses)
        self.run.restart(self.run.coordination.record().__class__())
        self.names = workers
        self.workers: list[Worker] = []
        self.formed: dict[int, tuple[str, ...]] = {}
        self.newest_formed = 0
        # What was on the disk when the last call was answered that must be.
        self.durable = self.run.coordination.record()
        self.forming_since = self.run.now

    def operate(self, operation: str, which: int, number: int) -> None:
        coordination = self.run.coordination
        before = coordination.record_version(), coordination.record()
        getattr(self, operation)(which, number)
        if self.run.coordination is coordination and coordination.record_version() == before[0]:
            assert coordination.record() == before[1]
        self._check()

    # Operations.

    def start(self, which: int, number: int) -> None:
        self._register(ScriptedProcess(self.run, "worker", which % self.names))

    def reexecute(self, which: int, number: int) -> None:
        worker = self._worker(which)
        if worker is not None:
            # The process itself goes on, as another program.
            self.workers.remove(worker)
            self._register(worker.process.successor())

    def heartbeat(self, which: int, number: int) -> None:
        worker = self._worker(which)
        if worker is None:
            return
        travel = number % 3
        sent = self.run.now - travel
        answer = self._call(worker, worker.process.beat)
        is_answer_lost = number % 5 == 0
        if answer is not None and not is_answer_lost:
            worker.sent = max(worker.sent, sent)
            worker.told = answer.generation

    def join(self, which: int, number: int) -> None:
        worker = self._worker(which)
        if worker is None:
            return
        process = worker.process
        before = process.last_generation
        answer = self._call(worker, process.join, durable=True)
        if answer is not None and answer.HasField("formed"):
            self._note_formed(process)
            if number % 5 == 0:
                # It never learned it.
                process.generation, process.last_generation = 0, before

    def record(self, which: int, number: int) -> None:
        worker = self._worker(which)
        if worker is None or not worker.process.generation:
            return
        recorded = self._call(
            worker, lambda: worker.process.record(checkpoint_step=number) or True, durable=True
        )
        if recorded:
            # Only the first of the newest generation may, and nobody took its place.
            generation = worker.process.generation
            assert generation == self.newest_formed
            assert self.formed[generation][0] == worker.process.caller.incarnation
            assert not worker.is_fenced

    def leave(self, which: int, number: int) -> None:
        worker = self._worker(which)
        if worker is not None:
            outcome = (Outcome.FINISHED, Outcome.STOPPED, Outcome.FAILED)[number % 3]
            self._call(worker, lambda: worker.process.leave(outcome), durable=True)
            self.workers.remove(worker)

    def crash(self, which: int, number: int) -> None:
        worker = self._worker(which)
        if worker is not None:
            self.workers.remove(worker)

    def silence(self, which: int, number: int) -> None:
        """Nobody says anything for a while."""
        for _ in range(number):
            self.run.now += 1
            self.run.coordination.tick()
            self._check()

    def work(self, which: int, number: int) -> None:
        """For a while all give signs of life and join, but those whose bits are set in `which`."""
        for _ in range(3 * number):
            for index, worker in enumerate(list(self.workers)):
                if not which >> index & 1:
                    self.heartbeat(index, 3)
                    if worker.told > worker.process.generation and not worker.is_fenced:
                        self.join(index, 1)
            self.silence(0, 1)

    def restart_controller(self, which: int, number: int) -> None:
        self.run.restart(self.durable if number % 2 else None)
        self.durable = self.run.coordination.record()
        self.forming_since = self.run.now

    # Parts of them.

    def _worker(self, which: int) -> Worker | None:
        return self.workers[which % len(self.workers)] if self.workers else None

    def _register(self, process: ScriptedProcess) -> None:
        worker = Worker(process)
        try:
            self._register_durably(process)
        except NotNow:
            return
        self.workers.append(worker)

    def _register_durably(self, process: ScriptedProcess) -> None:
        """Registers as the service does, which writes nothing unless a place was taken."""
        members = self.run.coordination.members
        before = members.replacements
        process.register()
        if members.replacements != before:
            self.durable = self.run.coordination.record()

    def _call(self, worker: Worker, call, durable: bool = False):
        """Calls as the client does: registers again where the controller does not know it."""
        answer = None
        try:
            try:
                answer = call()
            except NotRegistered:
                self._register_durably(worker.process)
                answer = call()
        except CannotBelong as refusal:
            if "took the place" in str(refusal):
                worker.is_fenced = True
        except Refusal:
            pass
        else:
            assert not worker.is_fenced, "a fenced process succeeded"
        if durable:
            self.durable = self.run.coordination.record()
        return answer

    def _note_formed(self, process: ScriptedProcess) -> None:
        """Notes a generation that somebody was told of."""
        number = process.generation
        incarnations = tuple(
            p.incarnation for p in self.run.coordination.generations.members.values()
        )
        assert self.formed.setdefault(number, incarnations) == incarnations
        assert process.caller.incarnation in incarnations
        assert number >= self.newest_formed, "numbers grow"
        self.newest_formed = number

    def _check(self) -> None:
        now = self.run.now
        generations = self.run.coordination.generations
        believers = {worker.process.generation for worker in self.workers if worker.believes(now)}
        assert len(believers) <= 1, f"generations {believers} train at a time"
        if generations.is_formed:
            assert believers <= {generations.number}
        # Forming ends within its bounds.
        if generations.is_formed or self.run.coordination.state() != "forming":
            self.forming_since = now
        assert now - self.forming_since <= START + REJOIN + LEASE + 1


OPERATIONS = (
    "start",
    "reexecute",
    "heartbeat",
    "join",
    "record",
    "leave",
    "crash",
    "silence",
    "work",
    "work",
    "work",
    "restart_controller",
)
STORIES = st.lists(
    st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 15), st.integers(0, 15)), max_size=50
)


@settings(max_examples=200)
@given(workers=st.integers(1, 4), minimum=st.integers(1, 4), operations=STORIES)
def test_one_generation_trains_at_a_time(workers, minimum, operations):
    story = Story(workers, min(minimum, workers))
    for which in range(workers):
        story.operate("start", which, 0)
    story.operate("work", 0, 1)
    assert story.newest_formed == 1
    for operation in operations:
        story.operate(*operation)


@settings(max_examples=50)
@given(operations=STORIES)
def test_whatever_happened_those_who_are_left_train_or_are_told_to_stop(operations):
    story = Story(3, 2)
    for operation in operations:
        story.operate(*operation)
    story.operate("work", 0, (START + REJOIN + 2 * LEASE) // 3)
    state = story.run.coordination.state()
    assert state in ("training", "failed")
    if state == "training":
        trains = {
            worker.process.caller.incarnation
            for worker in story.workers
            if worker.believes(story.run.now)
        }
        members = story.run.coordination.generations.members.values()
        assert trains == {member.incarnation for member in members}
