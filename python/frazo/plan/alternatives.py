"""What activations take in the ways that a configuration may choose."""

import dataclasses

from frazo.plan.layer_depth import messages_with
from frazo.plan.plan import Activations, Plan, make_plan
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2


def with_alternatives(experiment: experiment_pb2.Experiment, plan: Plan) -> Plan:
    """Adds to a plan what activations take in other ways, each by the graph that would run.

    Args:
      experiment: The experiment.
      plan: Its plan.

    Returns:
      The plan with its `recomputation`, if the experiment has stacks of layers that can be computed
      again, and with what it takes to be `dropless`, if it has experts.

    Raises:
      JobError: The configuration cannot be used.
    """
    return dataclasses.replace(
        plan,
        recomputation=_both_ways("recompute_layers", experiment, plan),
        dropless=_both_ways("dropless", experiment, plan),
    )


def _both_ways(
    field: str, experiment: experiment_pb2.Experiment, plan: Plan
) -> dict[bool, Activations]:
    """Returns what activations take without and with an option.

    What the mesh does not allow is left out.
    """
    messages = list(messages_with(field, experiment.task))
    found = {}
    for value in (False, True) if messages else ():
        if all(getattr(message, field) == value for message in messages):
            found[value] = plan.activations
            continue
        try:
            other = make_plan(with_option(experiment, field, value), plan.device)
        except JobError:
            continue
        found[value] = other.activations
    return found


def with_option(
    experiment: experiment_pb2.Experiment, field: str, value: bool
) -> experiment_pb2.Experiment:
    """Returns a copy of an experiment whose layers have an option set, where they have it.

    Args:
      experiment: The experiment.
      field: The name of the option.
      value: Its value.
    """
    changed = experiment_pb2.Experiment()
    changed.CopyFrom(experiment)
    for message in messages_with(field, changed.task):
        setattr(message, field, value)
    return changed
