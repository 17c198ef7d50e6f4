"""A step of beam search beside plain TensorFlow and Lingvo, in turns.

    ./bazelw run -c opt //tests/benchmarks:beam_search -- [--peers=DIR] [--json=FILE] [--rounds=3]

8 sentences, beam 8, 32,000 tokens, 50 steps over scores that were made before and come from memory,
not from a cache; without a model. Every measurement is a process of its own. docs/benchmarks.md
says how DIR is made and keeps the last table.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import make_contender
from tests.benchmarks.side_by_side import Case, Contender

CASES = {
    "logits": Case("beam step from logits", "ms", higher_is_better=False),
    "log_probabilities": Case("beam step from log-probabilities", "ms", higher_is_better=False),
}

HERE = Path(__file__).absolute().parent
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}


def make_contenders(peers: Path | None) -> tuple[Contender, list[Contender]]:
    environment = QUIET | {"PYTHONPATH": os.pathsep.join(sys.path)}

    def in_this_environment(name: str, *command: str) -> Contender:
        return make_contender(name, [sys.executable, *command], CASES, environment)

    ours = in_this_environment("Frazo", str(HERE / "frazo_beam_steps.py"))
    tf_program = str(HERE / "peers/tf_beam_steps.py")
    others = [
        in_this_environment("TensorFlow, top_k twice", tf_program, "two_stages"),
        in_this_environment("TensorFlow, top_k once", tf_program, "one_stage"),
    ]
    lingvo = peers / "lv13/bin/python" if peers else None
    if lingvo and lingvo.exists():
        command = [str(lingvo), str(HERE / "peers/lingvo_beam_steps.py")]
        others.append(make_contender("Lingvo 0.14", command, CASES, QUIET))
    else:
        where = lingvo or "--peers was not given"
        print(f"Lingvo is left out: not installed ({where}); see docs/benchmarks.md")
    return ours, others


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ours, peers = make_contenders(options.peers)
    return side_by_side.run(lambda: side_by_side.compare(ours, peers, options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
