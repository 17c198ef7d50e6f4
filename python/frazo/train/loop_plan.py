"""What the workers of a training agree on before each loop."""

import enum
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf
from frazo.shard.collective_group import CollectiveGroup


class Ending(enum.IntEnum):
    """Whether training goes on after a loop, and if not, why."""

    GOES_ON = 0
    # It is saved, and this process and all others stop.
    STOPS = 1
    # It is saved; those that are not to stop begin anew with other workers.
    REGROUPS = 2
    # The training is done, although some steps are left.
    FINISHES = 3


class LoopPlan(NamedTuple):
    """What happens before the next loop, and how long the loop is.

    saves: Whether a checkpoint is saved first. ending: Whether there is a next loop. steps: Its
    steps.
    """

    saves: bool
    ending: Ending
    steps: int


class Wishes(NamedTuple):
    """What one worker would do next.

    Attributes:
      steps: The steps of the next loop.
      saves: Whether it would save a checkpoint first.
      leaves: Whether this process was asked to stop.
      ends: Whether the whole training was asked to stop.
      regroups: Whether other workers wait to join.
      finishes: Whether the training is done early.
    """

    steps: int
    saves: bool = False
    leaves: bool = False
    ends: bool = False
    regroups: bool = False
    finishes: bool = False


class Agreement:
    """Makes one plan of the wishes of all workers. This class is for a single one."""

    def plan(self, wishes: Wishes) -> LoopPlan:
        """Returns the same plan in each worker; waits until all have said their wishes."""
        return joined_plan([wishes], min_workers=1)

    def chief_value(self, value: int) -> int:
        """Returns the value that the first worker gave."""
        return value

    def sum(self, counts: Sequence[int]) -> list[int]:
        """Returns the sums over the workers; each has as many counts."""
        return list(counts)

    def synchronize(self, variables: Sequence[tf.Variable]) -> None:
        """Gives the variables of all workers the values that those of the first one have."""


class CollectiveAgreement(Agreement):
    """The agreement of a group of processes."""

    def __init__(self, group: CollectiveGroup, min_workers: int):
        """Builds the graph of an exchange.

        Args:
          group: The workers.
          min_workers: Training goes on if at least so many remain.
        """
        self._group = group
        self._min_workers = min_workers
        self._exchange = tf.function(group.gather, autograph=False).get_concrete_function(
            tf.TensorSpec([len(Wishes._fields)], tf.int64)
        )
        self._sum = tf.function(group.sum, autograph=False).get_concrete_function(
            tf.TensorSpec([None], tf.int64)
        )

    def plan(self, wishes: Wishes) -> LoopPlan:
        rows = self._exchange(tf.constant([int(wish) for wish in wishes], tf.int64)).numpy()
        return joined_plan(
            [Wishes(int(steps), *map(bool, flags)) for steps, *flags in rows.tolist()],
            self._min_workers,
        )

    def chief_value(self, value: int) -> int:
        row = [value] + [0] * (len(Wishes._fields) - 1)
        return int(self._exchange(tf.constant(row, tf.int64))[0, 0])

    def sum(self, counts: Sequence[int]) -> list[int]:
        return self._sum(tf.constant(counts, tf.int64)).numpy().tolist()

    def synchronize(self, variables: Sequence[tf.Variable]) -> None:
        for variable in variables:
            variable.assign(self._group.gather(variable.read_value())[0])


def joined_plan(wishes: list[Wishes], min_workers: int) -> LoopPlan:
    """Returns the plan that all workers follow.

    The first worker decides when to save and how long a loop is. A worker that leaves lets the
    others go on, if they are enough.

    Args:
      wishes: Those of each worker, in the order of their ranks.
      min_workers: Training goes on if at least so many remain.
    """
    chief = wishes[0]
    leaving = sum(wish.leaves for wish in wishes)
    remaining = len(wishes) - leaving
    if chief.finishes:
        ending = Ending.FINISHES
    elif any(wish.ends for wish in wishes) or (leaving and remaining < max(min_workers, 1)):
        ending = Ending.STOPS
    elif leaving or chief.regroups:
        ending = Ending.REGROUPS
    else:
        ending = Ending.GOES_ON
    return LoopPlan(chief.saves or ending != Ending.GOES_ON, ending, chief.steps)
