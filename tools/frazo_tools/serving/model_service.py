"""TensorFlow Serving's ModelService over gRPC."""

import grpc
from frazo_tools.serving.models import Models
from frazo_tools.serving.prediction_service import version_of
from frazo_tools.serving.serving_error import ServingError
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2

SERVICE = model_service_pb2.DESCRIPTOR.services_by_name["ModelService"]


class ModelService:
    """Tells what became of the versions of models."""

    def __init__(self, models: Models):
        """Keeps the models."""
        self._models = models

    async def GetModelStatus(self, request, context):
        try:
            return status_of(self._models, request.model_spec.name, version_of(request.model_spec))
        except ServingError as error:
            return await context.abort(error.code, str(error))

    async def HandleReloadConfigRequest(self, _, context):
        text = "the models of this server are those of its command line; it finds new versions by itself"
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, text)


def status_of(
    models: Models, name: str, version: int | None
) -> get_model_status_pb2.GetModelStatusResponse:
    """Returns what became of the versions of a model, the newest first.

    Args:
      models: The models.
      name: The model's name.
      version: A version; None: all.

    Raises:
      ServingError: There is no such model or version.
    """
    states = models.find(name).states()
    if version is not None and version not in states:
        known = ", ".join(map(str, sorted(states))) or "none"
        raise ServingError(
            grpc.StatusCode.NOT_FOUND, f"model '{name}' has no version {version}; it has {known}"
        )
    answer = get_model_status_pb2.GetModelStatusResponse()
    for number in sorted(states, reverse=True):
        if version in (None, number):
            state = states[number]
            answer.model_version_status.add(
                version=number,
                state=state.state,
                status={
                    "error_code": state.error.code.value[0],
                    "error_message": str(state.error),
                },
            )
    return answer
