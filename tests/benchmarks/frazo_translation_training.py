"""Training steps of TransformerBase: the trainer's own steps, on batches from memory.

usage: frazo_translation_training.py
"""

import tensorflow as tf
from figures import print_figures
from frazo.experiment.model import Model
from frazo.proto import experiment_pb2
from frazo.train.inner_loop import InnerLoop
from translation_workload import PAIRS, TOKENS, random_ids, training_figures

from tests.benchmarks import transformer_base

MAX_NONFINITE_STEPS = 1


def make_batch() -> dict[str, tf.Tensor]:
    batch = {}
    for seed, name in enumerate(("source", "target", "target_labels")):
        batch[name] = tf.constant(random_ids(PAIRS, TOKENS, seed))
        batch[f"{name}_length"] = tf.fill([PAIRS], TOKENS)
    return batch


def main() -> None:
    experiment = experiment_pb2.Experiment(learner=transformer_base.learner())
    experiment.task.translation.CopyFrom(transformer_base.translation())
    batches = tf.data.Dataset.from_tensors(make_batch()).repeat()
    model = Model(experiment, batches.element_spec)
    loop = InnerLoop(model, iter(batches), MAX_NONFINITE_STEPS)
    print_figures(**training_figures(lambda: loop.run(1)))


if __name__ == "__main__":
    main()
