"""The order in which a stage of a pipeline computes the parts of a batch."""

import enum
from typing import NamedTuple


class Direction(enum.Enum):
    """Through the model, or back with the gradients."""

    FORWARD = "forward"
    BACKWARD = "backward"


class Action(NamedTuple):
    """What a stage does next.

    Attributes:
      direction: Of what it computes.
      part: The number of the part of the batch.
    """

    direction: Direction
    part: int


def one_forward_one_backward(stage: int, num_stages: int, num_parts: int) -> list[Action]:
    """Returns the schedule that keeps the activations of at most num_stages - stage parts.

    Narayanan et al. 2021, "Memory-efficient pipeline-parallel DNN training", figure 2b
    (PipeDream-Flush): each stage goes forward until the last one has the first part, then forward
    and backward in turn.

    Args:
      stage: The number of the stage.
      num_stages: How many there are.
      num_parts: Into how many parts the batch is divided.
    """
    ahead = min(num_stages - 1 - stage, num_parts)
    actions = [Action(Direction.FORWARD, part) for part in range(ahead)]
    for part in range(num_parts):
        if part + ahead < num_parts:
            actions.append(Action(Direction.FORWARD, part + ahead))
        actions.append(Action(Direction.BACKWARD, part))
    return actions


def all_forward_all_backward(num_parts: int) -> list[Action]:
    """Returns the schedule of Huang et al. 2019, "GPipe", figure 2c. It is the same for all stages.

    Args:
      num_parts: Into how many parts the batch is divided.
    """
    return [Action(direction, part) for direction in Direction for part in range(num_parts)]


def bubble(num_stages: int, num_parts: int) -> float:
    """Returns the share of a step in which a stage waits, if all stages take equally long.

    Huang et al. 2019, section 2.3. It is that of both schedules.

    Args:
      num_stages: How many stages there are.
      num_parts: Into how many parts the batch is divided.
    """
    return (num_stages - 1) / (num_parts + num_stages - 1)
