"""The program: its command line, and its end by a signal."""

import json
import pathlib
import re
import signal
import subprocess
import urllib.request

import pytest
from frazo_tools.serving import serve
from frazo_tools.serving.tiny_model import write_tiny_model

SERVE = pathlib.Path.cwd() / "tools/frazo_tools/serving/serve"
PATIENCE_SECONDS = 120


def test_it_serves_until_a_signal_ends_it(tmp_path):
    write_tiny_model(tmp_path / "7", version=7)
    command = [SERVE, f"--model=tiny={tmp_path}", "--port=0", "--rest_port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        try:
            lines = []
            while not lines or lines[-1] != "the server is ready":
                lines.append(it.stdout.readline().rstrip("\n"))
                assert lines[-1], it.stderr.read()
            address = re.fullmatch(r"REST at (127\.0\.0\.1:\d+)", lines[1])[1]
            body = json.dumps({"instances": ["a"]}).encode()
            request = urllib.request.Request(f"http://{address}/v1/models/tiny:predict", body)
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                assert json.load(answer) == {"predictions": [{"upper": "A", "lengths": 1}]}
            it.send_signal(signal.SIGTERM)
            out, err = it.communicate(timeout=PATIENCE_SECONDS)
        finally:
            it.kill()
    assert it.returncode == 0, err
    assert err == ""
    assert re.fullmatch(r"gRPC at 127\.0\.0\.1:\d+", lines[0])
    assert [*lines[2:], *out.splitlines()] == [
        f"model tiny: version 7 serves from {tmp_path}/7",
        "the server is ready",
        "the server ends when the requests that it has are answered",
        "model tiny: version 7 is retired",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is no model. Give --model_base_path=DIR, or --model=NAME=DIR."),
        (["--model=/tmp"], "'/tmp' is not NAME=DIR"),
        (["--model=a:b=/tmp"], "'a:b' is no name of a model: up to 100 letters, digits and any of"),
        (["--model=a=/tmp", "--model=a=/"], "two models have the name a. Give each its own."),
        (["--model_base_path=/tmp", "--port=70000"], "'70000' is not a port from 0 to 65535"),
        (
            ["--model_base_path=/tmp", "--max_queue=0"],
            "'0' is not a whole number from 1 to 1000000",
        ),
        (
            ["--model_base_path=/tmp", "--batch_timeout_ms=nan"],
            "'nan' is not a number from 0 to 1000000",
        ),
    ],
)
def test_a_wrong_command_line_is_told(arguments, message, capsys):
    with pytest.raises(SystemExit) as end:
        serve.main(arguments)
    assert end.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--model=a=/nowhere"],
            "error: --model=a=/nowhere: there is no such folder. Correct the path; if an export will "
            "appear there later, make the folder first\n",
        ),
        (
            ["--model=a=/tmp", "--host=0.0.0.0"],
            "error: the server would listen on 0.0.0.0:8500 in plain text, where other machines can "
            "reach it. Give --ca_file, --certificate_file and --key_file, or give an address of the "
            "loopback interface such as 127.0.0.1; --insecure permits plain text in a trusted "
            "network\n",
        ),
        (
            ["--model=a=/tmp", "--host=a b"],
            'error: --host=a b: "a b:8500": "a b" is no host; expected host:port, as in 10.0.0.2:7000\n',
        ),
        (
            ["--model=a=/tmp", "--token_file=/nowhere"],
            "error: /nowhere: security.token_file cannot be read: No such file or directory; correct the "
            "path, or give this user the permission to read it\n",
        ),
    ],
)
def test_what_cannot_be_served_is_told(arguments, message, capsys):
    assert serve.main(arguments) == 1
    assert capsys.readouterr().err == message
