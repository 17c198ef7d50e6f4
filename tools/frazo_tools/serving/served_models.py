"""Makes the models of a server."""

import functools
from collections.abc import Mapping
from pathlib import Path

from frazo.program.console import Console
from frazo_tools.serving.batcher import BatchLimits
from frazo_tools.serving.metrics import Metrics
from frazo_tools.serving.model_repository import ModelRepository
from frazo_tools.serving.models import Models
from frazo_tools.serving.served_model import ServedModel


def served_models(
    bases: Mapping[str, Path],
    limits: BatchLimits,
    metrics: Metrics,
    console: Console,
    *,
    num_versions: int = 1,
    poll_seconds: float = 1.0,
) -> Models:
    """Returns the models below base paths. Loads nothing.

    Args:
      bases: The base path of each model, by its name.
      limits: How requests are joined.
      metrics: Counts the batches.
      console: For what happens.
      num_versions: How many versions of a model are served at the same time, the newest.
      poll_seconds: Time between two looks for new exports.
    """

    def load(name: str, directory: Path) -> ServedModel:
        return ServedModel(name, directory, limits, metrics.batch_counter(name))

    repositories = [
        ModelRepository(name, base, num_versions, functools.partial(load, name), console)
        for name, base in bases.items()
    ]
    return Models(repositories, poll_seconds)
