"""TensorFlow Serving's REST API."""

import concurrent.futures
import json
import re
import time
from collections.abc import Callable
from typing import Any

import grpc
from frazo.cluster.http_server import Page, Request
from frazo_tools.serving.batcher import Arrays
from frazo_tools.serving.json_tensors import array_of_json, json_of_array
from frazo_tools.serving.metrics import Metrics
from frazo_tools.serving.model_service import status_of
from frazo_tools.serving.models import Models
from frazo_tools.serving.prediction_service import metadata_of
from frazo_tools.serving.predictions import Prediction, Wanted, submit
from frazo_tools.serving.served_signature import ServedSignature
from frazo_tools.serving.serving_error import ServingError, invalid
from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2

_PATH = re.compile(
    r"/v1/models/(?P<model>[^/:]+)(/versions/(?P<version>[0-9]{1,18}))?"
    r"(?P<what>:predict|:classify|:regress|/metadata)?"
)
_PATHS = "/v1/models/NAME[/versions/N][:predict|/metadata]"
_PROTOCOL = "rest"
# The forms of a request: a list of rows, or the inputs as they are.
_ROWS, _COLUMNS = "instances", "inputs"
_KEYS = {_ROWS, _COLUMNS, "signature_name"}
_JSON = "application/json"


def error_page(text: str, status: int) -> Page:
    """Returns an error as JSON."""
    return _page({"error": text.rstrip()}, status)


class Rest:
    """Answers requests in the threads of who calls."""

    def __init__(self, models: Models, metrics: Metrics, timeout_seconds: float):
        """Keeps what answers.

        Args:
          models: The models.
          metrics: Counts the requests.
          timeout_seconds: A request is answered within this time.
        """
        self._models = models
        self._metrics = metrics
        self._timeout_seconds = timeout_seconds

    def answer(self, request: Request) -> Page:
        """Answers a request."""
        began = time.monotonic()
        match = _PATH.fullmatch(request.path)
        code = grpc.StatusCode.INTERNAL
        try:
            if match is None:
                raise ServingError(grpc.StatusCode.NOT_FOUND, f"the path is none; give {_PATHS}")
            page = self._found(request, match)
            code = grpc.StatusCode.OK
            return page
        except ServingError as error:
            code = error.code
            return error_page(str(error), error.http_status)
        finally:
            name = match["model"] if match else ""
            self._metrics.count_request(
                name if name in self._models.by_name else "",
                _PROTOCOL,
                code.name,
                time.monotonic() - began,
            )

    def _found(self, request: Request, match: re.Match[str]) -> Page:
        name = match["model"]
        version = int(match["version"]) if match["version"] else None
        answers: dict[tuple[str, str | None], Callable[[], Page]] = {
            ("GET", None): lambda: _page(_as_json(status_of(self._models, name, version))),
            ("GET", "/metadata"): lambda: _page(self._metadata(name, version)),
            ("POST", ":predict"): lambda: self._predicted(name, version, request.body),
        }
        if answer := answers.get((request.method, match["what"])):
            return answer()
        if match["what"] in (":classify", ":regress"):
            text = "this server knows no signatures that take tf.Example; ask for :predict"
            raise ServingError(grpc.StatusCode.UNIMPLEMENTED, text)
        method = "POST" if match["what"] == ":predict" else "GET"
        return error_page(f"ask for this path by {method}", 405)

    def _metadata(self, name: str, version: int | None) -> Any:
        found = metadata_of(self._models, name, version)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        found.metadata["signature_def"].Unpack(signatures)
        return {
            "model_spec": _as_json(found.model_spec),
            "metadata": {"signature_def": _as_json(signatures)},
        }

    def _predicted(self, name: str, version: int | None, body: bytes) -> Page:
        request = _parsed(body)
        signature_name = request.get("signature_name", "")
        if not isinstance(signature_name, str):
            raise invalid("signature_name is no text")
        has_rows = _ROWS in request
        read = _row_inputs if has_rows else _column_inputs
        expires = time.monotonic() + self._timeout_seconds
        prediction = submit(
            self._models,
            Wanted(name, version, signature_name, expires),
            lambda signature: read(request, signature),
        )
        outputs = self._outputs(prediction)
        if has_rows:
            return _page({"predictions": _row_outputs(outputs)})
        values = {name: json_of_array(name, array) for name, array in outputs.items()}
        return _page({"outputs": _only(values) if len(values) == 1 else values})

    def _outputs(self, prediction: Prediction) -> Arrays:
        try:
            return prediction.outputs.result(self._timeout_seconds)
        except concurrent.futures.TimeoutError:
            prediction.outputs.cancel()
            raise ServingError(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"there was no answer within {self._timeout_seconds:g} seconds (--rest_timeout_ms)",
            ) from None


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid(f"the body is no JSON: {error}") from None
    if not isinstance(request, dict):
        raise invalid(f'the body is no object; expected {{"{_ROWS}": [...]}}')
    if unknown := sorted(request.keys() - _KEYS):
        raise invalid(f"there is no key '{unknown[0][:100]}'; there are {', '.join(sorted(_KEYS))}")
    if (_ROWS in request) == (_COLUMNS in request):
        raise invalid(f"give either {_ROWS}, a list of rows, or {_COLUMNS}, the inputs by name")
    return request


def _column_inputs(request: dict[str, Any], signature: ServedSignature) -> Arrays:
    values = request[_COLUMNS]
    if not isinstance(values, dict) or values.keys() == {"b64"}:
        if len(signature.inputs) != 1:
            signature.check_names([])
        values = dict.fromkeys(signature.inputs, values)
    signature.check_names(values)
    return {
        name: array_of_json(name, values[name], spec) for name, spec in signature.inputs.items()
    }


def _row_inputs(request: dict[str, Any], signature: ServedSignature) -> Arrays:
    rows = request[_ROWS]
    if not isinstance(rows, list) or not rows:
        raise invalid(f"{_ROWS} is no list of rows")
    for name, spec in signature.inputs.items():
        if spec.shape.rank == 0:
            raise invalid(
                f"input '{name}' of signature '{signature.name}' has no rows; give {_COLUMNS}"
            )
    if not all(isinstance(row, dict) and row.keys() != {"b64"} for row in rows):
        if len(signature.inputs) != 1:
            raise invalid(f"signature '{signature.name}' has several inputs; a row is an object")
        rows = [dict.fromkeys(signature.inputs, row) for row in rows]
    for row in rows:
        signature.check_names(row)
    return {
        name: array_of_json(name, [row[name] for row in rows], spec)
        for name, spec in signature.inputs.items()
    }


def _row_outputs(outputs: Arrays) -> list[Any]:
    counts = {array.shape[0] if array.ndim else None for array in outputs.values()}
    if len(counts) != 1 or None in counts:
        raise invalid(f"the outputs are no rows; give {_COLUMNS} in place of {_ROWS}")
    columns = {name: json_of_array(name, array) for name, array in outputs.items()}
    if len(columns) == 1:
        return _only(columns)
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _only(values: dict[str, Any]) -> Any:
    return next(iter(values.values()))


def _as_json(message: Any) -> Any:
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def _page(content: Any, status: int = 200) -> Page:
    # A name from the request may have halves of surrogate pairs.
    text = json.dumps(content, ensure_ascii=False) + "\n"
    return Page(_JSON, text.encode(errors="replace"), status)
