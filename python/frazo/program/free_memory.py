"""How much memory there is for more."""

import re
from pathlib import Path


def free_memory_bytes(root: Path = Path("/")) -> float:
    """Returns the bytes that programs can still take without making others smaller.

    It is the least of what the machine has and of what the limit of a container leaves. Where the
    system tells nothing, it is infinite.

    Args:
      root: The folder below which proc and sys are.
    """
    free = [_number(root / "proc/meminfo", r"MemAvailable: *(\d+) kB") * 1024]
    # The second and the first version of control groups.
    for limit, usage, key in (
        ("memory.max", "memory.stat", "anon"),
        ("memory/memory.limit_in_bytes", "memory/memory.stat", "total_rss"),
    ):
        group = root / "sys/fs/cgroup"
        allowed = _number(group / limit, r"(\d+)")
        used = _number(group / usage, rf"^{key} (\d+)")
        if used < float("inf"):
            free.append(max(allowed - used, 0))
    return min(free)


def _number(path: Path, pattern: str) -> float:
    """Returns the number that a pattern finds in a file; infinity if there is none."""
    try:
        found = re.search(pattern, path.read_text(), re.MULTILINE)
    except OSError:
        return float("inf")
    return float(found[1]) if found else float("inf")
