"""Shows a model without training it. The data of its inputs need not be there."""

import code
from pathlib import Path

import tensorflow as tf
from frazo._core import FrazoError
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.experiment.model import InferenceModel, Model
from frazo.experiment.model_analysis import model_analysis
from frazo.experiment.parts import first_input
from frazo.layers.step_context import StepContext
from frazo.program.console import Console
from frazo.proto import experiment_pb2
from frazo.train.state import INPUT_PREFIX

_BANNER = """\
experiment  the message
model       model.task, model.learner, model.global_step ({origin})
source      the input {input_name}: source.dataset(), source.num_examples
batch       its first batch{missing}
context     a StepContext for evaluation:
            model.task.for_input("{input_name}").evaluate(batch, context)
tf          TensorFlow"""


def print_model(experiment: experiment_pb2.Experiment, console: Console) -> None:
    _, source = first_input(experiment)
    model = InferenceModel(experiment, source.element_spec)
    console.line(model_analysis(model.task.variables).rstrip("\n"))


def open_shell(
    experiment: experiment_pb2.Experiment, logdir: Path | None, console: Console
) -> None:
    """Opens a Python prompt with the model and a batch.

    Args:
      experiment: The experiment.
      logdir: Its log directory. The newest checkpoint in it gives the weights. If there is none, or
        logdir is None, the model has its initial weights.
      console: For warnings of damaged checkpoints.

    Raises:
      JobError: The input is configured wrongly, or the checkpoint does not fit the model.
    """
    input_name, source = first_input(experiment)
    model = Model(experiment, source.element_spec)
    checkpoint = None
    if logdir is not None:
        directory = CheckpointDirectory(logdir / "train")
        checkpoint = directory.newest(lambda _, damage: console.warning(damage))
    if checkpoint is not None:
        model.restore(checkpoint, INPUT_PREFIX)
    origin = f"from {checkpoint.prefix}" if checkpoint is not None else "initial weights"
    batch, missing = None, ""
    try:
        source.open()
        batch = next(iter(source.dataset()))
    except (ValueError, OSError, FrazoError) as error:
        missing = f"; None here: {error}"
    names = {
        "experiment": experiment,
        "model": model,
        "source": source,
        "batch": batch,
        "context": StepContext.for_evaluation(seed=experiment.seed),
        "tf": tf,
    }
    banner = _BANNER.format(origin=origin, input_name=input_name, missing=missing)
    code.interact(banner, local=names, exitmsg="")
