"""Batches that the C++ pipeline makes of files of records."""

import tensorflow as tf
from frazo._core import NotFoundError
from frazo.input.input import Input
from frazo.ops import pipeline_dataset
from frazo.pipeline import Pipeline
from frazo.proto import pipeline_pb2
from frazo.registry import register


@register(pipeline_pb2.Pipeline)
class PipelineInput(Input):
    """The tensors that the message's batcher names; sizes that differ from batch to batch are None."""

    num_examples = None

    def __init__(self, message: pipeline_pb2.Pipeline, *, seed: int):
        """seed: unless the message has one of its own.

        Raises frazo._core.FrazoError naming the field of the message that is wrong, or the file that
        is missing and the command that makes it.
        """
        super().__init__(message, seed=message.seed if message.HasField("seed") else seed)
        config = pipeline_pb2.Pipeline()
        config.CopyFrom(message)
        config.seed = self.seed
        _check_files(config)
        self._dataset = pipeline_dataset(config)
        self.element_spec = self._dataset.element_spec

    def dataset(self) -> tf.data.Dataset:
        # The pipeline's own threads read and process ahead: a rewrite has nothing to add, and would
        # only hold batches that a checkpoint must not count as given.
        options = tf.data.Options()
        options.experimental_optimization.apply_default_optimizations = False
        options.autotune.enabled = False
        return self._dataset.with_options(options)


def _check_files(config: pipeline_pb2.Pipeline) -> None:
    """The dataset would look for them only when a first batch is asked for."""
    try:
        Pipeline(config)
    except NotFoundError as error:
        remedy = f". This makes the files: {config.made_by}" if config.made_by else ""
        raise NotFoundError(f"{error}{remedy}") from error
