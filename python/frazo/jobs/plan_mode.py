"""Prices the training of an experiment without running it."""

import dataclasses
import json
from pathlib import Path

from frazo.plan.alternatives import with_alternatives
from frazo.plan.device import DEVICES
from frazo.plan.mesh_search import find_meshes
from frazo.plan.plan import Plan, make_plan
from frazo.plan.plan_table import plan_lines, plan_record
from frazo.program.console import Console
from frazo.program.durable_file import write_text
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2


@dataclasses.dataclass(frozen=True)
class PlanMode:
    """What --mode=plan was asked for.

    Attributes:
      model: What to call the experiment.
      device: A key of DEVICES.
      json_file: Gets the plans as JSON, too; None: nothing does.
    """

    model: str
    device: str
    json_file: Path | None

    def print_plan(self, experiment: experiment_pb2.Experiment, console: Console) -> None:
        """Prints the plan of an experiment on its own mesh.

        Args:
          experiment: The experiment.
          console: Gets the table.

        Raises:
          JobError: The configuration cannot be used.
        """
        plan = with_alternatives(experiment, make_plan(experiment, DEVICES[self.device]))
        self._print(plan, console)
        self._write(plan_record(plan, self.model))

    def print_meshes(
        self, experiment: experiment_pb2.Experiment, num_bytes: float, console: Console
    ) -> None:
        """Prints the plans of the smallest meshes on which an experiment fits.

        Args:
          experiment: The experiment.
          num_bytes: The memory of a process.
          console: Gets what is tried, and the tables.

        Raises:
          JobError: The configuration cannot be used, or fits no mesh.
        """
        plans = find_meshes(experiment, DEVICES[self.device], num_bytes, console.line)
        if not plans:
            raise JobError(
                f"the training fits no mesh of data and model whose processes have {num_bytes / 1e9:g} GB. Give "
                "more, or use smaller batches or a smaller model."
            )
        for plan in plans:
            console.line("")
            self._print(plan, console)
        self._write([plan_record(plan, self.model) for plan in plans])

    def _print(self, plan: Plan, console: Console) -> None:
        for line in plan_lines(plan, self.model):
            console.line(line)

    def _write(self, record: object) -> None:
        if self.json_file is not None:
            write_text(self.json_file, f"{json.dumps(record, indent=1)}\n")
