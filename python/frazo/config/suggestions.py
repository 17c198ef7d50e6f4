"""The nearest right name for a wrong one."""

import difflib
from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, letter case aside; None if none is alike."""
    by_folded_name = {candidate.casefold(): candidate for candidate in candidates}
    matches = difflib.get_close_matches(name.casefold(), by_folded_name, n=1)
    return by_folded_name[matches[0]] if matches else None


def suggestion(name: str, candidates: Iterable[str], all_of_them: str) -> str:
    """'did you mean "x"?', or, when none is alike, all candidates behind the words given."""
    names = list(candidates)
    match = nearest(name, names)
    if match is not None:
        return f'did you mean "{match}"?'
    return f"{all_of_them}: {', '.join(names) if names else 'none'}"
