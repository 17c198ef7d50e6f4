"""Continues a text with an exported language model; the text appears as it is made.

    ./bazelw run -c opt //tools:generate -- --model=/tmp/lm/log/inference_graph --prompt='The kernel is'
    ./bazelw run -c opt //tools:generate -- --model=MODEL <prompts.txt >texts.jsonl

--model is the folder that the trainer writes with --mode=write_inference_graph. With --prompt this
text and its continuation are written to standard output, token by token. Without, each line of
standard input, in UTF-8, is a prompt. At a terminal its continuation appears at once; else each
line of standard output is a JSON object:
    {"prompt": "The kernel is", "continuations": [{"text": " loaded by ...", "score": -61.2}, ...]}

Drawing at random
  By default the search is that of the exported experiment. --sample draws each token with the
  probability that the model gives it.
    --temperature=0.7   prefers probable tokens: below 1 the text is more usual, above 1 more varied
    --top_k=40          draws from the 40 most probable tokens alone
    --top_p=0.9         draws from the most probable tokens that have 0.9 of the probability
    --seed=7            draws other tokens; the same seed, prompt and options draw the same
  Each of them implies --sample.

Searching
  --greedy takes the most probable token each time, and so soon repeats itself. --beam=4 searches
  the most probable text, keeping the 4 best beginnings; it appears when it is complete.

How long, and how many
  --tokens=100 is the most tokens that follow a prompt. --until='.' ends before the first such text;
  it may be given several times. --n=3 gives 3 continuations, as JSON.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from frazo.program.command_line import run_program
from frazo.program.tensorflow_start import start_tensorflow
from frazo.proto import search_pb2
from frazo_tools.documented_parser import documented_parser
from frazo_tools.text_start import Utf16Error, checked_first_line

if TYPE_CHECKING:
    from frazo.export.predictor import Predictor

_INTERRUPTED = 130
# The other end of the pipe was closed, as `head` does.
_PIPE_CLOSED = 141
_SAMPLING = ("temperature", "top_k", "top_p", "seed")


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    start_tensorflow()
    import tensorflow as tf
    from frazo.export.predictor import Predictor

    try:
        model = Predictor(options.model)
        if options.prompt is not None:
            _continue(model, options, [options.prompt])
        else:
            _continue(model, options, _lines())
    except BrokenPipeError:
        # Python would report the error once more when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        print()
        return _INTERRUPTED
    except (ValueError, OSError, Utf16Error, tf.errors.OpError) as error:
        print(f"generate: {error}", file=sys.stderr)
        return 1
    return 0


def search_of(own: search_pb2.Search, options: argparse.Namespace) -> search_pb2.Search:
    """Returns the model's own search, changed by the options."""
    search = search_pb2.Search()
    search.CopyFrom(own)
    if options.greedy:
        search.greedy.SetInParent()
    elif options.beam is not None:
        search.beam.width = max(options.beam, options.n)
        search.beam.n_best = options.n
    elif options.sample:
        # The own settings of a search that samples hold where the options say nothing.
        search.sampling.SetInParent()
    if search.HasField("sampling"):
        search.sampling.samples = options.n
        for name in _SAMPLING:
            if getattr(options, name) is not None:
                setattr(search.sampling, name, getattr(options, name))
    return search


def _continue(model: "Predictor", options: argparse.Namespace, prompts: Iterable[str]) -> None:
    search = search_of(model.search, options)
    as_text = options.n == 1 and (options.prompt is not None or sys.stdin.isatty())
    for number, prompt in enumerate(prompts):
        search.max_length = model.num_tokens([prompt])[0] - 1 + options.tokens
        if as_text:
            _write(prompt)
            for part in model.stream(prompt, search, seed=number, until=options.until):
                _write(part)
            _write("\n")
            continue
        found = model.generate([prompt], search, seeds=[number])[0]
        texts = [{"text": _cut(text, options.until), "score": score} for text, score in found]
        _write(json.dumps({"prompt": prompt, "continuations": texts}, ensure_ascii=False) + "\n")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _cut(text: str, until: Sequence[str]) -> str:
    places = [place for place in map(text.find, until) if place >= 0]
    return text[: min(places)] if places else text


def _lines() -> Iterable[str]:
    first = checked_first_line(sys.stdin.buffer.readline(), "standard input")
    for line in [first] if first else []:
        yield line.rstrip(b"\r\n").decode(errors="replace")
    for line in sys.stdin.buffer:
        yield line.rstrip(b"\r\n").decode(errors="replace")


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("generate", __doc__)
    parser.add_argument(
        "--model", required=True, type=Path, metavar="DIR", help="the exported model"
    )
    parser.add_argument(
        "--prompt", metavar="TEXT", help="what to continue; default: each line of standard input"
    )
    parser.add_argument(
        "--tokens", type=_count, default=100, metavar="N", help="most tokens; default: 100"
    )
    parser.add_argument(
        "--until", action="append", default=[], metavar="TEXT", help="end before this text"
    )
    parser.add_argument(
        "--n", type=_count, default=1, metavar="N", help="number of continuations; default: 1"
    )
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--sample", action="store_true", help="draw tokens at random")
    kinds.add_argument("--greedy", action="store_true", help="take the most probable token")
    kinds.add_argument("--beam", type=_count, metavar="N", help="width of the beam")
    parser.add_argument("--temperature", type=_above_zero, metavar="T", help="divides the logits")
    parser.add_argument("--top_k", type=_count, metavar="K", help="draw from the K best tokens")
    parser.add_argument("--top_p", type=_above_zero, metavar="P", help="draw from this probability")
    parser.add_argument("--seed", type=int, metavar="N", help="the same seed draws the same")
    options = parser.parse_args(arguments)
    given = [name for name in _SAMPLING if getattr(options, name) is not None]
    if given and (options.greedy or options.beam):
        kind = "--greedy" if options.greedy else "--beam"
        parser.error(f"--{given[0]} draws at random, {kind} does not. Remove one of them.")
    if options.greedy and options.n > 1:
        parser.error("--greedy has one continuation. Remove --n, or use --beam or --sample.")
    options.sample = options.sample or bool(given)
    return options


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number >= 1")
    return int(text)


def _above_zero(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return number


if __name__ == "__main__":
    run_program(main)
