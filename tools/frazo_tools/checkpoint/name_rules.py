"""Rules by which tensors get other names.

`model.*.weight=network/*/kernel` renames model.conv1.weight to network/conv1/kernel: each `*`
matches any text, and what it matched takes the place of the `*` of the same number in the new name.
The first rule that matches counts. `lm_head.*=`, without a new name, leaves tensors out.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from frazo.program.errors import JobError


class NameRuleError(JobError):
    """A rule cannot be used. str() names it."""


class NameRule(NamedTuple):
    """A rule: the pattern of the names it is for, and what new names are made of."""

    text: str
    pattern: re.Pattern[str]
    new: tuple[str, ...]


def parse_rules(text: str) -> list[NameRule]:
    """Returns the rules of a text, which has commas between them. Raises NameRuleError."""
    rules = []
    for part in text.split(","):
        old, equals, new = part.partition("=")
        if not old or not equals:
            raise NameRuleError(f"'{part}' is no rule; a rule is OLD=NEW, such as 'a.*=b/*'")
        if new.count("*") > old.count("*"):
            raise NameRuleError(f"'{part}': the new name has more * than the old one")
        pattern = "(.*)".join(re.escape(piece) for piece in old.split("*"))
        rules.append(NameRule(part, re.compile(pattern, re.DOTALL), tuple(new.split("*"))))
    return rules


def renamed(names: Iterable[str], rules: Sequence[NameRule]) -> dict[str, str]:
    """Returns the new name of each tensor; those that are left out have none.

    Args:
      names: All names; one that no rule matches stays.
      rules: The first that matches counts.

    Raises:
      NameRuleError: A rule matches no name, or two tensors get the same one.
    """
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    unused = {rule.text for rule in rules}
    for name in names:
        new = _renamed(name, rules, unused)
        if not new:
            continue
        if new in taken:
            raise NameRuleError(f"'{taken[new]}' and '{name}' would both be '{new}'")
        found[name] = new
        taken[new] = name
    for rule in rules:
        if rule.text in unused:
            raise NameRuleError(f"the rule '{rule.text}' matches no tensor")
    return found


def _renamed(name: str, rules: Sequence[NameRule], unused: set[str]) -> str:
    """Returns the new name, "" if the tensor is left out."""
    matches = [(rule, match) for rule in rules if (match := rule.pattern.fullmatch(name))]
    unused.difference_update(rule.text for rule, _ in matches)
    if not matches:
        return name
    rule, match = matches[0]
    filled = zip(rule.new, (*match.groups()[: len(rule.new) - 1], ""), strict=True)
    return "".join(piece for pair in filled for piece in pair)
