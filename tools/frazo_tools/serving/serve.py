"""Serves exported models over gRPC and REST, by the protocol of TensorFlow Serving.

    ./bazelw run -c opt //tools:serve -- --model_name=ende --model_base_path=/tmp/ende/log
    ./bazelw run -c opt //tools:serve -- --model=ende=/srv/ende --model=deen=/srv/deen
    curl -d '{"instances": ["Open the file"]}' localhost:8501/v1/models/ende:predict

A base path has exports that the trainer writes with --mode=write_inference_graph: in folders 1, 2,
... (--export_dir=/srv/ende/1), or a single one, which is version 1: inference_graph, or the base
path itself. The newest one is served. A newer one that appears is loaded and takes its place when
it is ready; what still runs on the old one ends there. A broken export is told of, and what is
served stays. --num_versions=2 serves the two newest at the same time.

Services
  gRPC at --port: tensorflow.serving.PredictionService (Predict, GetModelMetadata) and ModelService
  (GetModelStatus), for clients of tensorflow-serving-api; health, which is SERVING when each model
  has a version; reflection.
  REST at --rest_port: POST /v1/models/NAME[/versions/N]:predict, GET /v1/models/NAME[/versions/N]
  and .../metadata; the figures for Prometheus at /metrics.

Batches
  Requests of the same signature that wait at the same time are run as one where the export says
  that its rows do not depend on each other: --max_batch_size rows at most. An idle model waits
  --batch_timeout_ms for more. Of each signature --max_queue requests may wait; further ones are
  answered RESOURCE_EXHAUSTED (429) at once. A request whose deadline is over is not run.

Protection
  Without --ca_file, --certificate_file and --key_file it listens on a loopback address only, or
  anywhere with --insecure. With them, clients need a certificate of the same authority. With
  --token_file they send the token as `authorization: Bearer TOKEN`.

SIGTERM, SIGINT and SIGHUP end it when the requests that it has are answered; a second one ends it
at once.
"""

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path

from frazo.cluster.address import Address, AddressError, parse_address
from frazo.cluster.security import Security, Wording, read_security, require_protection
from frazo.jobs.flags import enter_callers_directory
from frazo.program.command_line import log_console, path_argument, run_program
from frazo.program.console import Console
from frazo.program.errors import EXIT_FINISHED, JobError
from frazo.program.stop_request import StopRequest
from frazo.program.tensorflow_start import start_tensorflow
from frazo.proto import cluster_pb2
from frazo_tools.documented_parser import documented_parser

_SECURITY = ("token_file", "ca_file", "certificate_file", "key_file")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_POLL_SECONDS = 0.2
_WORDING = Wording(
    certificates="Give --ca_file, --certificate_file and --key_file",
    plain_text="--insecure",
    harm="use the models",
)


def main(arguments: Sequence[str]) -> int:
    """Runs the server until a signal ends it. Returns the exit code."""
    options = _parse_arguments(arguments)
    enter_callers_directory()
    console = log_console()
    try:
        security = _security(options)
        addresses = [_address(options, port) for port in (options.port, options.rest_port)]
        for warning in _warnings(options, addresses[0], security):
            console.warning(warning)
        for name, path in options.model:
            _check_base(name, path)
        start_tensorflow()
        with StopRequest() as stop:
            _serve(options, addresses, security, console, stop)
    except JobError as error:
        console.error(str(error))
        return 1
    return EXIT_FINISHED


def _serve(
    options: argparse.Namespace,
    addresses: Sequence[Address],
    security: Security,
    console: Console,
    stop: StopRequest,
) -> None:
    from frazo_tools.serving.batcher import BatchLimits
    from frazo_tools.serving.metrics import Metrics
    from frazo_tools.serving.served_models import served_models
    from frazo_tools.serving.server import ModelServer, ServerSettings

    metrics = Metrics()
    models = served_models(
        dict(options.model),
        BatchLimits(options.max_batch_size, options.batch_timeout_ms / 1000, options.max_queue),
        metrics,
        console,
        num_versions=options.num_versions,
        poll_seconds=options.poll_seconds,
    )
    settings = ServerSettings(
        address=addresses[0],
        rest_address=addresses[1],
        security=security,
        max_request_bytes=options.max_request_mb << 20,
        max_waiting=options.max_queue * len(options.model),
        rest_timeout_seconds=options.rest_timeout_ms / 1000,
    )
    with ModelServer(models, metrics, settings, console):
        console.line("the server is ready")
        while not stop:
            time.sleep(_POLL_SECONDS)
        console.line("the server ends when the requests that it has are answered")


def _security(options: argparse.Namespace) -> Security:
    security = cluster_pb2.ClusterSecurity()
    for name in _SECURITY:
        if getattr(options, name) is not None:
            setattr(security, name, str(getattr(options, name)))
    return read_security(security)


def _address(options: argparse.Namespace, port: int) -> Address:
    host = f"[{options.host}]" if ":" in options.host else options.host
    try:
        return parse_address(f"{host}:{port}")
    except AddressError as error:
        raise JobError(f"--host={options.host}: {error}") from None


def _warnings(options: argparse.Namespace, address: Address, security: Security) -> list[str]:
    return require_protection(address, "the server", security, options.insecure, _WORDING)


def _check_base(name: str, path: Path) -> None:
    if not path.is_dir():
        raise JobError(
            f"--model={name}={path}: there is no such folder. Correct the path; if an export will "
            "appear there later, make the folder first"
        )


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("serve", __doc__)
    parser.add_argument(
        "--model_name", type=_name, default="default", metavar="NAME", help="of one model"
    )
    parser.add_argument("--model_base_path", type=path_argument, metavar="DIR", help="of one model")
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        type=_model,
        metavar="NAME=DIR",
        help="a model and its base path; may be given several times",
    )
    parser.add_argument("--host", default="127.0.0.1", help="where to listen; default: 127.0.0.1")
    parser.add_argument("--port", type=_port, default=8500, help="of gRPC; default: 8500")
    parser.add_argument("--rest_port", type=_port, default=8501, help="of REST; default: 8501")
    counts = (
        ("max_batch_size", 64, "most rows that are run as one"),
        ("max_queue", 256, "most requests of a signature that wait"),
        ("max_request_mb", 16, "most MiB of a request"),
        ("rest_timeout_ms", 30_000, "a REST request is answered within this time"),
        ("num_versions", 1, "versions that are served at the same time, the newest"),
    )
    for name, default, text in counts:
        parser.add_argument(
            f"--{name}",
            type=_count,
            default=default,
            metavar="N",
            help=f"{text}; default: {default}",
        )
    parser.add_argument(
        "--batch_timeout_ms",
        type=_time,
        default=1.0,
        metavar="MS",
        help="how long an idle model waits for more requests; default: 1",
    )
    parser.add_argument(
        "--poll_seconds", type=_time, default=1.0, metavar="S", help="between two looks for exports"
    )
    for name in _SECURITY:
        parser.add_argument(f"--{name}", metavar="FILE", type=path_argument)
    parser.add_argument("--insecure", action="store_true", help="permit plain text anywhere")
    options = parser.parse_args(arguments)
    if options.model_base_path is not None:
        options.model.append((options.model_name, options.model_base_path))
    names = [name for name, _ in options.model]
    if not names:
        parser.error("there is no model. Give --model_base_path=DIR, or --model=NAME=DIR.")
    for name in names:
        if names.count(name) > 1:
            parser.error(f"two models have the name {name}. Give each its own.")
    return options


def _model(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=DIR")
    return _name(name), path_argument(path)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise argparse.ArgumentTypeError(
            f"'{name}' is no name of a model: up to 100 letters, digits and any of _ . -"
        )
    return name


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to 1000000")
    return int(text)


def _time(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to 1000000")
    return number


if __name__ == "__main__":
    run_program(main)
