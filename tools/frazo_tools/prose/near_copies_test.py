import re

import numpy as np
from frazo_tools.prose.near_copies import near_copies
from hypothesis import given
from hypothesis import strategies as st

_TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=12).map(" ".join), max_size=12)


def similarity(first, second):
    sets = []
    for text in (first, second):
        words = [*re.findall("[a-z]+", text.lower())]
        words += [""] * (3 - len(words)) if words else []
        sets.append({tuple(words[i : i + 3]) for i in range(len(words) - 2)})
    return len(sets[0] & sets[1]) / max(len(sets[0] | sets[1]), 1)


def test_case_digits_and_punctuation_do_not_count():
    texts = ["One step, two steps more.", "ONE step: 12 two steps -- more", "one step two steps"]
    # The third has 2 of the 3 shingles of the first.
    np.testing.assert_array_equal(near_copies(texts), [False, True, True])
    np.testing.assert_array_equal(near_copies(texts, 0.7), [False, True, False])


def test_texts_of_one_and_two_words_are_compared_whole():
    texts = ["word", "Word!", "a word", "a Word", "", "12"]
    np.testing.assert_array_equal(near_copies(texts), [False, True, False, True, False, False])


def test_a_near_copy_of_what_is_left_out_stays():
    # Neighbours share 3 of 5 shingles; the first and the last 2 of 6.
    texts = ["a b c d e f", "b c d e f g", "c d e f g h"]
    np.testing.assert_array_equal(near_copies(texts), [False, True, False])


@given(texts=_TEXTS, threshold=st.sampled_from([0.3, 0.5, 0.6, 0.75, 1.0]))
def test_no_two_that_stay_are_near_copies_and_all_others_have_one(texts, threshold):
    is_left_out = near_copies(texts, threshold)
    kept = [index for index in range(len(texts)) if not is_left_out[index]]
    for index, text in enumerate(texts):
        earlier = [similarity(texts[other], text) for other in kept if other < index]
        assert is_left_out[index] == (max(earlier, default=0) >= threshold)
