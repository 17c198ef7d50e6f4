"""What a process learns from the description of a cluster."""

from typing import NamedTuple

from frazo.cluster import layout_rules  # noqa: F401 (its rules are registered)
from frazo.config.document import Document
from frazo.config.overrides import apply_override
from frazo.config.validation import validate
from frazo.proto import cluster_pb2

# The name of the message in errors.
ROOT = "cluster"


class OwnPart(NamedTuple):
    """The part in a cluster that the environment gives to this process.

    Attributes:
      jobs: The process's jobs as in --job: "controller,worker".
      task: Its number among the processes of the last of these jobs.
      variable: The variable of the environment that says so.
    """

    jobs: str
    task: int
    variable: str


class Layout(NamedTuple):
    """A cluster that has been read.

    Attributes:
      document: The Cluster, not checked yet.
      own: This process's part, where the description tells.
    """

    document: Document
    own: OwnPart | None = None

    def checked(self, overrides: list[str]) -> cluster_pb2.Cluster:
        """Returns the cluster.

        Args:
          overrides: Assignments of --cluster_set, applied in order.

        Raises:
          ConfigError: An assignment is wrong, or the layout is impossible.
        """
        for assignment in overrides:
            apply_override(self.document, assignment, "--cluster_set", ROOT)
        validate(self.document, ROOT)
        return self.document.message
