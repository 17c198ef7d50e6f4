"""Compares recognised or corrected texts with references: word and character error rates.

    ./bazelw run -c opt //tools:wer -- REFERENCE HYPOTHESIS [HYPOTHESIS]
    ./bazelw run -c opt //tools:wer -- RESULTS.jsonl

The files are texts with an utterance a line; or .trn files, whose lines are words and an id in
parentheses, as sclite reads them; or .jsonl files, an object a line, with references and hypotheses
by id in two files or in one, as the decoder writes them. It prints

    WER    errors (S substitutions, D deletions, I insertions) per word of the references
    95%    its interval, by drawing the utterances anew (Bisani and Ney 2004)
    CER    the same of characters: code points, where a run of blanks is one space
    wrong  the share of utterances with an error

of all utterances and of each group, then the most common errors and the worst utterances. With two
hypotheses it tells whether the second is better, on the same drawn sets of utterances.

Nothing is normalized unless --normalize asks for it, except that <s> at the start of an utterance
and </s> at its end are never part of its words. Words stand between blanks. A reference without
words adds no words, but its insertions count. The alignment is one with the fewest errors, and of
those the one that jiwer takes; see docs/speech.md.
"""

import argparse
from collections.abc import Sequence

from frazo import _core
from frazo.program.command_line import path_argument
from frazo.program.durable_file import write_text
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.wer.evaluation import Evaluation, evaluate
from frazo_tools.wer.figures import Resampling
from frazo_tools.wer.normalization import RULES, normalized, parse_rules
from frazo_tools.wer.page import html_page
from frazo_tools.wer.report import Wishes, json_report, text_report
from frazo_tools.wer.transcript_error import TranscriptError
from frazo_tools.wer.transcripts import (
    FORMATS,
    Fields,
    Transcripts,
    format_of,
    matched,
    read_pairs,
    read_transcripts,
)


def read_evaluation(options: argparse.Namespace, rules: Sequence[str]) -> Evaluation:
    """Reads, normalizes and aligns what the command line names.

    Raises:
      TranscriptError, FrazoError, OSError.
    """
    references, hypotheses = _read(options)
    return evaluate(
        dict(zip(references, normalized(list(references.values()), rules), strict=True)),
        {name: normalized(texts, rules) for name, texts in hypotheses.items()},
        options.group_by,
    )


def _read(options: argparse.Namespace) -> tuple[Transcripts, dict[str, list[str]]]:
    """The references, and the hypotheses by the names of their files."""
    fields = Fields(options.id_field, options.reference_field, options.hypothesis_field)
    path = options.reference
    if not options.hypotheses:
        if (options.format or format_of(path)) != "json":
            raise TranscriptError(f"{path}: holds references alone; name a file of hypotheses, too")
        references, found = read_pairs(path, fields)
        return references, {path.name: list(found.values())}
    forms = [options.format or format_of(file) for file in (path, *options.hypotheses)]
    references = read_transcripts(path, forms[0], fields, fields.reference)
    hypotheses: dict[str, list[str]] = {}
    for file, form in zip(options.hypotheses, forms[1:], strict=True):
        texts = read_transcripts(file, form, fields, fields.hypothesis)
        if form == forms[0] == "lines" and len(texts) != len(references):
            raise TranscriptError(
                f"{file} has {len(texts):,} lines and {path} {len(references):,}; line by line they "
                "need as many. An utterance of which nothing was recognised is an empty line"
            )
        name = file.name if file.name not in hypotheses else str(file)
        hypotheses[name] = matched(
            references, texts, file, missing_as_empty=options.missing_as_empty
        )
    return references, hypotheses


def run(options: argparse.Namespace) -> None:
    """Compares and prints.

    Raises:
      TranscriptError, FrazoError, OSError.
    """
    rules = parse_rules(options.normalize)
    evaluation = read_evaluation(options, rules)
    wishes = Wishes(
        rules, options.worst, options.confusions, Resampling(options.resamples, options.seed)
    )
    if options.html is not None:
        write_text(options.html, html_page(evaluation, wishes))
    print(json_report(evaluation, wishes) if options.json else text_report(evaluation, wishes))


def _whole_number(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is negative")
    return number


def _add_names_and_numbers(parser: argparse.ArgumentParser) -> None:
    """Adds the flags that name members of JSON objects, and those that count."""
    for name, default in Fields._field_defaults.items():
        parser.add_argument(
            f"--{name}_field", default=default, metavar="NAME", help=f"in JSON; default: {default}"
        )
    for name, default, what in (
        ("worst", 5, "worst utterances to show"),
        ("confusions", 10, "most common errors to show"),
        ("resamples", 1000, "sets of utterances to draw for the intervals; 0 for none"),
        ("seed", 1, "that of the draws"),
    ):
        parser.add_argument(
            f"--{name}",
            type=_whole_number,
            default=default,
            metavar="N",
            help=f"{what}; default: {default}",
        )


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("wer", __doc__)
    parser.add_argument(
        "reference",
        type=path_argument,
        metavar="REFERENCE",
        help="what is right, or JSON lines of both",
    )
    parser.add_argument(
        "hypotheses",
        nargs="*",
        type=path_argument,
        metavar="HYPOTHESIS",
        help="what was recognised; of a second system, too, to compare it with the first",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="default: that of each file's name: .trn, .json and .jsonl, else lines",
    )
    parser.add_argument(
        "--normalize",
        default="none",
        metavar="RULES",
        help=f"rules with commas between them, applied in the order given: {', '.join(RULES)}; default: none",
    )
    parser.add_argument(
        "--group_by",
        metavar="REGEX",
        help="groups are what this expression finds in the ids: its first parentheses, or all; "
        "default: the speaker if ids are LibriSpeech's; '' for no groups",
    )
    parser.add_argument(
        "--missing_as_empty",
        action="store_true",
        help="an utterance without a hypothesis is one of which nothing was recognised, not an error",
    )
    _add_names_and_numbers(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of tables")
    parser.add_argument(
        "--html", type=path_argument, metavar="FILE", help="also write a page of all alignments"
    )
    options = parser.parse_args(arguments)
    if len(options.hypotheses) > 2:
        parser.error(f"there are {len(options.hypotheses)} hypotheses; at most two are compared")
    return options


def main(arguments: Sequence[str]) -> int:
    return run_with_options(
        "wer", arguments, _parse_arguments, run, (TranscriptError, _core.FrazoError, OSError)
    )


if __name__ == "__main__":
    run_interruptible(main)
