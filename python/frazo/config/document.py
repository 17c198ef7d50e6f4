"""A message together with the places its fields were written at."""

from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from frazo.config.paths import Key
from frazo.config.source import Origin


@dataclass
class Location:
    """Where a field, an element or a map entry was written, and below it where its parts were.

    name: the field's name; for a message this is where it opens.
    value: the value, for a message its opening brace.
    children: by field name, element index or map key. What an Any holds is not a level of its own.
    """

    name: Origin
    value: Origin
    children: dict[Key, "Location"] = field(default_factory=dict)

    def nearest(self, *keys: Key) -> "Location":
        """The location below this one along `keys`, or of the last one that was written."""
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
    """A message and the location of its fields; `location` itself is where the message begins."""

    message: Any
    location: Location
