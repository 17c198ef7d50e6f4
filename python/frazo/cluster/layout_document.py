"""A cluster that is read from a text other than a textproto."""

from frazo.config.config_text import ConfigText, Origin
from frazo.config.document import Document, Location
from frazo.proto import cluster_pb2


class LayoutDocument:
    """Collects the fields of a Cluster, with the positions of its values in the text.

    Attributes:
      document: What was collected.
    """

    def __init__(self, text: ConfigText):
        start = text.origin(1, 1)
        self.document = Document(cluster_pb2.Cluster(), Location(start, start))

    def set(self, field: str, value: str, at: Origin) -> None:
        """Sets a field to a value that was written at an origin."""
        setattr(self.document.message, field, value)
        self.document.location.children[field] = Location(at, at)

    def add(self, field: str, value: str, at: Origin) -> None:
        """Adds a value that was written at an origin to a repeated field."""
        values = getattr(self.document.message, field)
        children = self.document.location.children
        children.setdefault(field, Location(at, at)).children[len(values)] = Location(at, at)
        values.append(value)
