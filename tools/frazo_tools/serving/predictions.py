"""Predictions for requests of any protocol."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple

import grpc
from frazo_tools.serving.batcher import Arrays, BatcherClosed
from frazo_tools.serving.models import Models
from frazo_tools.serving.served_signature import ServedSignature
from frazo_tools.serving.serving_error import ServingError

# A version that was just retired has a successor; that one is not retired at once.
_MOST_TRIES = 3


class Wanted(NamedTuple):
    """What a request asks for.

    Attributes:
      model: The name of the model.
      version: Its version; None: the newest.
      signature: The name of the signature; "": serving_default.
      expires: The time of time.monotonic() after which nobody wants the answer.
    """

    model: str
    version: int | None = None
    signature: str = ""
    expires: float = float("inf")


class Prediction(NamedTuple):
    """A request that waits.

    Attributes:
      version: The version that answers it.
      signature: What answers it.
      outputs: The outputs to come; see Batcher.submit().
    """

    version: int
    signature: ServedSignature
    outputs: "Future[Arrays]"


def submit(models: Models, wanted: Wanted, read: Callable[[ServedSignature], Arrays]) -> Prediction:
    """Queues a request.

    Args:
      models: The models.
      wanted: What it asks for.
      read: Returns its inputs for a signature; raises ServingError if they do not fit.

    Raises:
      ServingError: It is refused.
    """
    for _ in range(_MOST_TRIES):
        version, model = models.find(wanted.model).find(wanted.version)
        signature = model.signature(wanted.signature)
        inputs = read(signature)
        try:
            outputs = model.batcher.submit(signature, inputs, wanted.expires)
        except BatcherClosed:
            continue
        return Prediction(version, signature, outputs)
    raise ServingError(
        grpc.StatusCode.UNAVAILABLE, f"model '{wanted.model}' is being retired; ask again"
    )
