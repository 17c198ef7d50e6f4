"""Alignments by hand, and that counts are jiwer's."""

import math
import subprocess
import sys

import jiwer
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import frazo
from frazo import _core
from frazo.alignment import Step

# Few words make many ties.
TEXTS = st.lists(st.sampled_from(["a", "b", "c", "da", "é"]), max_size=80).map(" ".join)
WITH_WORDS = TEXTS.filter(bool)


def test_a_step_tells_both_units():
    assert frazo.align("the cat sat", "a cat sat down") == [
        Step("substitution", "the", "a"),
        Step("match", "cat", "cat"),
        Step("match", "sat", "sat"),
        Step("insertion", None, "down"),
    ]
    assert frazo.align("né", b"n\xff", unit="characters") == [
        Step("match", "n", "n"),
        Step("substitution", "é", "\ufffd"),
    ]
    assert frazo.align("one", "") == [Step("deletion", "one", None)]


def test_rates_are_those_of_all_texts_together():
    rates = frazo.error_rates(["a b c d", "x", ""], ["a c c", "x", "y"])
    # b -> c or its deletion: 2 errors in the first (of 4 words), none, and an insertion.
    np.testing.assert_array_equal(rates.counts, [[2, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]])
    assert (rates.matches, rates.errors, rates.reference_units) == (3, 3, 5)
    assert (rates.substitutions, rates.deletions, rates.insertions) == (1, 1, 1)
    assert rates.rate == 3 / 5
    assert rates.text_error_rate == 2 / 3


def test_nothing_has_no_rate():
    assert math.isnan(frazo.error_rates([""], ["a"]).rate)
    assert math.isnan(frazo.error_rates([], []).text_error_rate)


def test_what_is_wrong_is_named():
    with pytest.raises(_core.InvalidArgumentError, match=r"2 references and 1 hypotheses"):
        frazo.error_rates(["a", "b"], ["a"])
    with pytest.raises(_core.InvalidArgumentError, match=r"unit is 'bytes' but must be words or"):
        frazo.error_rates(["a"], ["a"], unit="bytes")  # type: ignore[arg-type]
    with pytest.raises(_core.InvalidArgumentError, match=r"threads is 0 but must be at least 1"):
        frazo.error_rates(["a"], ["a"], threads=0)
    with pytest.raises(_core.InvalidArgumentError, match=r"U\+D800 at character 1"):
        frazo.align("a\ud800", "a")
    with pytest.raises(TypeError, match=r"text must be str or bytes"):
        frazo.error_rates([1], ["a"])  # type: ignore[list-item]


def test_ids_are_aligned_as_texts_are():
    edits = _core.align_ids(np.int32([7, -8, 9]), np.int32([7, 9, 10]))
    # 7 matches, -8 is missing, 9 matches, 10 is new; or two substitutions, which come first.
    np.testing.assert_array_equal(edits, [0, 1, 1])


@settings(deadline=None)
@given(st.lists(st.tuples(WITH_WORDS, TEXTS), min_size=1, max_size=5))
def test_counts_are_those_of_jiwer(pairs):
    references, hypotheses = map(list, zip(*pairs, strict=True))
    ours = frazo.error_rates(references, hypotheses)
    theirs = jiwer.process_words(references, hypotheses)
    assert (ours.matches, ours.substitutions, ours.deletions, ours.insertions) == (
        theirs.hits,
        theirs.substitutions,
        theirs.deletions,
        theirs.insertions,
    )
    assert ours.rate == theirs.wer
    characters = jiwer.process_characters(references, hypotheses)
    assert frazo.error_rates(references, hypotheses, unit="characters").rate == characters.cer


@settings(deadline=None)
@given(WITH_WORDS, TEXTS)
def test_steps_are_those_of_jiwer(reference, hypothesis):
    ours = [step.kind for step in frazo.align(reference, hypothesis)]
    kinds = {"equal": "match", "substitute": "substitution", "delete": "deletion"}
    theirs = []
    for chunk in jiwer.process_words(reference, hypothesis).alignments[0]:
        length = max(
            chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx
        )
        theirs += [kinds.get(chunk.type, "insertion")] * length
    assert ours == theirs


def test_tensorflow_is_not_loaded():
    program = "import sys, frazo; frazo.align('a', 'b'); assert 'tensorflow' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
