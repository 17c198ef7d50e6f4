"""The part of an input that one of several processes reads."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Share:
    """Part number `replica` of `replicas` equal parts; the default is WHOLE.

    Processes that have the same input, and each a share of its own, read every record once between
    them. 0 <= replica < replicas.
    """

    replica: int = 0
    replicas: int = 1

    def __post_init__(self):
        if not 0 <= self.replica < self.replicas:
            raise ValueError(
                f"replica is {self.replica} of {self.replicas}: it must be in "
                f"0..{self.replicas - 1}, and replicas at least 1"
            )


WHOLE = Share()
