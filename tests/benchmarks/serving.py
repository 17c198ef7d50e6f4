"""A translation server with 16 and with 64 clients, and at twice the load, beside the offline tool
and servers made with CTranslate2, in turns.

    ./bazelw run -c opt //tests/benchmarks:serving -- [--peers=DIR] [--json=FILE] [--rounds=3]

The model has the size of mt.gettext_en_de.TransformerTiny and random weights; each translation has
25 tokens. A client sends a sentence, waits for its translation, and sends the next. The offline
tool has all sentences at once and sorts them by length. A server that runs each request alone shows
what batches are for. CTranslate2 has the same weights, behind FastAPI: in one form the handler
gathers requests to batches, in the other each request is a call. At twice the load sentences come
at twice the rate that 64 clients reached. docs/benchmarks.md keeps the last table.
"""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import find_peer, make_contender
from tests.benchmarks.served_model import write_ctranslate2_model, write_model
from tests.benchmarks.side_by_side import Case, Contender

RATES = {
    f"clients{clients}_rate": Case(f"translation, {clients} clients", "sentences/s", True)
    for clients in (16, 64)
}
LATENCIES = {
    f"clients{clients}_{name}": Case(f"translation, {clients} clients", f"{name}, ms", False)
    for clients in (16, 64)
    for name in ("p50", "p99")
}
TWICE = {
    "twice_rate": Case("translation, twice the load", "sentences/s in time", True),
    "twice_p99": Case("translation, twice the load", "p99 of these, ms", False),
}
# What has no better and worse between servers of which one refuses; it is in the lines of rounds.
SHARES = {
    f"twice_{name}": Case("translation, twice the load", f"share {name}", False)
    for name in ("refused", "late")
}
SERVED = RATES | LATENCIES | TWICE
MAX_BATCH_SIZE = 64
SENTENCES = 512
_HERE = Path(__file__).absolute().parent
_PATHS = os.pathsep.join(sys.path)
_ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONPATH": _PATHS}


def make_contenders(
    model: Path, count: int = SENTENCES, ctranslate2: Path | None = None
) -> tuple[Contender, list[Contender]]:
    """Makes those who are measured.

    Args:
        model: what write_model() wrote, with CTranslate2's beside it.
        count: sentences that are translated in a turn.
        ctranslate2: the Python that has CTranslate2 and FastAPI; None leaves these out.
    """

    def contender(name: str, cases: Mapping[str, Case], *arguments: str) -> Contender:
        program = [str(_HERE / "served_translation.py"), str(model), str(count)]
        command = [sys.executable, *program, *arguments]
        return make_contender(name, command, cases, _ENVIRONMENT)

    def peer(name: str, kind: str) -> Contender:
        server = [str(_HERE / "peers" / "ctranslate2_server.py"), f"{model}.ctranslate2", kind]
        clients = [sys.executable, str(_HERE / "translation_clients.py"), "json", "ADDRESS"]
        environment = {"CLIENT_PYTHONPATH": _PATHS, "PYTHONPATH": ""}
        command = [str(ctranslate2), *server, *clients, str(count)]
        return make_contender(name, command, SERVED | SHARES, environment)

    peers = [
        contender("offline tool", RATES, "offline"),
        contender("no batches", RATES, "served", "1"),
    ]
    if ctranslate2 is not None:
        peers.append(peer("CTranslate2, batches", "batches"))
        peers.append(peer("CTranslate2, calls", "calls"))
    return contender("Frazo", SERVED | SHARES, "served", str(MAX_BATCH_SIZE)), peers


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ctranslate2 = find_peer("CTranslate2", options.peers, "env")
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        write_model(model)
        write_ctranslate2_model(model)
        ours, peers = make_contenders(model, ctranslate2=ctranslate2)
        return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
