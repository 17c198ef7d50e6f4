"""What a worker needs of those that it trains with."""

import dataclasses
from collections.abc import Callable

from frazo.checkpoint.parts import CheckpointParts
from frazo.shard.mesh import Mesh
from frazo.shard.parameter_servers import ParameterServers
from frazo.train.loop_plan import Agreement
from frazo.train.reduction import Reduction


@dataclasses.dataclass(frozen=True)
class AsyncWorkers:
    """The workers of asynchronous training, as their trainer sees them.

    Attributes:
      servers: They and the parameter servers.
      max_staleness: A gradient is dropped if there were more updates since it was begun.
      check: Called often while workers compute. It raises an error if they should not go on.
    """

    servers: ParameterServers
    max_staleness: int
    check: Callable[[], None]


@dataclasses.dataclass(frozen=True)
class WorkerGroup:
    """The workers that train together, as one of them sees them. The default is one alone.

    Attributes:
      agreement: Makes the same plan in all of them.
      reduction: Joins their gradients.
      parts: Joins what they save; None if there is nothing to join.
      mesh: Their places in the grid of the configuration.
      asynchronous: Those that train for this process, each at its own pace; None: there are none.
    """

    agreement: Agreement = dataclasses.field(default_factory=Agreement)
    reduction: Reduction = dataclasses.field(default_factory=Reduction)
    parts: CheckpointParts | None = None
    mesh: Mesh = dataclasses.field(default_factory=Mesh.single)
    asynchronous: AsyncWorkers | None = None
