"""Steps of a beam search through frazo, over NumPy arrays.

usage: frazo_beam_steps.py

Keeps the attention and the finished hypotheses, 8 a sentence, as Lingvo's does. The first step, of
one row a sentence, is not timed.
"""

import time
from collections.abc import Sequence

import numpy as np
from beam_scores import (
    EOS,
    ROWS,
    SENTENCES,
    SOURCE,
    STEPS,
    VOCABULARY,
    WIDTH,
    make_scores,
    milliseconds_per_step,
)
from figures import print_figures
from frazo import _core
from frazo.proto import search_pb2

ATTENTION = np.full((ROWS, SOURCE), 1 / SOURCE, np.float32)


def decode(scores: Sequence[np.ndarray], kind: int) -> float:
    config = search_pb2.Search(
        score_kind=kind,
        eos_id=EOS,
        max_length=STEPS + 2,  # In the last step there would be no rows to go on.
        beam=search_pb2.BeamSearch(width=WIDTH, n_best=WIDTH, early_stop=False),
    )
    search = _core.Search(
        config.SerializeToString(), sentences=SENTENCES, vocabulary=VOCABULARY, source=SOURCE
    )
    search.step(scores[0][:SENTENCES], attention=ATTENTION[:SENTENCES])
    started = time.perf_counter()
    for step_scores in scores:
        search.step(step_scores, attention=ATTENTION)
    seconds = time.perf_counter() - started
    assert len(search.tokens) == ROWS
    assert search.results()["reasons"].any()
    return seconds


def main() -> None:
    figures = {}
    for name, kind in (
        ("logits", search_pb2.Search.LOGITS),
        ("log_probabilities", search_pb2.Search.LOG_PROBABILITIES),
    ):
        scores = [make_scores(step, name != "logits") for step in range(STEPS)]
        figures[name] = milliseconds_per_step(lambda: decode(scores, kind))  # noqa: B023
    print_figures(**figures)


if __name__ == "__main__":
    main()
