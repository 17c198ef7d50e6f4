import subprocess
import sys

_PROGRAM = """
import os, pathlib, signal, sys, threading
from frazo.program.restart import accept_signals, restart_program

log = pathlib.Path(sys.argv[2])
lines = log.read_text().splitlines() if log.exists() else []
log.write_text("\\n".join([*lines, f"{os.getpid()} {' '.join(sys.argv[1:])} {os.getcwd()}"]))
if not lines:
    os.chdir("/")
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Thread(target=restart_program).start()
    threading.Event().wait()
signal.signal(signal.SIGTERM, lambda *_: print("the signal was not lost"))
accept_signals()
"""


def test_a_thread_starts_the_program_anew_with_its_arguments_and_signals(tmp_path):
    program, log = tmp_path / "program.py", tmp_path / "log"
    program.write_text(_PROGRAM)
    command = [sys.executable, program.name, "--flag=a b", "log"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "the signal was not lost\n"
    first, second = log.read_text().splitlines()
    assert first == second
    assert first.endswith(f"--flag=a b log {tmp_path}")
