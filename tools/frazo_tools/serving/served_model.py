"""One version of a model in memory, with the queue of its requests."""

from collections.abc import Callable
from pathlib import Path

import grpc
import tensorflow as tf
from frazo import ops
from frazo.export.export_folder import SAVED_MODEL, read_row_wise
from frazo.program.literal_path import is_pattern
from frazo_tools.serving.batcher import Batcher, BatchLimits
from frazo_tools.serving.served_signature import ServedSignature
from frazo_tools.serving.serving_error import ServingError, code_of_number
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import get_model_metadata_pb2

_DEFAULT_SIGNATURE = "serving_default"
_SERVE = "serve"


class ServedModel:
    """A loaded SavedModel.

    Attributes:
      signatures: Its signatures by name.
      batcher: Runs its requests.
    """

    def __init__(
        self, name: str, directory: Path, limits: BatchLimits, observe: Callable[[str, int], None]
    ):
        """Loads the model.

        Args:
          name: The model's.
          directory: The SavedModel's.
          limits: How requests are joined.
          observe: As for Batcher.

        Raises:
          ServingError: It cannot be loaded.
        """
        if is_pattern(directory):
            raise ServingError(
                grpc.StatusCode.FAILED_PRECONDITION,
                "TensorFlow, which takes *, ?, [ and \\ in a path for a pattern, cannot load from "
                "there; rename the folder",
            )
        ops.load()
        try:
            content = (directory / SAVED_MODEL).read_bytes()
            # The signatures are valid as long as this object lives.
            self._loaded = tf.saved_model.load(str(directory), tags=[_SERVE])
            padded = read_row_wise(directory)
            self._definitions = _definitions(content)
            self.signatures = {
                name: ServedSignature(name, function, padded.get(name))
                for name, function in self._loaded.signatures.items()
            }
        except tf.errors.OpError as error:
            raise ServingError(code_of_number(error.error_code), error.message) from None
        except Exception as error:
            # Whatever is in the folder must not end the server.
            raise ServingError(
                grpc.StatusCode.FAILED_PRECONDITION, f"{type(error).__name__}: {error}"
            ) from None
        if not self.signatures:
            raise ServingError(
                grpc.StatusCode.FAILED_PRECONDITION, "the SavedModel has no signatures"
            )
        self.batcher = Batcher(name, limits, observe)

    def signature(self, name: str) -> ServedSignature:
        """Returns a signature; "" stands for serving_default.

        Raises:
          ServingError: There is none.
        """
        wanted = name or _DEFAULT_SIGNATURE
        if wanted not in self.signatures:
            raise ServingError(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"the model has no signature '{wanted}'; it has {', '.join(sorted(self.signatures))}",
            )
        return self.signatures[wanted]

    def signature_defs(self) -> get_model_metadata_pb2.SignatureDefMap:
        """Returns what the signatures take and return, as TensorFlow writes it."""
        return get_model_metadata_pb2.SignatureDefMap(signature_def=self._definitions)

    def close(self) -> None:
        """Answers the requests that wait, and ends the thread."""
        self.batcher.close()


def _definitions(content: bytes) -> dict:
    """Returns the SignatureDefs of a saved_model.pb."""
    saved = saved_model_pb2.SavedModel.FromString(content)
    for graph in saved.meta_graphs:
        if _SERVE in graph.meta_info_def.tags:
            return dict(graph.signature_def)
    return {}
