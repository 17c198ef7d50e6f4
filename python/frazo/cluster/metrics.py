"""The figures of a run in Prometheus' text form."""

from collections.abc import Callable, Iterable

from frazo.cluster.http_server import Page
from frazo.proto import coordination_pb2
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_Member = coordination_pb2.RunStatus.Member
_STATES = ("forming", "training", "finished", "stopping", "failed")
_LABELS = ("job", "index")


class MetricsPage:
    """The page /metrics of one controller, in a registry of its own."""

    def __init__(self, status: Callable[[], coordination_pb2.RunStatus]):
        """status: returns the state of the run; called from any thread."""
        self._registry = CollectorRegistry()
        self._registry.register(_RunCollector(status))

    def __call__(self) -> Page:
        return Page(exposition.CONTENT_TYPE_LATEST, exposition.generate_latest(self._registry))


class _RunCollector(Collector):
    def __init__(self, status: Callable[[], coordination_pb2.RunStatus]):
        self._status = status

    def describe(self) -> Iterable[Metric]:
        """Nothing: the status is not asked for before the first request."""
        return []

    def collect(self) -> Iterable[Metric]:
        status = self._status()
        yield GaugeMetricFamily("frazo_epoch", "Starts of the run's controllers", status.epoch)
        yield GaugeMetricFamily(
            "frazo_generation", "Number of the newest generation", status.generation
        )
        state = GaugeMetricFamily(
            "frazo_run_state", "1 for the state that the run is in", labels=["state"]
        )
        for name in _STATES:
            state.add_metric([name], float(name == status.state))
        yield state
        for field in ("checkpoint_step", "finished_step"):
            if status.progress.HasField(field):
                text = f"RunProgress.{field}"
                yield GaugeMetricFamily(f"frazo_{field}", text, getattr(status.progress, field))
        yield from _member_metrics(status.members)


def _member_metrics(members: Iterable[_Member]) -> Iterable[Metric]:
    life = GaugeMetricFamily(
        "frazo_member_alive",
        "1: it gives signs of life; 0: it is lost, or has left",
        labels=_LABELS,
    )
    age = GaugeMetricFamily(
        "frazo_member_heartbeat_age_seconds", "Since its last sign of life", labels=_LABELS
    )
    starts = CounterMetricFamily(
        "frazo_member_starts", "Registrations under its name", labels=_LABELS
    )
    step = GaugeMetricFamily("frazo_member_step", "Its step", labels=_LABELS)
    rate = GaugeMetricFamily("frazo_member_steps_per_second", "Its rate", labels=_LABELS)
    loss = GaugeMetricFamily("frazo_member_loss", "Its loss", labels=_LABELS)
    other = GaugeMetricFamily(
        "frazo_member_metric", "Its other figures, by their names", labels=[*_LABELS, "name"]
    )
    for member in members:
        labels = [member.name.job, str(member.name.index)]
        life.add_metric(labels, float(member.life == _Member.ALIVE))
        age.add_metric(labels, member.heartbeat_age_seconds)
        starts.add_metric(labels, member.starts)
        step.add_metric(labels, member.status.step)
        rate.add_metric(labels, member.status.steps_per_second)
        if member.status.HasField("loss"):
            loss.add_metric(labels, member.status.loss)
        for name in sorted(member.status.metrics):
            other.add_metric([*labels, name], member.status.metrics[name])
    return [life, age, starts, step, rate, loss, other]
