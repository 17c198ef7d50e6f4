"""How far a training is."""

import dataclasses
import math


@dataclasses.dataclass
class Progress:
    """The latest figures of a training, for those that watch it.

    Attributes:
      step: The number of steps done.
      steps_per_second: The rate since the last report.
      loss: The mean of the last loop; NaN if it is not known, or not finite.
    """

    step: int = 0
    steps_per_second: float = 0.0
    loss: float = math.nan
