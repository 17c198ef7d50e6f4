"""What every measured program shares: the timing of a stream of batches, and the line of
figures.
"""

import json
import time
from collections.abc import Callable
from typing import TypeVar

Batch = TypeVar("Batch")


def drain(
    next_batch: Callable[[], Batch], size: Callable[[Batch], int], *, warm_up: int, timed: int
) -> float:
    """Elements a second of an endless stream, from the first batch after `warm_up` elements on."""
    _take(next_batch, size, warm_up)
    started = time.perf_counter()
    taken = _take(next_batch, size, timed)
    return taken / (time.perf_counter() - started)


def _take(next_batch: Callable[[], Batch], size: Callable[[Batch], int], least: int) -> int:
    taken = 0
    while taken < least:
        taken += size(next_batch())
    return taken


def print_figures(**figures: float) -> None:
    """One line of JSON for figures_program.py, with this process's largest resident set, MiB."""
    report = {"figures": figures, "peak_memory_mb": _peak_memory_mb()}
    print(json.dumps(report), flush=True)


def _peak_memory_mb() -> float:
    # Not getrusage: its ru_maxrss also counts the process that this one was started from.
    with open("/proc/self/status") as status:
        (line,) = (line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
