"""What the stages of a pipeline cost."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from frazo.plan.layer_depth import Counts, counts_of_more_layers
from frazo.plan.stage_balance import balanced_layers
from frazo.plan.step_costs import SECONDS, SLOTS, WEIGHTS, peaks_of
from frazo.proto import experiment_pb2
from frazo.shard.mesh_layout import MeshLayout
from frazo.shard.pipeline import Pipeline
from frazo.shard.pipeline_schedule import bubble

# Counts what the process of a stage computes, if the stages have these numbers of layers.
CountStage = Callable[[int, Sequence[int]], Counts]


class PlannedStages(NamedTuple):
    """The stages of a plan.

    Attributes:
      layers: How many layers each has.
      parts: Into how many parts a batch is divided.
      shown: The stage that needs the most memory, whose figures the plan has.
      seconds: The time of the ops of the stages that were traced, by their numbers. Those between
        them are like the one before.
      balanced: The numbers of layers with which the slowest stage would be fastest; (): the stages
        have too few to tell.
    """

    layers: Sequence[int]
    parts: int
    shown: int
    seconds: Mapping[int, float]
    balanced: Sequence[int]

    @property
    def bubble(self) -> float:
        """The share of a step in which a stage waits for others."""
        return bubble(len(self.layers), self.parts)

    @property
    def step_seconds(self) -> float:
        """The time of a step, if all stages were as slow as the slowest."""
        return max(self.seconds.values()) / (1 - self.bubble)


def plan_stages(
    experiment: experiment_pb2.Experiment, layout: MeshLayout, count: CountStage
) -> tuple[PlannedStages, Counts]:
    """Counts what the stages cost. A stage of many layers is traced with a few of them.

    Args:
      experiment: The experiment.
      layout: Its mesh, whose pipeline has two stages or more.
      count: Counts what a stage costs.

    Returns:
      The stages, and the costs of the one that needs the most memory.

    Raises:
      ValueError: The layers cannot be dealt out so.
    """
    assert layout.pipeline is not None
    num_stages = layout.sizes[layout.pipeline.axis]
    stack = experiment.task.language_modeling.model.body.transformer_stack
    pipeline = Pipeline(layout.pipeline, 0, num_stages)
    of_layers = pipeline.stages_of(stack.num_layers)
    layers = [of_layers.count(stage) for stage in range(num_stages)]
    period = 1 + len(stack.alternating_with)
    costs, added = {}, {}
    for stage in _different(layers):
        costs[stage], added[stage] = _stage_costs(stage, layers, period, count)
    seconds = {stage: each[SECONDS] for stage, each in costs.items()}
    shown = max(costs, key=lambda stage: _memory(costs[stage]))
    balanced = _balanced(layers, seconds, max(added.values()))
    return PlannedStages(layers, pipeline.num_parts, shown, seconds, balanced), costs[shown]


def with_depth(experiment: experiment_pb2.Experiment, num_layers: int) -> experiment_pb2.Experiment:
    """Returns the experiment with another number of layers in all stages together."""
    changed = experiment_pb2.Experiment()
    changed.CopyFrom(experiment)
    changed.task.language_modeling.model.body.transformer_stack.num_layers = num_layers
    return changed


def _stage_costs(
    stage: int, layers: Sequence[int], period: int, count: CountStage
) -> tuple[Counts, float]:
    """Returns what a stage costs, and the seconds of one of its layers; 0 if they are not known."""
    own = layers[stage]
    more = min(own, 2 * period + own % period)
    few = more - period
    costs = count(stage, _shallow(layers, stage, more, period))
    if few < 1:
        return costs, 0.0
    less = count(stage, _shallow(layers, stage, few, period))
    further = counts_of_more_layers(less, costs, own - more, period)
    total = {key: costs.get(key, 0) + value for key, value in further.items()}
    return total, (costs[SECONDS] - less[SECONDS]) / period


def _shallow(layers: Sequence[int], stage: int, own: int, period: int) -> list[int]:
    """Returns few layers for all other stages, so that the stage's own are of the same kinds."""
    counts = [period] * len(layers)
    counts[0] += sum(layers[:stage]) % period
    counts[-1] += sum(layers[stage + 1 :]) % period
    counts[stage] = own
    return counts


def _different(layers: Sequence[int]) -> list[int]:
    """Returns the stages that may need most: the first, the last, the largest one between them."""
    between = range(1, len(layers) - 1)
    largest = [max(between, key=lambda stage: layers[stage])] if between else []
    return [0, *largest, len(layers) - 1]


def _memory(costs: Counts) -> float:
    peaks = peaks_of(costs).values()
    return costs[WEIGHTS] + costs[SLOTS] + max(sum(kinds.values()) for kinds in peaks)


def _balanced(layers: Sequence[int], seconds: Mapping[int, float], layer: float) -> Sequence[int]:
    if layer <= 0:
        return ()
    extra = [
        max(seconds[stage] - layers[stage] * layer, 0.0) if stage in seconds else 0.0
        for stage in range(len(layers))
    ]
    return balanced_layers(sum(layers), extra, layer)
