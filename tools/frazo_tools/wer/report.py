"""Prints an evaluation as text or as JSON."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from frazo.alignment import Step
from frazo_tools.records.table import counted, table
from frazo_tools.wer import evaluation as evaluations
from frazo_tools.wer import figures
from frazo_tools.wer.evaluation import Evaluation, System
from frazo_tools.wer.figures import Figures, Resampling
from frazo_tools.wer.normalization import RULES

_HEAD = ("", "WER", "95%", "S", "D", "I", "words", "CER", "wrong", "utterances")
_ALIGNED_COLUMNS = 90
_MARKS = {"match": "", "substitution": "S", "deletion": "D", "insertion": "I"}


class Wishes(NamedTuple):
    """What a report shows.

    Attributes:
      rules: The names of the rules by which the texts were normalized.
      worst: The number of worst utterances.
      confusions: The number of most common errors.
      resampling: How intervals are found.
    """

    rules: Sequence[str]
    worst: int
    confusions: int
    resampling: Resampling


def percent(rate: float | None) -> str:
    """Returns "5.32%", or a dash."""
    return "-" if rate is None else f"{100 * rate:.2f}%"


def text_report(evaluation: Evaluation, wishes: Wishes) -> str:
    """The report for a terminal."""
    parts = [_normalization(wishes.rules), _totals(evaluation, wishes.resampling)]
    compared = figures.comparison(evaluation, wishes.resampling)
    if compared is not None:
        first, second = (system.name for system in evaluation.systems)
        low, high = compared.interval
        parts.append(
            f"{second} less {first}: {100 * compared.difference:+.2f} points, "
            f"95% [{100 * low:+.2f}, {100 * high:+.2f}]; better in "
            f"{100 * compared.better:.1f}% of {counted(wishes.resampling.sets, 'drawn set')}, worse "
            f"in {100 * compared.worse:.1f}%"
        )
    for system in evaluation.systems:
        parts += [_confusions(evaluation, system, wishes.confusions)] if wishes.confusions else []
        parts += [_worst(evaluation, system, wishes.worst)] if wishes.worst else []
    return "\n\n".join(part for part in parts if part)


def json_report(evaluation: Evaluation, wishes: Wishes) -> str:
    """The report as a JSON object, on one line."""
    compared = figures.comparison(evaluation, wishes.resampling)
    systems = [
        {
            "name": system.name,
            "all": figures.figures_of(system, slice(None), wishes.resampling).members(),
            "groups": {
                name: found.members()
                for name, found in figures.by_group(evaluation, system, wishes.resampling).items()
            },
            "confusions": [
                {"kind": kind, "reference": reference, "hypothesis": hypothesis, "count": count}
                for (kind, reference, hypothesis), count in evaluations.confusions(
                    evaluation, system
                ).most_common(wishes.confusions)
            ],
            "worst": [
                {
                    "id": evaluation.ids[index],
                    "reference": evaluation.references[index],
                    "hypothesis": system.hypotheses[index],
                    "errors": int(system.words.counts[index, 1:].sum()),
                }
                for index in evaluations.worst(evaluation, system, wishes.worst)
            ],
        }
        for system in evaluation.systems
    ]
    found = {
        "normalization": list(wishes.rules),
        "resampling": wishes.resampling._asdict(),
        "systems": systems,
        "comparison": None if compared is None else compared._asdict(),
    }
    return json.dumps(found, ensure_ascii=False)


def aligned_lines(steps: Sequence[Step]) -> str:
    """Three lines: reference and hypothesis, word below word, and the kinds of errors. Where they
    would be longer than a terminal they are followed by three more.
    """
    columns = []
    for step in steps:
        reference, hypothesis = step.reference or "", step.hypothesis or ""
        gap = "*" * max(len(reference), len(hypothesis))
        columns.append((reference or gap, hypothesis or gap, _MARKS[step.kind]))
    blocks: list[list[tuple[str, str, str]]] = [[]]
    width = 0
    for column in columns:
        width += 1 + max(map(len, column))
        if width > _ALIGNED_COLUMNS and blocks[-1]:
            blocks.append([])
            width = 1 + max(map(len, column))
        blocks[-1].append(column)
    return "\n".join(map(_block, blocks))


def _block(columns: Sequence[tuple[str, str, str]]) -> str:
    widths = [max(map(len, column)) for column in columns]
    return "\n".join(
        "  " + " ".join([f"{name:4}", *map(str.ljust, words, widths)]).rstrip()
        for name, words in zip(("ref:", "hyp:", ""), zip(*columns, strict=True), strict=True)
    ).rstrip()


def _normalization(rules: Sequence[str]) -> str:
    if not rules:
        return "normalization: none"
    return "normalization:\n" + "\n".join(f"  {name}: {RULES[name].says}" for name in rules)


def _totals(evaluation: Evaluation, resampling: Resampling) -> str:
    rows, empty = [], 0
    for system in evaluation.systems:
        total = figures.figures_of(system, slice(None), resampling)
        empty = total.empty_references
        rows.append(_row(system.name, total))
        groups = figures.by_group(evaluation, system, resampling)
        rows += [_row(f"  {name}", found) for name, found in groups.items()]
    lines = [table(_HEAD, rows)]
    if empty:
        lines.append(
            f"{counted(empty, 'reference')} without a word: what is recognised there counts as inserted"
        )
    return "\n".join(lines)


def _row(name: str, found: Figures) -> tuple[str, ...]:
    interval = found.interval
    return (
        name,
        percent(found.wer),
        "-" if interval is None else f"[{100 * interval.low:.2f}, {100 * interval.high:.2f}]",
        f"{found.substitutions:,}",
        f"{found.deletions:,}",
        f"{found.insertions:,}",
        f"{found.words:,}",
        percent(found.cer),
        percent(found.sentence_error_rate),
        f"{found.utterances:,}",
    )


def _confusions(evaluation: Evaluation, system: System, count: int) -> str:
    found = evaluations.confusions(evaluation, system).most_common(count)
    if not found:
        return ""
    head = (f"most common errors of {system.name}", "reference", "hypothesis", "count")
    rows = [
        (kind, reference or "-", hypothesis or "-", f"{number:,}")
        for (kind, reference, hypothesis), number in found
    ]
    return table(head, rows)


def _worst(evaluation: Evaluation, system: System, count: int) -> str:
    lines = []
    for index in evaluations.worst(evaluation, system, count):
        errors = int(system.words.counts[index, 1:].sum())
        words = int(evaluation.reference_words[index])
        lines.append(
            f"{evaluation.ids[index]}: {counted(errors, 'error')}, {counted(words, 'word')}"
        )
        lines.append(aligned_lines(evaluations.steps(evaluation, system, index)))
    return "\n".join([f"worst utterances of {system.name}", *lines]) if lines else ""
