"""Records of the WMT experiments' format, and an experiment's first step on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.config import load_experiment
from frazo.experiment.model import Model
from frazo.experiment.parts import build_input, build_one_pass_input
from frazo.input.share import WHOLE
from frazo.proto import experiment_pb2
from frazo.train.inner_loop import InnerLoop, LoopResult

SOS, EOS = 1, 2
_SHARDS = 2


class FirstStep(NamedTuple):
    """changed: of each trained variable, by name, whether the step changed its first row."""

    model: Model
    result: LoopResult
    changed: dict[str, bool]


def write_records(directory: Path, split: str, *, count: int, length: int, vocab_size: int) -> None:
    """`count` pairs of random sentences, of `length` tokens with their end, in shards
    SPLIT.tfrecords-*."""
    random = np.random.default_rng(5)
    for shard in range(_SHARDS):
        path = directory / f"{split}.tfrecords-{shard:05d}-of-{_SHARDS:05d}"
        with _core.RecordWriter(path) as writer:
            for _ in range(shard, count, _SHARDS):
                source, target = random.integers(3, vocab_size, (2, length - 1)).tolist()
                writer.write(_example(source, target))


def experiment_on(directory: Path, name: str) -> experiment_pb2.Experiment:
    """The known experiment, with the records of `directory`, read once."""
    experiment = load_experiment(model=name, config=None, overrides=[])
    for config in experiment.inputs.values():
        files = config.pipeline.source.files
        files.epochs = 1
        files.files.patterns[:] = [
            str(directory / Path(pattern).name) for pattern in files.files.patterns
        ]
    return experiment


def batches(experiment: experiment_pb2.Experiment, name: str) -> list[dict[str, np.ndarray]]:
    dataset = build_one_pass_input(experiment, name).dataset()
    return [{key: value.numpy() for key, value in batch.items()} for batch in dataset]


def first_step(experiment: experiment_pb2.Experiment) -> FirstStep:
    train = build_input(experiment, "Train", WHOLE)
    model = Model(experiment, train.element_spec)
    before = _first_rows(model.learner.weights)
    loop = InnerLoop(model, iter(train.dataset()), experiment.learner.max_nonfinite_steps)
    result = loop.run(1)
    after = _first_rows(model.learner.weights)
    changed = {name: not np.array_equal(after[name], before[name]) for name in before}
    return FirstStep(model, result, changed)


def _first_rows(variables: Sequence[tf.Variable]) -> dict[str, np.ndarray]:
    """A large model is not to be held twice."""
    return {variable.name: variable[:1].numpy() for variable in variables}


def _example(source: Sequence[int], target: Sequence[int]) -> bytes:
    """As the preparation scripts write them: padding is all 0, weights are all 1."""
    features = tf.train.Features()
    for name, ids in (
        ("source_id", [*source, EOS]),
        ("target_id", [SOS, *target]),
        ("target_label", [*target, EOS]),
        ("natural_order", [1]),
    ):
        features.feature[name].int64_list.value.extend(ids)
    for name, value, size in (
        ("source_padding", 0, len(source) + 1),
        ("target_padding", 0, len(target) + 1),
        ("target_weight", 1, len(target) + 1),
    ):
        features.feature[name].float_list.value.extend([value] * size)
    for name, ids in (("source_word", source), ("target_word", target)):
        features.feature[name].bytes_list.value.extend(f"word{token}".encode() for token in ids)
    return tf.train.Example(features=features).SerializeToString(deterministic=True)
