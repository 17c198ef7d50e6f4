"""Trains with several processes under random faults, and compares with a run without any.

One run, of a controller, workers and an evaler, gets as many faults as asked for: members are
killed, frozen and cut off from the controller, for shorter and for longer than their lease, in the
middle of their work or while the run still suffers from the fault before. Who is gone is started
again. In the end the training has finished by itself, every checkpoint is whole, and all of them
and all scores are those of the run without faults, bit for bit; with --min_workers the run goes
on with fewer workers for a while, and only the last loss is close to the other. The first
difference ends the program with code 1 and leaves the log directory.
"""

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from frazo.program.command_line import run_program
from frazo_tools.documented_parser import documented_parser

from tests.soak.cluster_soak_run import ClusterSoak
from tests.soak.soak_error import SoakError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = documented_parser("cluster_soak", __doc__)
    parser.add_argument("--faults", type=int, default=100, help="how many (default: 100)")
    parser.add_argument("--workers", type=int, default=2, help="how many (default: 2)")
    parser.add_argument(
        "--min_workers", type=int, default=0, help="that of the cluster (default: all workers)"
    )
    parser.add_argument("--seed", type=int, help="decides the faults (default: a random one)")
    flags = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    seed = random.randrange(1 << 32) if flags.seed is None else flags.seed
    folder = Path(tempfile.mkdtemp(prefix="cluster-soak-"))
    print(f"soak: {flags.faults} faults, --seed={seed}, in {folder}", flush=True)
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"soak: {(time.monotonic() - began) / 60:.1f} min, {text}", flush=True)

    try:
        soak = ClusterSoak(folder, flags.faults, flags.workers, flags.min_workers)
        say(soak.run(random.Random(seed), say))
    except SoakError as error:
        say(f"FAILED with --seed={seed}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    run_program(main)
