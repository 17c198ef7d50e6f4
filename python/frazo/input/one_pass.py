"""Reads an input once, in file order."""

from frazo.proto import pipeline_pb2, record_source_pb2
from google.protobuf.message import Message


def one_pass(message: Message) -> Message:
    """Returns a copy of an input's message whose dataset gives every example once, not shuffled.

    It unsets the field `shuffle` of the message. For a Pipeline it unsets the shuffling and the
    epochs of the sources, and drop_remainder.
    """
    once = type(message)()
    once.CopyFrom(message)
    if isinstance(once, pipeline_pb2.Pipeline):
        _read_once(once)
    elif "shuffle" in once.DESCRIPTOR.fields_by_name:
        once.ClearField("shuffle")
    return once


def _read_once(pipeline: pipeline_pb2.Pipeline) -> None:
    source = pipeline.source
    if source.WhichOneof("kind") == "mixture":
        source.mixture.at_end = record_source_pb2.MixtureSource.DROP
        files = [part.source for part in source.mixture.parts]
    else:
        files = [source.files]
    for file_source in files:
        file_source.ClearField("shuffle")
        file_source.epochs = 1
    kind = pipeline.batcher.WhichOneof("kind")
    if kind is not None:
        getattr(pipeline.batcher, kind).ClearField("drop_remainder")
