import numpy as np
import pytest
from frazo.tasks.lm.continuation_scores import ContinuationScorer


def outputs(prompts, labels, tokens, totals=0.0):
    """The outputs of a decoder whose texts and best hypotheses have the given tokens."""

    def padded(rows):
        longest = max(map(len, rows))
        return np.array([[*row, *[0] * (longest - len(row))] for row in rows], np.int32)

    rows = len(labels)
    return {
        "prompt_lengths": np.array(prompts, np.int32),
        "labels": padded(labels),
        "labels_length": np.array([len(row) for row in labels], np.int32),
        "tokens": padded(tokens)[:, np.newaxis],
        "lengths": np.array([[len(row)] for row in tokens], np.int32),
        "reference_totals": np.broadcast_to(np.float32(totals), [rows]),
    }


def scores_of(*batches):
    scorer = ContinuationScorer()
    for batch in batches:
        scorer.add(batch, [{}] * len(batch["labels"]))
    return scorer.result().metrics


def test_the_loss_is_a_mean_over_the_tokens_of_all_rests():
    # Rests of 2 and 3 tokens, then of 1.
    first = outputs([1, 0], [[7, 8, 2], [8, 9, 2]], [[7, 2], [2]], totals=[-1.0, -6.0])
    second = outputs([2], [[7, 8, 2]], [[7, 8, 2]], totals=[-5.0])
    scores = scores_of(first, second)
    assert scores["log_pplx"] == pytest.approx((1 + 6 + 5) / (2 + 3 + 1))
    # The hypotheses have 1, 1 and 1 tokens without the prompts.
    assert scores["mean_tokens"] == 1


def test_repetition_counts_runs_of_four_that_were_there_before():
    # The runs 3456, 4563, 5634, 6345, 3456: one of five was there. The prompt does not count.
    again = [3, 4, 5, 6, 3, 4, 5, 6]
    scores = scores_of(outputs([3], [[9, 9, 9, *again, 2]], [[9, 9, 9, *again]]))
    assert scores["repetition"] == pytest.approx(1 / 5)
    # The rest ends with token 2: a sixth run.
    assert scores["reference_repetition"] == pytest.approx(1 / 6)


def test_runs_that_other_texts_have_are_no_repetition():
    scores = scores_of(outputs([0, 0], [[3, 4, 5, 2]] * 2, [[3, 4, 5, 2]] * 2))
    assert (scores["repetition"], scores["reference_repetition"]) == (0, 0)


def test_texts_without_a_run_of_four_and_searches_that_find_nothing():
    scores = scores_of(outputs([2], [[3, 4, 2]], [[]]))
    assert scores == {"log_pplx": 0, "repetition": 0, "reference_repetition": 0, "mean_tokens": 0}
