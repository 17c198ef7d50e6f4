"""Programs that SIGTERM interrupts like Ctrl+C, so that partly written files are removed."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from frazo.program.command_line import run_program
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED, EXIT_INTERRUPTED
from frazo.program.program_names import in_callers_words

_Options = TypeVar("_Options")


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


def run_with_options(
    name: str,
    arguments: Sequence[str],
    parse: Callable[[Sequence[str]], _Options],
    run: Callable[[_Options], None],
    errors: tuple[type[Exception], ...],
) -> int:
    """Calls a program's function with its options, in the user's folder, as exit_code does.

    Args:
      name: What people call the program.
      arguments: Those of the command line.
      parse: Makes options of them; ends the program if they are wrong.
      run: The function.
      errors: What the user can mend.

    Returns:
      The exit code.
    """
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = parse(arguments)
    return exit_code(name, lambda: run(options), errors)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
