"""A textproto as fields and comments, in the order in which they are written."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from frazo.config import ConfigError
from frazo.config.config_text import ConfigText
from frazo_tools.config.textproto_tokens import Token, tokens

_CLOSING = {"{": "}", "<": ">", "[": "]"}


class Comment(NamedTuple):
    """A comment on lines of its own.

    Attributes:
      text: With its #.
      blank_before: Whether a blank line comes before it.
    """

    text: str
    blank_before: bool


@dataclasses.dataclass
class Block:
    """The value of a message, { ... }, or a list of values, [ ... ].

    Attributes:
      items: Fields of a message, or elements of a list, with the comments between them.
      in_one_line: Whether it is written in one line, which leaves no place for comments.
      comment: Follows the opening bracket in its line; "": none does.
    """

    items: "list[Item]"
    in_one_line: bool
    comment: str = ""


class Scalar(NamedTuple):
    """A number, a name, or strings that are one.

    Attributes:
      parts: The strings, or the one word.
      in_one_line: Whether all parts are in one line.
    """

    parts: Sequence[str]
    in_one_line: bool = True


class Message(Block):
    """{ ... }"""


class List(Block):
    """[ ... ]"""


Value: TypeAlias = Scalar | Message | List


@dataclasses.dataclass
class Field:
    """A field of a message, or an element of a list.

    Attributes:
      name: Its name; "" for an element.
      value: Its value.
      blank_before: Whether a blank line comes before it.
      comment: Follows it in its line; "": none does.
    """

    name: str
    value: Value
    blank_before: bool
    comment: str = ""


Item: TypeAlias = Field | Comment


def parse(config: ConfigText) -> list[Item]:
    """Returns the fields and comments of a textproto, of whatever message.

    Comments within a field, as between its name and its value, come before it.

    Raises:
      ConfigError: It is not written as textproto.
    """
    return _Parser(config).whole()


class _Parser:
    def __init__(self, config: ConfigText):
        self._config = config
        self._tokens = list(tokens(config))
        self._position = 0
        # Comments within the field that is being read.
        self._within: list[Comment] = []

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def whole(self) -> list[Item]:
        items = self._items("", self._field)
        if self._next.kind != "end":
            raise self._error("nothing is open here; remove it")
        return items

    def _items(self, closing: str, read: Callable[[bool], Field]) -> list[Item]:
        """Reads fields or elements and comments, up to what closes them."""
        items: list[Item] = []
        while self._next.text != closing and self._next.kind != "end":
            blank_before = self._next.lines_before > 1
            if self._next.kind == "comment":
                items.append(Comment(self._take().text, blank_before))
                continue
            if self._next.text in _CLOSING.values():
                break
            outer, self._within = self._within, []
            item = read(blank_before)
            if self._within:
                item.blank_before, first = False, self._within[0]
                self._within[0] = first._replace(blank_before=blank_before)
            items += [*self._within, item]
            self._within = outer
        return items

    def _field(self, blank_before: bool) -> Field:
        name = self._name()
        self._skip_comments()
        if self._is(":"):
            self._take()
            self._skip_comments()
        elif not (self._is("{") or self._is("<") or self._is("[")):
            raise self._error(f'expected ":" after "{name}"')
        return self._ended(Field(name, self._value(), blank_before), (",", ";"))

    def _element(self, blank_before: bool) -> Field:
        return self._ended(Field("", self._value(), blank_before), (",",))

    def _ended(self, field: Field, separators: Sequence[str]) -> Field:
        """Takes what may follow a field: a separator, and a comment in its line."""
        field.comment = self._comment_in_line()
        after = self._after_comments()
        if after.kind == "mark" and after.text in separators:
            self._skip_comments()
            self._take()
            field.comment = field.comment or self._comment_in_line()
        return field

    def _skip_comments(self) -> None:
        while self._next.kind == "comment":
            self._within.append(Comment(self._take().text, blank_before=False))

    def _comment_in_line(self) -> str:
        if self._next.kind == "comment" and not self._next.lines_before:
            return self._take().text
        return ""

    def _name(self) -> str:
        if self._next.kind == "word":
            return self._take().text
        if not self._is("["):
            raise self._error("expected a field name")
        # The type of an Any.
        parts = [self._take().text]
        while parts[-1] != "]":
            if self._next.kind not in ("word", "mark") or self._next.text in ("{", "}"):
                raise self._error('expected "]" after the name of a type')
            parts.append(self._take().text)
        return "".join(parts)

    def _value(self) -> Value:
        if self._is("{") or self._is("<"):
            return self._block(Message, self._field)
        if self._is("["):
            return self._block(List, self._element)
        if self._next.kind == "string":
            return self._strings()
        if self._next.kind != "word":
            raise self._error("expected a value")
        word = self._take().text
        if word == "-":
            # A sign may stand apart from its number.
            self._skip_comments()
            word += self._take().text
        return Scalar([word])

    def _strings(self) -> Scalar:
        strings = [self._take()]
        while self._after_comments().kind == "string":
            self._skip_comments()
            strings.append(self._take())
        in_one_line = strings[0].line == strings[-1].line
        return Scalar([string.text for string in strings], in_one_line)

    def _after_comments(self) -> Token:
        return next(token for token in self._tokens[self._position :] if token.kind != "comment")

    def _block(
        self, kind: type[Message] | type[List], read: Callable[[bool], Field]
    ) -> Message | List:
        opening = self._take()
        closing = _CLOSING[opening.text]
        comment = self._comment_in_line()
        items = self._items(closing, read)
        if not self._is(closing):
            at = f"{opening.line}:{opening.column}"
            raise self._error(f'expected "{closing}", which closes "{opening.text}" at {at}')
        end = self._take()
        return kind(items, in_one_line=end.line == opening.line, comment=comment)

    def _is(self, mark: str) -> bool:
        return self._next.kind == "mark" and self._next.text == mark

    def _take(self) -> Token:
        taken = self._next
        if taken.kind == "end":
            raise self._error("the text ends too early")
        self._position += 1
        return taken

    def _error(self, problem: str) -> ConfigError:
        origin = self._config.origin(self._next.line, self._next.column)
        return ConfigError.at(origin, "", problem)
