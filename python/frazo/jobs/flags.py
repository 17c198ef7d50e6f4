"""Reads the command line of the trainer."""

import argparse
import os
import re
from collections.abc import Sequence

from frazo.plan.device import DEFAULT_DEVICE, DEVICES
from frazo.program.command_line import LOGGING_HELP, CommandLine, path_argument
from frazo.program.errors import UsageError

# These run the jobs of the process.
JOB_MODES = ("sync", "async")
MODES = (
    *JOB_MODES,
    "inspect_model",
    "inspect_params",
    "inspect_evaler",
    "inspect_decoder",
    "plan",
    "shell",
    "write_inference_graph",
)
# These modes read or write checkpoints.
_MODES_WITH_LOGDIR = (*JOB_MODES, "write_inference_graph")
LIST_MODELS = "list"
_SIZES = {"MB": 1e6, "GB": 1e9, "TB": 1e12}

_DESCRIPTION = """\
Trains and evaluates an experiment.

An experiment is a .textproto file: one that comes with Frazo (--model) or your
own (--config). Training goes on from the newest checkpoint in --logdir: the
same command resumes after a crash, a kill, or with a larger train.max_steps.
The data goes on where it stood; see --input_from_start.
"""

_EPILOG = """\
modes
  sync            run the jobs (default); in a cluster all workers compute each
                  step together, and the weights are those of one process with
                  the whole batch
  async           run the jobs of a cluster with parameter servers: each worker
                  computes gradients of whole batches at its own pace, and a
                  slow one stops nobody
  inspect_model   print the table of variables
  inspect_params  print the experiment with all its defaults
  inspect_evaler  print the names of the inputs, for --job=evaler_NAME
  inspect_decoder print the names of the inputs, for --job=decoder_NAME
  plan            price a training step without running it: parameters, memory by
                  what it is for, arithmetic, what processes send, time at the peak
                  of --device. With --fits=80GB it looks for meshes
  shell           open a Python prompt with the model, from the newest
                  checkpoint in --logdir if there is one
  write_inference_graph
                  write the newest checkpoint in --logdir as a SavedModel into
                  --export_dir, for frazo.Predictor, //tools:translate and
                  programs of your own

jobs
  Without --job one process trains, keeps the records and evaluates every input
  but Train at each checkpoint; it decodes those named in decode.local_inputs.
  With --job each may be a process of its own; they meet in --logdir and end
  when the training has finished.
  controller      writes control/ (params.txt, model_analysis.txt, train.pbtxt)
                  and watches the checkpoints
  trainer         trains
  evaler_NAME     evaluates the input NAME (evaler_test, evaler_train, ...) at
                  each newest checkpoint
  evaler_once_NAME@STEP
                  evaluates the input NAME at the checkpoint of STEP, and ends
  decoder_NAME    decodes the input NAME at each newest checkpoint: the outputs
                  (translations, say), their attention and scores are in
                  decode_NAME/

clusters
  //tools:launch starts all jobs of a cluster on this machine. On several
  machines start a trainer for each, with the same flags but --job and --task.
  --cluster=FILE     a .textproto of the message Cluster: the addresses of the
                     controller and the workers
  --cluster_spec=TEXT
                     the same in Lingvo's form:
                     worker=HOST:PORT,HOST:PORT@controller=HOST:PORT; for
                     --mode=async also @ps=HOST:PORT@trainer=HOST:PORT
  --cluster=tf_config, --cluster=slurm, --cluster=slurm:PORT
                     read it, and the part of this process, from TF_CONFIG, or
                     from what srun sets: each task is a worker, the first one
                     also the controller
  There --job is also
  worker          computes gradients; --task says which worker this is. With
                  --mode=sync a trainer is the same
  ps              with --mode=async: holds variables; --task says which one it
                  is. The trainer schedules the steps of the workers
  A process that is lost may be started again by the same command.

examples
  What there is:
    trainer --model=list
    trainer --model=image.mnist.LeNet5 --mode=inspect_model
  What would it take on other hardware:
    trainer --model=lm.synthetic_packed_input.DenseLm8B2x2 --mode=plan --device=h200
    trainer --model=lm.synthetic_packed_input.DenseLm8B2x2 --mode=plan --fits=80GB
  Train, and train on with other settings:
    trainer --model=image.mnist.LeNet5 --logdir=/tmp/mnist/log
    trainer --model=image.mnist.LeNet5 --logdir=/tmp/mnist/log \\
        --set train.max_steps=4000 --set learner.learning_rate=3e-5
  Train on after files were added to the data:
    trainer --config=mine.textproto --logdir=/tmp/mine --input_from_start
  Train in one process and evaluate in another:
    trainer --config=mine.textproto --logdir=/tmp/mine --job=controller,trainer
    trainer --config=mine.textproto --logdir=/tmp/mine --job=evaler_test
  Evaluate the checkpoint of step 1000 once:
    trainer --model=image.mnist.LeNet5 --logdir=/tmp/mnist/log \\
        --job=evaler_once_test@1000
  Train with two workers, each in a process, and a third that evaluates:
    trainer --model=image.mnist.LeNet5 --logdir=/tmp/mnist/two --job=controller,worker --task=0 \\
        --cluster_spec=controller=localhost:7000@worker=localhost:7001,localhost:7002
    trainer --model=image.mnist.LeNet5 --logdir=/tmp/mnist/two --job=worker --task=1 \\
        --cluster_spec=controller=localhost:7000@worker=localhost:7001,localhost:7002
    trainer --model=image.mnist.LeNet5 --logdir=/tmp/mnist/two --job=evaler_test \\
        --cluster_spec=controller=localhost:7000@worker=localhost:7001,localhost:7002
  Decode the newest checkpoint, and once more with another search:
    trainer --model=mt.gettext_en_de.TransformerTiny --logdir=/tmp/ende/log \\
        --job=decoder_test
    trainer --model=mt.gettext_en_de.TransformerTiny --logdir=/tmp/ende/log \\
        --job=decoder_test --set 'task.translation.search.greedy={}'
  Write the model out, and use it:
    trainer --model=mt.gettext_en_de.TransformerTiny --logdir=/tmp/ende/log \\
        --mode=write_inference_graph
    ./bazelw run -c opt //tools:translate -- --model=/tmp/ende/log/inference_graph < texts

signals
  SIGTERM, SIGINT (Ctrl+C) and SIGHUP (the terminal is gone) end the training
  after the present loop, with everything saved. A loop is at most
  train.steps_per_loop steps, and some seconds or one step. A second signal ends
  it at once; the work since the last checkpoint is lost then.

exit codes
  0    finished, or stopped by SIGTERM or SIGHUP with everything saved
  1    failed
  2    wrong command line or configuration; nothing was started
  130  stopped by SIGINT with everything saved
"""


def parse_flags(arguments: Sequence[str]) -> argparse.Namespace:
    """Reads flags. A flag that does not exist, or a wrong value, ends the process with code 2.

    Args:
      arguments: The command line without the program's name.

    Raises:
      UsageError: The mode needs --logdir, and it is missing.
    """
    parser = CommandLine(
        prog="trainer", description=_DESCRIPTION, epilog=f"{_EPILOG}\n{LOGGING_HELP}"
    )
    parser.add_argument("--model", metavar="NAME", help='a known experiment; "list" shows them all')
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=os.path.expanduser,
        help="an experiment in a .textproto file",
    )
    parser.add_argument(
        "--set",
        metavar="PATH=VALUE",
        dest="overrides",
        action="append",
        default=[],
        help="change a field of the experiment, such as train.max_steps=500; may be repeated",
    )
    _add_logdir_flags(parser)
    parser.add_argument("--mode", choices=MODES, default="sync", help="what to do (default: sync)")
    parser.add_argument(
        "--run_locally",
        choices=["cpu", "gpu"],
        default="cpu",
        help="compute on this machine's processors, or also on its GPUs, all in this process "
        "(default: cpu)",
    )
    _add_cluster_flags(parser)
    _add_plan_flags(parser)
    flags = parser.parse_args(arguments)
    if flags.mode != "plan" and any((flags.device, flags.json, flags.fits)):
        raise UsageError("--device, --json and --fits are for --mode=plan")
    if flags.mode in _MODES_WITH_LOGDIR and flags.logdir is None and flags.model != LIST_MODELS:
        raise UsageError(
            "--logdir: say where checkpoints and scores go, for example --logdir=/tmp/mnist/log"
        )
    return flags


def _add_logdir_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--logdir",
        metavar="DIR",
        type=path_argument,
        help="where checkpoints, scores and records go",
    )
    parser.add_argument(
        "--input_from_start",
        action="store_true",
        help="permit that training goes on from a checkpoint although its data begins anew, as it "
        "must when files, seed, processor or batches are no longer those of the checkpoint; "
        "otherwise this is an error. Data that can go on where it stood still does",
    )
    parser.add_argument(
        "--export_dir",
        metavar="DIR",
        type=path_argument,
        help="where write_inference_graph writes to (default: inference_graph/ in --logdir)",
    )


def _add_cluster_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--job",
        metavar="JOBS",
        help="the jobs of this process, separated by commas: controller, trainer, evaler_NAME, "
        "evaler_once_NAME@STEP, decoder_NAME; in a cluster also worker and ps",
    )
    parser.add_argument(
        "--task",
        metavar="N",
        type=int,
        help="in a cluster: the number of the worker or of the ps, from 0",
    )
    parser.add_argument(
        "--cluster",
        metavar="FILE",
        type=os.path.expanduser,
        help="the addresses of a cluster's members, in a .textproto file; or tf_config or slurm, "
        "whose variables tell",
    )
    parser.add_argument(
        "--cluster_spec", metavar="TEXT", help="the same, as JOB=HOST:PORT,HOST:PORT@JOB=HOST:PORT"
    )
    parser.add_argument(
        "--cluster_set",
        metavar="PATH=VALUE",
        action="append",
        default=[],
        help="change a field of the cluster, such as lease_seconds=30 or security.insecure=true; may "
        "be repeated",
    )


def _add_plan_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        metavar="NAME",
        choices=DEVICES,
        help=f"what --mode=plan plans for: {', '.join(DEVICES)} (default: {DEFAULT_DEVICE})",
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        type=path_argument,
        help="--mode=plan also writes its plan here, as JSON",
    )
    parser.add_argument(
        "--fits",
        metavar="SIZE",
        type=_size_argument,
        help="with --mode=plan: find the smallest meshes whose processes need no more memory than "
        "this, such as 80GB",
    )


def _size_argument(text: str) -> float:
    """Reads "80GB" or "512 MB"."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([MGT]B)", text)
    if match is None or float(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 80GB or 512MB")
    return float(match[1]) * _SIZES[match[2]]


def enter_callers_directory() -> None:
    """Enters the directory in which `bazel run` was typed, so that relative paths hold.

    Bazel starts programs in another directory.
    """
    directory = os.environ.get("BUILD_WORKING_DIRECTORY")
    if directory:
        os.chdir(directory)
