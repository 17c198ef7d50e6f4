import os
import queue
import subprocess
import sys
import threading
from concurrent import futures
from pathlib import Path

import pytest
from frazo_tools.launch.task import Task
from frazo_tools.launch.task_process import TaskProcess

_STARTS = 300

# A program of its own: gRPC reads the setting once in a process.
_PROGRAM = f"""
import pathlib, sys
from frazo_tools.launch import grpc_forks
import task_process_test

print(task_process_test.codes_beside_grpc(pathlib.Path(sys.argv[1]), {_STARTS}))
"""


def codes_beside_grpc(folder: Path, count: int) -> set[int]:
    """Returns the exit codes of programs that are started while gRPC is busy."""
    import grpc

    server = grpc.server(futures.ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    call = grpc.insecure_channel(f"127.0.0.1:{port}").unary_unary("/nobody/answers")
    is_over = threading.Event()

    def keep_busy() -> None:
        while not is_over.wait(0.002):
            try:
                call(b"", timeout=5)
            except grpc.RpcError:
                continue

    busy = threading.Thread(target=keep_busy)
    busy.start()
    ended: queue.SimpleQueue[TaskProcess] = queue.SimpleQueue()
    codes = set()
    for _ in range(count):
        log = folder / "log"
        process = TaskProcess(
            Task("worker", 0), ["/bin/true"], log, lambda task, line: None, ended.put
        )
        ended.get(timeout=60)
        codes.add(process.code)
        process.join()
    is_over.set()
    busy.join()
    server.stop(0).wait()
    return codes


@pytest.mark.parametrize("code", [0, 3])
def test_a_process_ends_with_its_code(tmp_path, code):
    ended: queue.SimpleQueue[TaskProcess] = queue.SimpleQueue()
    command = ["/bin/sh", "-c", f"exit {code}"]
    TaskProcess(Task("worker", 0), command, tmp_path / "log", lambda task, line: None, ended.put)
    process = ended.get(timeout=60)
    process.join()
    assert process.code == code


def test_a_process_whose_launcher_is_gone_already_does_not_begin(tmp_path, monkeypatch):
    ended: queue.SimpleQueue[TaskProcess] = queue.SimpleQueue()
    # As if another process had started it.
    launcher = os.getpid() + 1
    monkeypatch.setattr(os, "getpid", lambda: launcher)
    begun = tmp_path / "begun"
    TaskProcess(
        Task("worker", 0),
        ["/bin/touch", str(begun)],
        tmp_path / "log",
        lambda task, line: None,
        ended.put,
    )
    process = ended.get(timeout=60)
    process.join()
    # 128 + 15, that of SIGTERM.
    assert process.code == 143
    assert not begun.exists()


def test_processes_start_beside_grpc(tmp_path):
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path)]
    done = subprocess.run(
        command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=280
    )
    assert (done.stdout, done.returncode) == ("{0}\n", 0), done.stderr
