"""Sentences a second of an exported model, by the offline tool and by a server.

usage: served_translation.py MODEL SENTENCES offline
       served_translation.py MODEL SENTENCES served MAX_BATCH_SIZE
"""

import io
import json
import subprocess
import sys
import time
from pathlib import Path

from figures import print_figures
from frazo.cluster.address import Address
from frazo.cluster.security import NO_SECURITY
from frazo.export.predictor import Predictor
from frazo.program.console import Console
from frazo_tools.serving.batcher import BatchLimits
from frazo_tools.serving.metrics import Metrics
from frazo_tools.serving.served_models import served_models
from frazo_tools.serving.server import ModelServer, ServerSettings
from frazo_tools.translation.batches import Batches

from tests.benchmarks.served_model import WARM_UP, sentences
from tests.benchmarks.translation_clients import CLIENTS, NAME

# As many as there are clients in a closed loop: at twice the load one waits for two batches at most.
MAX_QUEUE = 64
_CLIENT_PROGRAM = Path(__file__).absolute().parent / "translation_clients.py"


def offline_rate(model: Path, count: int) -> float:
    predictor = Predictor(model)
    batches = Batches(predictor, predictor.search)
    texts = sentences(WARM_UP + count)
    batches.translate(texts[:WARM_UP])
    started = time.perf_counter()
    batches.translate(texts[WARM_UP:])
    return count / (time.perf_counter() - started)


def served_figures(model: Path, count: int, max_batch_size: int) -> dict[str, float]:
    """Returns what the clients of a server of ours see; see translation_clients.py."""
    console, metrics = Console(io.StringIO(), sys.stderr), Metrics()
    limits = BatchLimits(max_batch_size, timeout_seconds=0.001, max_queue=MAX_QUEUE)
    settings = ServerSettings(
        address=Address("127.0.0.1", 0),
        rest_address=Address("127.0.0.1", 0),
        security=NO_SECURITY,
        max_request_bytes=1 << 20,
        max_waiting=256,
        rest_timeout_seconds=30.0,
    )
    models = served_models({NAME: model}, limits, metrics, console)
    with ModelServer(models, metrics, settings, console) as server:
        command = [sys.executable, str(_CLIENT_PROGRAM), "grpc", str(server.address), str(count)]
        ran = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(ran.stdout)


def main() -> None:
    model, count, kind, *rest = sys.argv[1:]
    if kind == "offline":
        rate = offline_rate(Path(model), int(count))
        print_figures(**{f"clients{clients}_rate": rate for clients in CLIENTS})
    else:
        print_figures(**served_figures(Path(model), int(count), int(rest[0])))


if __name__ == "__main__":
    main()
