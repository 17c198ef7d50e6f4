"""Prices the training of an experiment without running it."""

import json
from pathlib import Path

from frazo.plan.device import DEVICES
from frazo.plan.plan import make_plan
from frazo.plan.plan_table import plan_lines, plan_record
from frazo.program.console import Console
from frazo.program.durable_file import write_text
from frazo.proto import experiment_pb2


def print_plan(
    experiment: experiment_pb2.Experiment,
    model: str,
    device: str,
    json_file: Path | None,
    console: Console,
) -> None:
    """Prints the plan of an experiment.

    Args:
      experiment: The experiment.
      model: What to call it.
      device: A key of DEVICES.
      json_file: Gets the plan as JSON, too.
      console: Gets the table.

    Raises:
      JobError: The configuration cannot be used.
    """
    plan = make_plan(experiment, DEVICES[device])
    for line in plan_lines(plan, model):
        console.line(line)
    if json_file is not None:
        record = json.dumps(plan_record(plan, model), indent=1)
        write_text(json_file, f"{record}\n")
