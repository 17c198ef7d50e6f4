"""Clients of a translation server, and what they see.

usage: translation_clients.py PROTOCOL ADDRESS SENTENCES

PROTOCOL is grpc, TensorFlow Serving's, or json, which posts {"text": ...} to /translate. First 16,
then 64 clients send a sentence, wait for its translation, and send the next. Then sentences come
one after the other at twice the rate of the 64 clients, whether the others are answered or not.
It prints the figures as JSON.
"""

import concurrent.futures
import http.client
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from tests.benchmarks.served_model import WARM_UP, sentences

CLIENTS = (16, 64)
NAME = "ende"
# Within this time a request is answered, or it counts as late.
DEADLINE_SECONDS = 5.0
_PATIENCE_SECONDS = 300.0
# Threads that send at twice the load: more than can be on their way.
_MOST_ON_THEIR_WAY = 1500

# Returns whether a text was answered, and not refused; raises TimeoutError after so many seconds.
Ask = Callable[[str, float], bool]


def grpc_ask(address: str) -> Ask:
    stub = prediction_service_pb2_grpc.PredictionServiceStub(grpc.insecure_channel(address))

    def ask(text: str, seconds: float) -> bool:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = NAME
        request.inputs["sources"].CopyFrom(tf.make_tensor_proto([text]))
        try:
            stub.Predict(request, timeout=seconds)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
                return False
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise TimeoutError from error
            raise
        return True

    return ask


def json_ask(address: str) -> Ask:
    own = threading.local()

    def ask(text: str, seconds: float) -> bool:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection(address)
        own.connection.timeout = seconds
        if own.connection.sock is not None:
            own.connection.sock.settimeout(seconds)
        try:
            body = json.dumps({"text": text})
            own.connection.request("POST", "/translate", body, {"Content-Type": "application/json"})
            answer = own.connection.getresponse()
            answer.read()
        except (TimeoutError, OSError):
            # The answer may still come on this connection.
            own.connection.close()
            raise
        return answer.status == 200

    return ask


def closed_loop(ask: Ask, texts: Sequence[str], clients: int) -> dict[str, float]:
    """Returns the rate, and the latencies in ms that half and 99 % of the requests keep."""

    def timed(text: str) -> float:
        began = time.perf_counter()
        if not ask(text, _PATIENCE_SECONDS):
            raise RuntimeError("a request was refused, although there are few clients")
        return time.perf_counter() - began

    with concurrent.futures.ThreadPoolExecutor(clients) as threads:
        list(threads.map(timed, texts[:WARM_UP]))
        began = time.perf_counter()
        latencies = list(threads.map(timed, texts[WARM_UP:]))
        rate = len(latencies) / (time.perf_counter() - began)
    return {"rate": rate, **_percentiles(latencies)}


def open_loop(ask: Ask, texts: Sequence[str], rate: float) -> dict[str, float]:
    """Sends `rate` texts a second.

    Returns how many a second were answered in time, once a quarter was sent and until all were;
    which share was refused, and which was late; and the latencies of those that were answered.
    """
    outcomes = {"refused": 0, "late": 0}
    latencies, answered = [], []
    lock = threading.Lock()
    began = time.perf_counter()

    def send(number: int) -> None:
        sent = began + number / rate
        time.sleep(max(0.0, sent - time.perf_counter()))
        try:
            outcome = None if ask(texts[number], DEADLINE_SECONDS) else "refused"
        except TimeoutError:
            outcome = "late"
        with lock:
            if outcome is not None:
                outcomes[outcome] += 1
                return
            answered.append(time.perf_counter() - began)
            latencies.append(began + answered[-1] - sent)

    with concurrent.futures.ThreadPoolExecutor(min(_MOST_ON_THEIR_WAY, len(texts))) as threads:
        list(threads.map(send, range(len(texts))))
    figures = {name: count / len(texts) for name, count in outcomes.items()}
    # Before, the server had less than it could do.
    first, last = len(texts) / rate / 4, len(texts) / rate
    figures["rate"] = sum(first < moment <= last for moment in answered) / (last - first)
    return figures | _percentiles(latencies)


def _percentiles(latencies: Sequence[float]) -> dict[str, float]:
    if not latencies:
        return {"p50": float("inf"), "p99": float("inf")}
    p50, p99 = np.percentile(latencies, [50, 99]) * 1000
    return {"p50": float(p50), "p99": float(p99)}


def main() -> None:
    protocol, address, count = sys.argv[1:]
    ask = {"grpc": grpc_ask, "json": json_ask}[protocol](address)
    texts = sentences(WARM_UP + int(count))
    figures = {f"clients{clients}": closed_loop(ask, texts, clients) for clients in CLIENTS}
    twice = 2 * figures[f"clients{CLIENTS[-1]}"]["rate"]
    # So many that the queue is full for most of the time.
    figures["twice"] = open_loop(ask, 2 * texts[WARM_UP:], twice)
    print(
        json.dumps(
            {f"{case}_{name}": value for case, of in figures.items() for name, value in of.items()}
        )
    )


if __name__ == "__main__":
    main()
