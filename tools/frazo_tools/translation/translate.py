"""Translates lines of text with an exported model.

    ./bazelw run -c opt //tools:translate -- --model=/tmp/ende/log/inference_graph <texts.en >texts.de
    echo 'Open the file' | ./bazelw run -c opt //tools:translate -- --model=MODEL --n_best=3

--model is the folder that the trainer writes with --mode=write_inference_graph. Each line of
standard input, in UTF-8, becomes a line of standard output, in the same order. Lines of similar
length are translated together, --window lines at a time. A larger window is faster; a smaller one
gives the first lines earlier. At a terminal each line is translated at once.

Searching
  By default the search is that of the exported experiment. --beam=4 keeps the 4 best beginnings of
  a translation at each word; --beam=1 takes the best word each time (greedy search), which is
  faster and a little worse. --n_best=3 gives the 3 best translations of a line as JSON:
    {"source": "Open the file", "hypotheses": [{"text": "Datei öffnen", "score": -0.31}, ...]}

  --seed=7 draws each translation at random, each word with the probability that the model gives
  it, and --n_best=3 draws three. The same seed, line and number of the line give the same
  translations.
  --prefix='Die Datei' lets every translation begin with these words.

Scoring
  --score reads lines of a text, a tab and a translation of it. It writes how probable the model
  finds the translation: the natural logarithm of its probability, and of that of each of its
  tokens, the last of which ends the sentence:
    {"source": "Open the file", "target": "Datei öffnen", "score": -0.93, "token_scores": [...]}
  Nothing is divided: a text that is longer than the model has seen is cut off.

Lines of every kind
  An empty line, or one of blanks alone, gives an empty line (with --n_best: no hypotheses). What is
  longer than the model has seen in training is divided where a sentence, a clause or a word ends,
  and translated in parts. A byte order mark before the first line is passed over; UTF-16 is an
  error. Bytes that are not UTF-8 are read as U+FFFD. At the end standard error says how many there
  were of each, and how many lines a second were translated.
"""

import argparse
import io
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO

from frazo.program.command_line import run_program
from frazo.program.console import Console
from frazo.program.number_format import format_duration
from frazo.program.tensorflow_start import start_tensorflow
from frazo.proto import search_pb2
from frazo_tools.documented_parser import documented_parser
from frazo_tools.text_start import Utf16Error, checked_first_line
from frazo_tools.translation import scores
from frazo_tools.translation.batches import Batches, Hypotheses

_INTERRUPTED = 130
# The other end of the pipe was closed, as `head` does.
_PIPE_CLOSED = 141


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    console = Console(out=sys.stderr)
    start_tensorflow()
    import tensorflow as tf
    from frazo.export.predictor import Predictor

    try:
        model = Predictor(options.model)
        results: _Results = _Scores(model)
        if not options.score:
            batches = Batches(model, _search(model.search, options), options.prefix)
            results = _Translations(batches, as_json=options.n_best is not None)
        _Lines(options, results, console).run(sys.stdin.buffer, sys.stdout)
    except BrokenPipeError:
        # Python would report the error once more when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        console.end_live()
        return _INTERRUPTED
    except (ValueError, OSError, Utf16Error, tf.errors.OpError) as error:
        console.end_live()
        print(f"translate: {error}", file=sys.stderr)
        return 1
    return 0


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("translate", __doc__)
    parser.add_argument(
        "--model", required=True, type=Path, metavar="DIR", help="the exported model"
    )
    parser.add_argument("--beam", type=_count, metavar="N", help="width of the beam; 1: greedy")
    parser.add_argument(
        "--n_best",
        type=_count,
        metavar="N",
        help="write the N best translations of each line, as JSON lines",
    )
    parser.add_argument(
        "--prefix", default="", metavar="TEXT", help="words that each translation begins with"
    )
    parser.add_argument(
        "--seed",
        type=_seed,
        metavar="N",
        help="draw translations at random; the same seed draws the same",
    )
    parser.add_argument(
        "--score",
        action="store_true",
        help="score given translations: lines of a text, a tab and its translation",
    )
    parser.add_argument(
        "--window",
        type=_count,
        default=1000,
        metavar="LINES",
        help="lines that are read before the first is written; default: 1000",
    )
    options = parser.parse_args(arguments)
    searches = {name: getattr(options, name) for name in ("beam", "n_best", "seed", "prefix")}
    given = [name for name, value in searches.items() if value not in (None, "")]
    if options.score and given:
        parser.error(f"--score searches nothing. Remove --{given[0]}.")
    if options.seed is not None and options.beam is not None:
        parser.error("--seed draws translations, --beam searches the best. Remove one of them.")
    return options


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**64:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 0 to 2^64 - 1")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number >= 1")
    return int(text)


def _search(search: search_pb2.Search, options: argparse.Namespace) -> search_pb2.Search:
    """Returns the model's search, changed by the options."""
    n_best = options.n_best or 1
    if options.seed is not None:
        search.sampling.seed = options.seed
        search.sampling.samples = n_best
        return search
    if options.beam == 1 and n_best == 1:
        search.greedy.SetInParent()
    elif options.beam is not None or search.HasField("beam") or n_best > 1:
        # A beam narrower than n_best cannot give n_best results.
        search.beam.width = max(options.beam or search.beam.width, n_best)
        search.beam.n_best = n_best
    return search


class _Results(Protocol):
    """Makes the lines of the output."""

    def lines(self, window: Sequence[str]) -> list[str]:
        """Returns a line of output for each line of input."""
        ...

    def summary(self) -> list[str]:
        """Returns what happened to the lines of input so far."""
        ...


class _Translations:
    """The translations of each line."""

    def __init__(self, batches: Batches, *, as_json: bool):
        self._batches = batches
        self._as_json = as_json

    def lines(self, window: Sequence[str]) -> list[str]:
        found = zip(window, self._batches.translate(window), strict=True)
        return [self._written(text, hypotheses) for text, hypotheses in found]

    def summary(self) -> list[str]:
        divided = self._batches.num_divided
        return [f"{divided:,} were too long for the model: translated in parts"] if divided else []

    def _written(self, text: str, hypotheses: Hypotheses) -> str:
        # A piece of a vocabulary may contain a line end.
        texts = [" ".join(hypothesis.splitlines()) for hypothesis, _ in hypotheses]
        if not self._as_json:
            return texts[0] if texts else ""
        ranks = (score for _, score in hypotheses)
        found = [{"text": t, "score": s} for t, s in zip(texts, ranks, strict=True)]
        return json.dumps({"source": text, "hypotheses": found}, ensure_ascii=False)


class _Scores:
    """The score of each line, a pair of a text and its translation."""

    def __init__(self, model: scores.Model):
        self._model = model
        self._num_lines = 0

    def lines(self, window: Sequence[str]) -> list[str]:
        pairs = [
            scores.read_pair(line, number)
            for number, line in enumerate(window, self._num_lines + 1)
        ]
        self._num_lines += len(window)
        return [
            json.dumps(
                {**pair._asdict(), "score": found.score, "token_scores": found.token_scores},
                ensure_ascii=False,
            )
            for pair, found in zip(pairs, scores.score_pairs(self._model, pairs), strict=True)
        ]

    def summary(self) -> list[str]:
        return []


class _Lines:
    """Reads standard input and writes standard output, a window of lines at a time."""

    def __init__(self, options: argparse.Namespace, results: _Results, console: Console):
        self._window = 1 if sys.stdin.isatty() else options.window
        self._results = results
        self._console = console
        self._num_lines = 0
        self._num_invalid = 0
        self._seconds = 0.0

    def run(self, source: BinaryIO, out: TextIO) -> None:
        if isinstance(out, io.TextIOWrapper):
            out.reconfigure(encoding="utf-8")
        first = checked_first_line(source.readline(), "standard input")
        raw_lines = itertools.chain([first] if first else [], source)
        lines = (self._decoded(line) for line in raw_lines)
        while window := list(itertools.islice(lines, self._window)):
            began = time.monotonic()
            for line in self._results.lines(window):
                out.write(line + "\n")
            out.flush()
            self._seconds += time.monotonic() - began
            self._num_lines += len(window)
            self._console.live(f"{self._num_lines:,} lines, {self._rate()}")
        self._console.end_live()
        for line in self._summary():
            self._console.line(line)

    def _decoded(self, line: bytes) -> str:
        content = line.rstrip(b"\r\n")
        text = content.decode(errors="replace")
        self._num_invalid += text.encode() != content
        return text

    def _rate(self) -> str:
        return f"{self._num_lines / max(self._seconds, 1e-9):.1f} sentences/s"

    def _summary(self) -> Iterator[str]:
        yield f"{self._num_lines:,} lines in {format_duration(self._seconds)}: {self._rate()}"
        yield from self._results.summary()
        if self._num_invalid:
            yield f"{self._num_invalid:,} were not UTF-8: other bytes were read as U+FFFD"


if __name__ == "__main__":
    run_program(main)
