"""The option that says how many processes or threads work."""

import argparse
import os

from frazo_tools.records.input_files import whole_number


def add_worker_count(parser: argparse.ArgumentParser, workers: str, work: str) -> None:
    """Adds an option such as --processes; by default there is one for each processor.

    Args:
      parser: Gets the option.
      workers: The name of the option: processes or threads.
      work: What they do, for the help.
    """
    parser.add_argument(
        f"--{workers}",
        type=whole_number(1),
        default=os.cpu_count() or 1,
        help=f"{workers} that {work}; default: one for each processor",
    )
