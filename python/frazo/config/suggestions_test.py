"""Tests of finding the nearest right name."""

from frazo.config.suggestions import nearest, suggestion


def test_nearest_ignores_letter_case_and_gives_the_candidate_as_it_is():
    assert nearest("valid", ["SAME", "VALID"]) == "VALID"
    assert nearest("lerning_rate", ["learning_rate", "l2_weight"]) == "learning_rate"


def test_nothing_alike_is_nearest_to_nothing():
    assert nearest("xyz", ["learning_rate"]) is None
    assert nearest("xyz", []) is None


def test_suggestion_lists_all_when_nothing_is_alike():
    assert suggestion("xyz", ["a1", "b1"], "the entries are") == "the entries are: a1, b1"
    assert suggestion("xyz", [], "the entries are") == "the entries are: none"
    assert suggestion("train", ["Train", "Test"], "the entries are") == 'did you mean "Train"?'
