"""Runs the trainer's command line.

The program checks the flags and the experiment before it starts TensorFlow, so that a mistake shows
at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from frazo.config import ConfigError, list_models, load_experiment, resolved_text
from frazo.experiment.job_list import train_inputs
from frazo.jobs.cluster_part import ClusterPart, resolve_cluster
from frazo.jobs.flags import (
    JOB_MODES,
    LIST_MODELS,
    enter_callers_directory,
    parse_flags,
)
from frazo.jobs.job_names import local_jobs, parse_jobs
from frazo.jobs.mesh_check import check_mesh, require_mesh
from frazo.plan.device import DEFAULT_DEVICE
from frazo.program.command_line import log_console, run_program, wants_all_messages
from frazo.program.console import Console
from frazo.program.errors import (
    EXIT_FAILED,
    EXIT_FINISHED,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    JobError,
    UsageError,
)
from frazo.program.tensorflow_start import start_tensorflow
from frazo.proto import experiment_pb2

# What the others print is their result: it goes to standard output.
_MODES_THAT_LOG = (*JOB_MODES, "write_inference_graph")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the trainer.

    A program of your own is a trainer for its layers, tasks and inputs if it imports them and then
    calls this function.

    Args:
      arguments: The flags; None stands for those of the command line.

    Returns:
      The exit code; see --help.
    """
    console = Console()
    try:
        flags = parse_flags(sys.argv[1:] if arguments is None else arguments)
        enter_callers_directory()
        if flags.mode in _MODES_THAT_LOG:
            console = log_console()
        return _run(flags, console)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except UsageError as error:
        console.error(str(error))
        return EXIT_USAGE
    except JobError as error:
        console.end_live()
        console.error(str(error))
        return EXIT_FAILED
    except KeyboardInterrupt:
        console.end_live()
        return EXIT_INTERRUPTED


def _run(flags: argparse.Namespace, console: Console) -> int:
    if flags.model == LIST_MODELS:
        _print_models(console)
        return EXIT_FINISHED
    experiment = load_experiment(model=flags.model, config=flags.config, overrides=flags.overrides)
    if flags.mode == "inspect_params":
        sys.stdout.write(resolved_text(experiment))
    elif flags.mode in ("inspect_evaler", "inspect_decoder"):
        console.line(",".join(sorted(name.lower() for name in experiment.inputs)))
    elif flags.mode in JOB_MODES:
        return _run_jobs(flags, experiment, console)
    else:
        _start_tensorflow(flags, console)
        from frazo.export import export_folder, saved_model
        from frazo.jobs import inspection

        if flags.mode == "write_inference_graph":
            directory = flags.export_dir or flags.logdir / export_folder.DIRECTORY
            saved_model.write_inference_graph(experiment, flags.logdir, directory, console)
        elif flags.mode == "inspect_model":
            inspection.print_model(experiment, console)
        elif flags.mode == "plan":
            _print_plans(flags, experiment, console)
        else:
            inspection.open_shell(experiment, flags.logdir, console)
    return EXIT_FINISHED


def _print_plans(
    flags: argparse.Namespace, experiment: experiment_pb2.Experiment, console: Console
) -> None:
    from frazo.jobs.plan_mode import PlanMode

    mode = PlanMode(flags.model or flags.config, flags.device or DEFAULT_DEVICE, flags.json)
    if flags.fits is None:
        mode.print_plan(experiment, console)
    else:
        mode.print_meshes(experiment, flags.fits, console)


def _run_jobs(
    flags: argparse.Namespace, experiment: experiment_pb2.Experiment, console: Console
) -> int:
    names, trained = list(experiment.inputs), train_inputs(experiment).values()
    part = resolve_cluster(flags, os.environ, names, trained)
    if part is not None:
        check_mesh(experiment, part.cluster, flags.mode, part.jobs)
        return _run_in_cluster(flags, experiment, part, console)
    if flags.job is None:
        jobs = local_jobs(names, experiment.decode.local_inputs, trained)
    else:
        jobs = parse_jobs(flags.job, names)
    if jobs.worker or jobs.parameter_server:
        raise UsageError(
            f"--job={flags.job}: workers and parameter servers are members of a cluster; give "
            "--cluster=FILE, too, or use --job=trainer"
        )
    if jobs.trainer:
        require_mesh(experiment, num_workers=1)
    missing = [name for name in trained if name not in names]
    if (jobs.trainer or jobs.controller) and missing:
        raise UsageError(
            f"inputs: there is no input called {missing[0]}, so there is nothing to train on; the experiment has "
            f"{', '.join(sorted(names))}"
        )
    _start_tensorflow(flags, console)
    from frazo.jobs import run_jobs
    from frazo.run.file_run_state import FileRunState

    timeout_seconds = experiment.eval.checkpoint_timeout_seconds
    max_steps = experiment.train.max_steps
    with FileRunState(flags.logdir / "train", timeout_seconds, max_steps, console) as run_state:
        return run_jobs.run(
            experiment,
            jobs,
            flags.logdir,
            console,
            run_state,
            may_restart_input=flags.input_from_start,
        )


def _run_in_cluster(
    flags: argparse.Namespace,
    experiment: experiment_pb2.Experiment,
    part: ClusterPart,
    console: Console,
) -> int:
    if flags.mode == "async" and experiment.learner.HasField("variational_noise"):
        raise UsageError(
            "--mode=async: learner.variational_noise changes weights that all workers use; remove it, or "
            "use --mode=sync"
        )
    from frazo.jobs.cluster_job import ClusterJob

    job = ClusterJob(
        experiment,
        part,
        flags.logdir,
        console,
        start_tensorflow=lambda: _start_tensorflow(flags, console),
        may_restart_input=flags.input_from_start,
    )
    return job.run()


def _start_tensorflow(flags: argparse.Namespace, console: Console) -> None:
    start_tensorflow(shows_messages=wants_all_messages())
    from frazo.program.devices import use_devices

    use_devices(flags.run_locally, console)


def _print_models(console: Console) -> None:
    models = list_models()
    width = max((len(name) for name, _ in models), default=0)
    for name, description in models:
        console.line(f"{name:<{width}}  {description}")


if __name__ == "__main__":
    run_program(main)
