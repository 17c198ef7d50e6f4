"""Trains under random faults for a stated time, and compares with trainings without any.

A fault is a kill (SIGKILL), a stop (SIGTERM), a full disk (no file may grow
beyond some size) or a damaged newest checkpoint (a flipped bit, a cut or a
missing file), each at a random moment. A training that has finished must have
the very weights of the unbroken one. The first difference, or an end of the
trainer that a fault does not explain, ends the program with code 1 and leaves
the log directory.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from frazo.program.command_line import run_program
from frazo_tools.documented_parser import documented_parser

from tests.soak.soak_error import SoakError
from tests.soak.soak_training import FAULTS, BrokenTraining, train_unbroken

_STEPS = {"texts": 1500, "images": 900}
_SAVES = 15
# After this many lives a training goes to its end.
_MOST_LIVES = 8


def main(arguments: Sequence[str] | None = None) -> int:
    parser = documented_parser("soak", __doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, help="decides the faults (default: a random one)")
    flags = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    seed = random.randrange(1 << 32) if flags.seed is None else flags.seed
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    print(f"soak: {flags.minutes:g} minutes, --seed={seed}, in {folder}", flush=True)
    try:
        _soak(folder, random.Random(seed), flags.minutes * 60)
    except SoakError as error:
        print(f"soak: FAILED with --seed={seed}: {error}", flush=True)
        return 1
    return 0


def _soak(folder: Path, draw: random.Random, seconds: float) -> None:
    began = time.monotonic()
    unbroken = [train_unbroken(folder, name, steps, _SAVES) for name, steps in _STEPS.items()]
    faults: Counter[str] = Counter()
    trainings = 0
    while time.monotonic() - began < seconds:
        original = unbroken[trainings % len(unbroken)]
        training = BrokenTraining(original, folder / f"log{trainings}", draw)
        for _ in range(_MOST_LIVES):
            if training.is_finished:
                break
            training.live(draw.choices(list(FAULTS), list(FAULTS.values()))[0])
        training.finish()
        trainings += 1
        faults += training.counts
        print(
            f"soak: {(time.monotonic() - began) / 60:.1f} min, training {trainings} ({original.name}) is the same; "
            f"so far: {_text(faults)}",
            flush=True,
        )
    print(
        f"soak: {trainings} of {trainings} trainings ended with the weights of an unbroken one, after "
        f"{faults.total()} faults in {(time.monotonic() - began) / 60:.1f} minutes: {_text(faults)}",
        flush=True,
    )


def _text(faults: Counter[str]) -> str:
    return ", ".join(f"{faults[fault]} x {fault}" for fault in FAULTS)


if __name__ == "__main__":
    run_program(main)
