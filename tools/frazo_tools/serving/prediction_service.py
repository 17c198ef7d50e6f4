"""TensorFlow Serving's PredictionService over gRPC."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from frazo_tools.serving.batcher import Arrays
from frazo_tools.serving.metrics import Metrics
from frazo_tools.serving.models import Models
from frazo_tools.serving.predictions import Wanted, submit
from frazo_tools.serving.served_signature import ServedSignature
from frazo_tools.serving.serving_error import ServingError, invalid
from frazo_tools.serving.tensor_protos import array_of, proto_of
from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2, prediction_service_pb2

SERVICE = prediction_service_pb2.DESCRIPTOR.services_by_name["PredictionService"]
_SIGNATURE_DEF = "signature_def"
_PROTOCOL = "grpc"


class PredictionService:
    """Answers from one event loop."""

    def __init__(self, models: Models, metrics: Metrics, most_bytes: int):
        """Keeps what answers.

        Args:
          models: The models.
          metrics: Counts the requests.
          most_bytes: The most memory of an input.
        """
        self._models = models
        self._metrics = metrics
        self._most_bytes = most_bytes

    async def Predict(self, request, context):
        return await self._counted(self._predict, request, context)

    async def GetModelMetadata(self, request, context):
        return await self._counted(self._metadata, request, context)

    async def Classify(self, request, context):
        return await self._counted(_takes_examples, request, context)

    async def Regress(self, request, context):
        return await self._counted(_takes_examples, request, context)

    async def MultiInference(self, request, context):
        text = "this server does not know MultiInference; send a Predict for each"
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, text)

    async def _counted(
        self,
        answer: Callable[[Any, grpc.aio.ServicerContext], Awaitable[Any]],
        request: Any,
        context: grpc.aio.ServicerContext,
    ) -> Any:
        """Answers, counts the answer, and ends the call with a ServingError's code."""
        began = time.monotonic()
        code = grpc.StatusCode.CANCELLED
        name = request.model_spec.name
        try:
            found = await answer(request, context)
            code = grpc.StatusCode.OK
            return found
        except ServingError as error:
            code = error.code
            return await context.abort(error.code, str(error))
        finally:
            self._metrics.count_request(
                name if name in self._models.by_name else "",
                _PROTOCOL,
                code.name,
                time.monotonic() - began,
            )

    async def _predict(self, request, context) -> predict_pb2.PredictResponse:
        spec = request.model_spec
        remaining = context.time_remaining()
        expires = float("inf") if remaining is None else time.monotonic() + remaining
        wanted = Wanted(spec.name, version_of(spec), spec.signature_name, expires)
        prediction = submit(
            self._models, wanted, lambda signature: self._inputs(request, signature)
        )
        outputs = await asyncio.wrap_future(prediction.outputs)
        answer = predict_pb2.PredictResponse()
        answer.model_spec.name = spec.name
        answer.model_spec.version.value = prediction.version
        answer.model_spec.signature_name = prediction.signature.name
        for name in request.output_filter or outputs:
            answer.outputs[name].CopyFrom(proto_of(outputs[name]))
        return answer

    def _inputs(self, request: predict_pb2.PredictRequest, signature: ServedSignature) -> Arrays:
        signature.check_names(request.inputs)
        for name in request.output_filter:
            if name not in signature.outputs:
                raise invalid(
                    f"output_filter: signature '{signature.name}' has no output '{name[:100]}'; it "
                    f"has {', '.join(sorted(signature.outputs))}"
                )
        return {
            name: array_of(name, request.inputs[name], spec, self._most_bytes)
            for name, spec in signature.inputs.items()
        }

    async def _metadata(self, request, _) -> get_model_metadata_pb2.GetModelMetadataResponse:
        if unknown := [name for name in request.metadata_field if name != _SIGNATURE_DEF]:
            raise invalid(
                f"metadata_field: there is only {_SIGNATURE_DEF}, no '{unknown[0][:100]}'"
            )
        if not request.metadata_field:
            raise invalid(f"metadata_field is empty; give {_SIGNATURE_DEF}")
        return metadata_of(self._models, request.model_spec.name, version_of(request.model_spec))


def metadata_of(
    models: Models, name: str, version: int | None
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """Returns what a model's signatures take and return.

    Raises:
      ServingError: There is no such model or version.
    """
    number, model = models.find(name).find(version)
    answer = get_model_metadata_pb2.GetModelMetadataResponse()
    answer.model_spec.name = name
    answer.model_spec.version.value = number
    answer.metadata[_SIGNATURE_DEF].Pack(model.signature_defs())
    return answer


def version_of(spec) -> int | None:
    """Returns the version that a ModelSpec asks for; None: the newest.

    Raises:
      ServingError: It asks by a label.
    """
    if spec.HasField("version_label"):
        raise invalid("model_spec.version_label: this server knows no labels; give the version")
    return spec.version.value if spec.HasField("version") else None


async def _takes_examples(*_: object) -> None:
    raise ServingError(
        grpc.StatusCode.UNIMPLEMENTED,
        "this server knows no signatures that take tf.Example; send Predict",
    )
