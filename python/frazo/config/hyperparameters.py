"""The settings of an experiment by which its results may be compared with those of others."""

from collections.abc import Collection, Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from frazo.config.leaves import Leaf, leaves
from frazo.proto import experiment_pb2

_TEXTS = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)
# float32 has no more digits that are the same in both notations.
_FLOAT_DIGITS = 6


def hyperparameters(
    experiment: experiment_pb2.Experiment, input_names: Collection[str]
) -> dict[str, bool | float | str]:
    """Returns numbers, choices and switches by path.

    They are those that the experiment sets, be it in its file, by what it extends or by --set: all
    of the learner and the task, the number of steps, the seed, the type of numbers, and those of
    inputs, such as the size of a batch. Texts, such as names of files, are left out. A choice
    between messages is the name of the field: {"learner.optimizer": "adam"}.

    Args:
      experiment: The experiment.
      input_names: The inputs that it trains with.
    """
    found: dict[str, bool | float | str] = {}
    for leaf in _compared(experiment, input_names):
        if isinstance(leaf.value, Message):
            # The learner's own members of a oneof are scalars.
            if leaf.field.containing_oneof is not None:
                found[leaf.path.rpartition(".")[0]] = leaf.field.name
        elif leaf.field.type not in _TEXTS:
            found[leaf.path] = _value(leaf)
    return found


def _compared(
    experiment: experiment_pb2.Experiment, input_names: Collection[str]
) -> Iterator[Leaf]:
    yield from leaves(experiment.learner, "learner")
    chosen = ("train.max_steps", "seed", "compute_dtype")
    yield from (leaf for leaf in leaves(experiment) if leaf.path in chosen)
    yield from leaves(experiment.task, "task")
    for name in sorted(input_names):
        yield from leaves(experiment.inputs[name], f"inputs.{name}")


def _value(leaf: Leaf) -> bool | float | str:
    if leaf.field.enum_type is not None:
        named = leaf.field.enum_type.values_by_number.get(leaf.value)
        return named.name if named is not None else str(leaf.value)
    if isinstance(leaf.value, bool):
        return leaf.value
    if leaf.field.type == FieldDescriptor.TYPE_FLOAT:
        # 0.1, not the number next to it that float32 has.
        return float(f"{leaf.value:.{_FLOAT_DIGITS}g}")
    return float(leaf.value)
