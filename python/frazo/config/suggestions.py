"""Finds the valid name that is most similar to a wrong one."""

import difflib
from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Returns the candidate most similar to `name`, ignoring case, or None if none is similar."""
    by_folded_name = {candidate.casefold(): candidate for candidate in candidates}
    matches = difflib.get_close_matches(name.casefold(), by_folded_name, n=1)
    return by_folded_name[matches[0]] if matches else None


def suggestion(name: str, candidates: Iterable[str], all_of_them: str) -> str:
    """Returns 'did you mean "x"?' or, if no candidate is similar, all candidates after
    `all_of_them`.
    """
    names = list(candidates)
    match = nearest(name, names)
    if match is not None:
        return f'did you mean "{match}"?'
    return f"{all_of_them}: {', '.join(names) if names else 'none'}"
