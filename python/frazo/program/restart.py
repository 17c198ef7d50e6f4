"""Starts this program anew in the same process."""

import os
import signal
import sys
from typing import NoReturn

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Arguments may be relative to the folder in which the program was started.
_FOLDER = os.getcwd()


def restart_program() -> NoReturn:
    """Replaces the program by itself, with the arguments that it was started with.

    Any thread may call this; the others end at once. The number of the process stays. Signals that
    ask to stop wait until the new program calls accept_signals(), so that none is lost.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(_FOLDER)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def accept_signals() -> None:
    """Lets signals through that restart_program() has held back. Call it once handlers are set."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
