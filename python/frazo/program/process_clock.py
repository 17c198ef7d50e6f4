"""Measures how long this process has been running."""

import os
import time
from pathlib import Path


def seconds_since_start() -> float:
    """Returns the seconds since the system started the process, including the interpreter's
    start.
    """
    # Field 22 of /proc/self/stat: start time in clock ticks since boot. Fields are counted after
    # the name, which may have spaces.
    stat = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
    ticks = int(stat.rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
