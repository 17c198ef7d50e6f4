"""What a worker needs of those that it trains with."""

import dataclasses

from frazo.checkpoint.parts import CheckpointParts
from frazo.train.loop_plan import Agreement
from frazo.train.reduction import Reduction


@dataclasses.dataclass(frozen=True)
class WorkerGroup:
    """The workers that train together, as one of them sees them. The default is one alone.

    Attributes:
      agreement: Makes the same plan in all of them.
      reduction: Joins their gradients.
      parts: Joins what they save; None if there is nothing to join.
    """

    agreement: Agreement = dataclasses.field(default_factory=Agreement)
    reduction: Reduction = dataclasses.field(default_factory=Reduction)
    parts: CheckpointParts | None = None
