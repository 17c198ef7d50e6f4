"""Texts with their alignments: what reports and pages are made from."""

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Sequence

import frazo
import numpy as np
from frazo.alignment import ErrorRates, Step
from frazo_tools.wer.transcript_error import TranscriptError

# LibriSpeech's ids: speaker, chapter, utterance.
_LIBRISPEECH_ID = re.compile(r"(\d+)-\d+-\d{4}")


@dataclasses.dataclass(frozen=True)
class System:
    """What one recogniser made of the utterances.

    Attributes:
      name: The file of its texts.
      hypotheses: Its normalized texts.
      words, characters: The counts of each utterance.
    """

    name: str
    hypotheses: Sequence[str]
    words: ErrorRates
    characters: ErrorRates


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """Utterances and what the systems made of them.

    Attributes:
      ids: Of the utterances.
      references: Their normalized texts.
      groups: The group of each, such as its speaker; None without groups.
      systems: One, or two to compare.
    """

    ids: Sequence[str]
    references: Sequence[str]
    groups: Sequence[str] | None
    systems: Sequence[System]

    @functools.cached_property
    def reference_words(self) -> np.ndarray:
        """int64 [utterances]."""
        return self.systems[0].words.counts[:, :3].sum(axis=1)


def evaluate(
    references: dict[str, str], hypotheses: dict[str, Sequence[str]], group_by: str | None
) -> Evaluation:
    """Aligns the texts of each system with the references.

    Args:
      references: By id.
      hypotheses: By the name of the system, in the order of the references.
      group_by: See groups_of().

    Raises:
      TranscriptError: There is no reference, or groups_of() fails. FrazoError.
    """
    if not references:
        raise TranscriptError("the reference has no text")
    texts = list(references.values())
    systems = [
        System(
            name,
            found,
            frazo.error_rates(texts, found),
            frazo.error_rates(texts, found, unit="characters"),
        )
        for name, found in hypotheses.items()
    ]
    return Evaluation(list(references), texts, groups_of(list(references), group_by), systems)


def groups_of(ids: Sequence[str], group_by: str | None) -> list[str] | None:
    """The group of each id: what a regular expression finds in it.

    Args:
      ids: At least one.
      group_by: The expression; its first parentheses are the group, or all that is found. None: the
        speaker, if all ids are as LibriSpeech's, 1089-134686-0001; otherwise there are no groups.
        Empty: no groups.

    Raises:
      TranscriptError: It is no regular expression, or it finds nothing in an id.
    """
    if group_by == "":
        return None
    if group_by is None:
        found = [_LIBRISPEECH_ID.fullmatch(name) for name in ids]
        return [match[1] for match in found if match] if all(found) else None
    try:
        pattern = re.compile(group_by)
    except re.error as error:
        raise TranscriptError(
            f"--group_by: '{group_by}' is no regular expression: {error}"
        ) from error
    groups = []
    for name in ids:
        match = pattern.search(name)
        if match is None:
            raise TranscriptError(f"--group_by: '{group_by}' finds nothing in the id '{name}'")
        groups.append((match[1] if pattern.groups else match[0]) or "")
    return groups


def worst(evaluation: Evaluation, system: System, count: int) -> list[int]:
    """The utterances with the most word errors; of those with as many, the shorter first."""
    errors = system.words.counts[:, 1:].sum(axis=1)
    order = np.lexsort((evaluation.reference_words, -errors))
    return [int(index) for index in order[:count] if errors[index]]


def steps(evaluation: Evaluation, system: System, index: int) -> list[Step]:
    """The alignment of the words of an utterance."""
    return frazo.align(evaluation.references[index], system.hypotheses[index])


def confusions(evaluation: Evaluation, system: System) -> Counter[tuple[str, str, str]]:
    """Counts errors: (kind, reference, hypothesis), with "" for what is not there."""
    found: Counter[tuple[str, str, str]] = Counter()
    for index in np.flatnonzero(system.words.counts[:, 1:].any(axis=1)):
        for step in steps(evaluation, system, int(index)):
            if step.kind != "match":
                found[step.kind, step.reference or "", step.hypothesis or ""] += 1
    return found
