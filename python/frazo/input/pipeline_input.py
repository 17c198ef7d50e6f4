"""An input of batches that the C++ pipeline makes from files of records."""

from collections.abc import Sequence

import tensorflow as tf
from frazo._core import IteratorLink, NotFoundError
from frazo.input.batch_division import divide_batches
from frazo.input.divided_position import divided_position
from frazo.input.input import Input
from frazo.input.lost_records import NOTHING_LOST, LostRecords, lost_records_of
from frazo.input.share import WHOLE, Share
from frazo.input.unchanged_dataset import unchanged
from frazo.ops import pipeline_dataset
from frazo.pipeline import Pipeline
from frazo.proto import pipeline_pb2
from frazo.registry import register


@register(pipeline_pb2.Pipeline)
class PipelineInput(Input):
    """Gives the tensors that the message's batcher defines. Sizes that differ between batches are
    None.
    """

    num_examples = None

    def __init__(self, message: pipeline_pb2.Pipeline, *, seed: int, share: Share = WHOLE):
        """Builds the input and loads its vocabularies.

        Args:
          message: The configuration. Its replica and replicas count if `share` is the whole.
          seed: Used unless the message has its own seed.
          share: The part of the input that this process reads.

        Raises:
          frazo._core.FrazoError: The message names the wrong field of the configuration, or a
            missing vocabulary.
          ValueError: Both the message and `share` choose a part.
        """
        own_seed = message.seed if message.HasField("seed") else seed
        super().__init__(message, seed=own_seed, share=share)
        self._config = self._config_of(share)
        self._link = IteratorLink()
        self._dataset = pipeline_dataset(self._config, self._link)
        self.element_spec = self._dataset.element_spec

    def _config_of(self, share: Share) -> pipeline_pb2.Pipeline:
        config = pipeline_pb2.Pipeline()
        config.CopyFrom(self.message)
        config.seed = self.seed
        if share.replicas > 1:
            if config.replicas > 1:
                raise ValueError(
                    f"pipeline.replicas is {config.replicas}, but the run has {share.replicas} "
                    "processes that share the input. Remove replica and replicas from the input."
                )
            config.replica, config.replicas = share.replica, share.replicas
            divide_batches(config.batcher, share)
        return config

    def open(self) -> None:
        try:
            Pipeline(self._config)
        except NotFoundError as error:
            made_by = self._config.made_by
            remedy = f". This makes the files: {made_by}" if made_by else ""
            raise NotFoundError(f"{error}{remedy}") from error

    def dataset(self) -> tf.data.Dataset:
        # The pipeline's own threads read and process ahead.
        return unchanged(self._dataset)

    def identity(self) -> dict[str, str]:
        """The state of a pipeline holds what it fits; it names the difference to another one."""
        return {}

    def continued_position(self, positions: Sequence[tf.Tensor]) -> tf.Tensor:
        return divided_position(
            positions,
            self.share,
            self._config_of,
            lambda config, link: unchanged(pipeline_dataset(config, link)),
        )

    def numbered_dataset(self) -> tf.data.Dataset:
        return unchanged(pipeline_dataset(self._config, self._link, numbered=True))

    def lost_records(self) -> LostRecords:
        counters = self._link.read()
        return NOTHING_LOST if counters is None else lost_records_of(counters)
