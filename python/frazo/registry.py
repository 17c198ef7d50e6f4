"""Binds classes to the protobuf messages that describe them, and builds objects from messages.

A bound class is the class that is registered for a message type.
A wrapper message has a oneof named `kind`, such as Layer, and stands for the member that is set.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf import any_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message

Bound = TypeVar("Bound", bound=type)

_ANY_TYPE = any_pb2.Any.DESCRIPTOR.full_name
_bound_classes: dict[str, type] = {}


def register(message_class: type[Message]) -> Callable[[Bound], Bound]:
    """Class decorator: `build` makes the decorated class from messages of type `message_class`.

    Raises:
      ValueError: Another class is already bound to the type.
    """
    type_name = message_class.DESCRIPTOR.full_name

    def bind(cls: Bound) -> Bound:
        other = _bound_classes.get(type_name)
        if other is not None:
            raise ValueError(
                f"{_dotted(cls)} cannot be registered for {type_name}: "
                f"{_dotted(other)} is bound to it already"
            )
        _bound_classes[type_name] = cls
        return cls

    return bind


def build(message: Message, **kwargs: Any) -> Any:
    """Returns cls(message, **kwargs), where cls is the class bound to the type of `message`.

    Nested wrapper messages and a google.protobuf.Any are unwrapped first.

    Raises:
      LookupError: No class is bound to the type, or the type of an Any is unknown.
      ValueError: A wrapper has no member set.
      TypeError: The member is not a message; use `unwrap` for such a member.
    """
    message = _unpacked(message)
    type_name = message.DESCRIPTOR.full_name
    cls = _bound_classes.get(type_name)
    if cls is not None:
        return cls(message, **kwargs)
    if "kind" not in message.DESCRIPTOR.oneofs_by_name:
        raise LookupError(
            f"no class is registered for {type_name}: import the module that defines one, "
            f"decorated with @frazo.register({message.DESCRIPTOR.name})"
        )
    name, member = unwrap(message)
    if not isinstance(member, Message):
        raise TypeError(
            f"{type_name}.{name} is a plain value, {member!r}; nothing can be built from it"
        )
    return build(member, **kwargs)


def unwrap(message: Message, oneof: str = "kind") -> tuple[str, Any]:
    """Returns name and value of the member that is set in a message's oneof; an Any is unpacked.

    Raises:
      ValueError: No member is set.
      LookupError: The type of an Any is unknown.
    """
    members = message.DESCRIPTOR.oneofs_by_name[oneof].fields
    name = message.WhichOneof(oneof)
    if name is None:
        names = ", ".join(field.name for field in members)
        raise ValueError(f"{message.DESCRIPTOR.full_name} is empty: set one of {names}")
    member = getattr(message, name)
    return name, _unpacked(member) if isinstance(member, Message) else member


def unpack(packed: Any) -> Message:
    """Returns the message inside a google.protobuf.Any.

    Raises:
      LookupError: The program does not know the type.
      ValueError: The bytes are not such a message.
    """
    type_name = packed.TypeName()
    try:
        message_class = message_factory.GetMessageClass(
            descriptor_pool.Default().FindMessageTypeByName(type_name)
        )
    except KeyError:
        raise LookupError(
            f'the type "{packed.type_url}" is unknown: import the Python module generated '
            f"from the .proto file that defines it"
        ) from None
    message = message_class()
    try:
        message.ParseFromString(packed.value)
    except DecodeError:
        raise ValueError(f'the bytes in the Any are not a "{type_name}"') from None
    return message


def bound_type_names() -> list[str]:
    """Returns the full names of the message types that have a bound class, sorted."""
    return sorted(_bound_classes)


def _unpacked(message: Message) -> Message:
    return unpack(message) if message.DESCRIPTOR.full_name == _ANY_TYPE else message


def _dotted(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
