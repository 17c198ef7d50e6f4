"""A translation server with 16 and with 64 clients, beside the offline tool, in turns.

    ./bazelw run -c opt //tests/benchmarks:serving -- [--json=FILE] [--rounds=3]

The model has the size of mt.gettext_en_de.TransformerTiny and random weights; each translation has
25 tokens. A client sends a sentence, waits for its translation, and sends the next. The offline
tool has all sentences at once and sorts them by length. A server that runs each request alone shows
what batches are for. docs/benchmarks.md keeps the last table.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_contender
from tests.benchmarks.served_model import write_model
from tests.benchmarks.side_by_side import Case, Contender

CASES = {
    f"clients{clients}": Case(f"translation, {clients} clients", "sentences/s", True)
    for clients in (16, 64)
}
MAX_BATCH_SIZE = 64
SENTENCES = 512
_HERE = Path(__file__).absolute().parent
_ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONPATH": os.pathsep.join(sys.path)}


def make_contenders(model: Path, count: int = SENTENCES) -> tuple[Contender, list[Contender]]:
    """model: what write_model() wrote. count: sentences that are translated in a turn."""

    def contender(name: str, *arguments: str) -> Contender:
        program = [str(_HERE / "served_translation.py"), str(model), str(count)]
        command = [sys.executable, *program, *arguments]
        return make_contender(name, command, CASES, _ENVIRONMENT)

    return contender("Frazo", "served", str(MAX_BATCH_SIZE)), [
        contender("offline tool", "offline"),
        contender("no batches", "served", "1"),
    ]


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        write_model(model)
        ours, peers = make_contenders(model)
        return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
