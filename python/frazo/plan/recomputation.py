"""What activations take with and without layers that the backward pass computes again."""

import dataclasses

from frazo.plan.layer_depth import messages_with
from frazo.plan.plan import Plan, make_plan
from frazo.proto import experiment_pb2

_FIELD = "recompute_layers"


def with_recomputation(experiment: experiment_pb2.Experiment, plan: Plan) -> Plan:
    """Adds to a plan what activations take both ways, each by the graph that would run.

    Args:
      experiment: The experiment.
      plan: Its plan.

    Returns:
      The plan with its `recomputation`; the plan itself if the experiment has no stack of layers
      that can be computed again.

    Raises:
      JobError: The configuration cannot be used.
    """
    stacks = list(messages_with(_FIELD, experiment.task))
    if not stacks:
        return plan
    found = {}
    for recomputes in (False, True):
        is_own = all(getattr(stack, _FIELD) == recomputes for stack in stacks)
        other = plan if is_own else make_plan(_with(experiment, recomputes), plan.device)
        found[recomputes] = other.activations
    return dataclasses.replace(plan, recomputation=found)


def _with(experiment: experiment_pb2.Experiment, recomputes: bool) -> experiment_pb2.Experiment:
    changed = experiment_pb2.Experiment()
    changed.CopyFrom(experiment)
    for stack in messages_with(_FIELD, changed.task):
        setattr(stack, _FIELD, recomputes)
    return changed
