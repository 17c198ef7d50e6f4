"""A message and the positions in the text where its fields were written."""

from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from frazo.config.config_text import Origin
from frazo.config.paths import Key


@dataclass
class Location:
    """The origins of a field, an element or a map entry, and of its parts.

    Attributes:
      name: The origin of the field's name; for a message, of its opening.
      value: The origin of the value; for a message, of its opening brace.
      children: The parts by field name, element index or map key. The message in an Any is not a
        separate level.
    """

    name: Origin
    value: Origin
    children: dict[Key, "Location"] = field(default_factory=dict)

    def nearest(self, *keys: Key) -> "Location":
        """Returns the location along `keys`, or that of the last key that was written."""
        location = self
        for key in keys:
            if key not in location.children:
                break
            location = location.children[key]
        return location

    def forget_alternatives(self, chosen: FieldDescriptor) -> None:
        """Drops the other members of the oneof of `chosen`: setting one member clears the rest."""
        if chosen.containing_oneof is not None:
            for member in chosen.containing_oneof.fields:
                if member.name != chosen.name:
                    self.children.pop(member.name, None)


@dataclass
class Document:
    """A message and the location of its fields. `location` is where the message begins."""

    message: Any
    location: Location
