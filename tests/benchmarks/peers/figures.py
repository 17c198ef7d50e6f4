"""What every measured program shares: the timing of a stream of batches, and the line of figures."""

import json
import resource
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
    # Linux counts ru_maxrss in KiB.
    peak_memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"figures": figures, "peak_memory_mb": peak_memory_mb}), flush=True)
