"""The part of an input that one of several processes reads."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Share:
    """Part number `replica` of `replicas` equal parts; the default is WHOLE.

    Processes that have the same input, and each a share of its own, read every record once between
    them. 0 <= replica < replicas.

    Attributes:
      replica: The number of this part.
      replicas: How many parts there are.
      divides_batches: Whether the batches of all shares together are as large as one batch of the
        configuration. Otherwise each share's own batches are.
      copy: The number of this process among those that read the same share.
      copies: How many these are.
    """

    replica: int = 0
    replicas: int = 1
    divides_batches: bool = True
    copy: int = 0
    copies: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the first process of all."""
        return self.replica == 0 and self.copy == 0

    @property
    def has_others(self) -> bool:
        """Whether there are other processes."""
        return self.replicas * self.copies > 1

    def without_copies(self) -> "Share":
        """Returns the share of those that read the same."""
        return dataclasses.replace(self, copy=0, copies=1)

    def __post_init__(self):
        if not 0 <= self.replica < self.replicas:
            raise ValueError(
                f"replica is {self.replica} of {self.replicas}: it must be in "
                f"0..{self.replicas - 1}, and replicas at least 1"
            )
        if not 0 <= self.copy < self.copies:
            raise ValueError(
                f"copy is {self.copy} of {self.copies}: it must be in 0..{self.copies - 1}, and copies "
                "at least 1"
            )

    def of(self, count: int) -> int:
        """Returns how many of `count` things it gets if they are dealt out one by one.

        The shares of one count differ by one at most.
        """
        return len(range(self.replica, count, self.replicas))

    def of_batch(self, batch_size: int) -> int:
        """Returns the size of its part of a batch.

        Raises:
          ValueError: The batch has fewer examples than there are processes.
        """
        if not self.divides_batches:
            return batch_size
        if batch_size < self.replicas:
            raise ValueError(
                f"a batch of {batch_size} cannot be divided over {self.replicas} workers. Train with "
                f"at most {batch_size} workers, or with larger batches."
            )
        return self.of(batch_size)


WHOLE = Share()
