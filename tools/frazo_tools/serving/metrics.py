"""The figures of a server in Prometheus' text form."""

from collections.abc import Callable, Iterable

from frazo.cluster.http_server import Page
from frazo_tools.serving.models import Models
from prometheus_client import CollectorRegistry, Counter, Histogram, exposition
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """Counts what happens, in a registry of its own. Thread-safe."""

    def __init__(self):
        """Begins at zero."""
        self._registry = CollectorRegistry()
        labels = ["model", "protocol"]
        self._requests = Counter(
            "frazo_serving_requests",
            "Requests that were answered, by gRPC's code",
            [*labels, "code"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "frazo_serving_request_seconds",
            "From a request to its answer",
            labels,
            registry=self._registry,
            buckets=_SECONDS,
        )
        self._rows = Histogram(
            "frazo_serving_batch_rows",
            "Rows of each batch that was run",
            ["model", "signature"],
            registry=self._registry,
            buckets=_ROWS,
        )

    def watch(self, models: Models) -> None:
        """Tells the versions and queues of models, too."""
        self._registry.register(_ModelCollector(models))

    def count_request(self, model: str, protocol: str, code: str, seconds: float) -> None:
        """Counts an answer.

        Args:
          model: The model's name; "" if there is none of that name.
          protocol: "grpc" or "rest".
          code: The name of gRPC's code.
          seconds: How long it took.
        """
        self._requests.labels(model, protocol, code).inc()
        self._seconds.labels(model, protocol).observe(seconds)

    def batch_counter(self, model: str) -> Callable[[str, int], None]:
        """Returns what counts the batches of a model: a function of the signature and the rows."""
        return lambda signature, rows: self._rows.labels(model, signature).observe(rows)

    def page(self) -> Page:
        """Returns the page /metrics."""
        return Page(exposition.CONTENT_TYPE_LATEST, exposition.generate_latest(self._registry))


class _ModelCollector(Collector):
    def __init__(self, models: Models):
        self._models = models

    def describe(self) -> Iterable[Metric]:
        """Nothing: the models are not asked before the first request."""
        return []

    def collect(self) -> Iterable[Metric]:
        versions = GaugeMetricFamily(
            "frazo_serving_version",
            "1 for each version that is served",
            labels=["model", "version"],
        )
        waiting = GaugeMetricFamily(
            "frazo_serving_queue_requests",
            "Requests that wait",
            labels=["model", "version", "signature"],
        )
        for name, repository in self._models.by_name.items():
            for version, model in repository.served().items():
                versions.add_metric([name, str(version)], 1)
                for signature, length in model.batcher.queue_lengths().items():
                    waiting.add_metric([name, str(version), signature], length)
        return [versions, waiting]
