"""Programs that SIGTERM interrupts like Ctrl+C, so that partly written files are removed."""

import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from frazo.program.command_line import run_program
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED, EXIT_INTERRUPTED
from frazo.program.program_names import in_callers_words


def run_interruptible(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Calls `main` as run_program does; it has KeyboardInterrupt after SIGTERM, too."""
    signal.signal(signal.SIGTERM, _interrupt)
    run_program(main)


def exit_code(name: str, run: Callable[[], None], errors: tuple[type[Exception], ...]) -> int:
    """Calls a function and tells how it has failed.

    Args:
      name: What people call the program.
      run: The function.
      errors: What the user can mend. str() is printed, without a traceback.

    Returns:
      The exit code.
    """
    try:
        run()
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except errors as error:
        print(f"{name}: {in_callers_words(str(error))}", file=sys.stderr)
        return EXIT_FAILED
    return EXIT_FINISHED


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
