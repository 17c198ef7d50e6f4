"""Clients of a translation server: each sends a sentence, waits for its translation, and goes on.

usage: translation_clients.py ADDRESS SENTENCES CLIENTS

It prints how many sentences were translated a second.
"""

import concurrent.futures
import sys
import time

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from tests.benchmarks.served_model import WARM_UP, sentences

_PATIENCE_SECONDS = 300


def main() -> None:
    address, count, clients = sys.argv[1:]
    requests = []
    for text in sentences(WARM_UP + int(count)):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "ende"
        request.inputs["sources"].CopyFrom(tf.make_tensor_proto([text]))
        requests.append(request)
    with (
        grpc.insecure_channel(address) as channel,
        concurrent.futures.ThreadPoolExecutor(int(clients)) as threads,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

        def ask(request: predict_pb2.PredictRequest) -> None:
            stub.Predict(request, timeout=_PATIENCE_SECONDS)

        list(threads.map(ask, requests[:WARM_UP]))
        started = time.perf_counter()
        list(threads.map(ask, requests[WARM_UP:]))
        print(int(count) / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
