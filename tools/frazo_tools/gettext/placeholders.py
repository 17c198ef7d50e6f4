"""The parts of a message that are for the program: placeholders and markup."""

import re
from collections import Counter

# printf's %s, %5.2f, %1$s, %.*s and %% (as GCC extends it: %qE); Python's %(name)s; Qt's %1, %L1;
# LibreOffice's %PRODUCTNAME; {0}, {name}, ${name}, $(ARG1).
_PLACEHOLDER = re.compile(
    r"""
      %%
    | %\(\w+\)[-+\#0]*\d*(?:\.\d+)?[a-zA-Z]
    | %[A-Z_]{3,}%?
    | %L\d+
    | %(?:\d+\$)?[-+\#0']*(?:\d+|\*(?:\d+\$)?)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|L|q|j|z|t)?[a-zA-Z]
    | %\d+
    | \$?\{[\w.:!$-]*\}
    | \$\(\w+\)
    """,
    re.VERBOSE,
)
_TAG = re.compile(r"<(/?[a-zA-Z][\w:-]*)(?:\s[^<>]*)?/?>")


def placeholders(text: str) -> Counter[str]:
    """Counts the placeholders in the text. A tag counts by its name, without its attributes."""
    found = Counter(_PLACEHOLDER.findall(text))
    found.update(f"<{name.lower()}>" for name in _TAG.findall(text))
    return found


def without_placeholders(text: str) -> str:
    """Returns the text with a blank instead of each."""
    return _PLACEHOLDER.sub(" ", _TAG.sub(" ", text))
