"""Which pairs are chosen, held out, learnt from; near-copies against a brute-force search."""

import itertools

import pytest
from frazo_tools.gettext.filter import Pair
from frazo_tools.gettext.near_copies import SIMILARITY, NearCopies
from frazo_tools.gettext.normal_form import letters, normalize, trigrams
from frazo_tools.gettext.sample import sample_messages
from frazo_tools.gettext.split import Split, choose_translations, is_natural, split
from hypothesis import given, settings
from hypothesis import strategies as st


def similarity(one: str, other: str) -> float:
    """Jaccard's, of the trigrams of letters: in common, of all."""
    a, b = trigrams(letters(one)), trigrams(letters(other))
    return len(a & b) / len(a | b) if a and b else 0.0


def test_letters_are_what_is_left_of_case_digits_punctuation_and_placeholders():
    assert letters("  <b>Öffne</b> %d DATEIEN (2),\n bitte!") == "öffne dateien bitte"
    assert letters("Strasse") == letters("STRAßE") == "strasse"
    assert letters("%s: 12 %") == ""


def test_trigrams_have_a_blank_around_the_text():
    assert trigrams("ab c") == {" ab", "ab ", "b c", " c "}
    assert trigrams("a") == {" a "}
    assert trigrams("") == set()


# " open the file " has 13 trigrams, " open the files " 14, of which 12 in common: 12 / 15 = 0.8.
def test_a_near_copy_is_found_and_another_sentence_is_not():
    copies = NearCopies()
    copies.add("Open the file")
    assert similarity("Open the file", "open the FILES: 2") == pytest.approx(12 / 15)
    assert copies.has("open the FILES: 2")
    assert not copies.has("Open a door")
    assert not copies.has("12 %d")
    assert not NearCopies().has("Open the file")


PARTS = ["open", "close", "the", "a", "file", "door", "7", "%s", "Open", "files", ",", "doors"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=6).map(" ".join)


@given(st.lists(TEXTS, max_size=8), TEXTS)
def test_the_index_finds_what_a_comparison_with_each_text_finds(texts, wanted):
    copies = NearCopies()
    for text in texts:
        copies.add(text)
    assert copies.has(wanted) == any(similarity(text, wanted) >= SIMILARITY for text in texts)


def test_the_most_frequent_translation_is_chosen_in_its_most_frequent_spelling():
    occurrences = {
        Pair("Open", "Öffnen"): 2,
        Pair("open", "öffnen"): 3,
        Pair("Open", "Aufmachen"): 4,
        Pair("Close", "Schließen"): 1,
    }
    assert sorted(choose_translations(occurrences)) == [
        Pair("Close", "Schließen"),
        Pair("open", "öffnen"),
    ]


def test_of_equally_frequent_translations_the_first_in_order_is_chosen():
    pairs = [Pair("Left", "Links"), Pair("Left", "Linke")]
    for order in itertools.permutations(pairs):
        assert choose_translations(dict.fromkeys(order, 1)) == [Pair("Left", "Linke")]


@pytest.mark.parametrize(
    ("source", "target", "natural"),
    [
        ("Open the file", "Die Datei öffnen", True),
        ("Use 'drag-and-drop' here!", "Hier »drag-and-drop« verwenden", True),
        ("Open it", "Die Datei öffnen", False),
        ("Open the file", "Datei öffnen", False),
        ("Color #8B008B of it", "Farbe #8B008B davon", False),
        ("Open the file %s", "Die Datei %s öffnen", False),
    ],
)
def test_natural_text_is_three_words_without_placeholders(source, target, natural):
    assert is_natural(Pair(source, target)) == natural


SOURCE_WORDS = ["red", "green", "blue", "house", "tree", "river", "stone", "open", "close", "small"]
TARGET_WORDS = ["rot", "grün", "blau", "Haus", "Baum", "Fluss", "Stein", "auf", "zu", "klein"]
INDICES = st.lists(st.integers(0, len(SOURCE_WORDS) - 1), min_size=1, max_size=5)
PAIRS = st.lists(
    st.tuples(INDICES, INDICES).map(
        lambda both: Pair(
            " ".join(SOURCE_WORDS[i] for i in both[0]), " ".join(TARGET_WORDS[i] for i in both[1])
        )
    ),
    max_size=40,
    unique_by=lambda pair: normalize(pair.source),
)


def is_like(one: Pair, other: Pair) -> bool:
    """By comparison of all with all: the same text on a side, or almost."""
    return any(
        normalize(one[side]) == normalize(other[side])
        or similarity(one[side], other[side]) >= SIMILARITY
        for side in range(2)
    )


@settings(max_examples=200)
@given(PAIRS, st.integers(1, 5))
def test_no_training_pair_is_like_a_held_out_one_nor_are_these_like_each_other(pairs, held_out):
    parts = split(pairs, held_out)
    kept = parts.dev + parts.test
    assert not [pair for pair in parts.train if any(is_like(pair, other) for other in kept)]
    assert not [pair for pair in itertools.combinations(kept, 2) if is_like(*pair)]
    # Nothing is lost: what is in no part is like a held-out pair, and counted.
    dropped = set(pairs) - {*parts.train, *kept}
    assert len(dropped) == parts.exact_copies + parts.near_copies
    assert all(any(is_like(pair, other) for other in kept) for pair in dropped)
    assert len(parts.dev) <= held_out and len(parts.test) <= held_out
    assert len(parts.train) + len(kept) + len(dropped) == len(pairs)


def test_a_text_that_a_held_out_pair_has_on_the_other_side_is_a_copy():
    parts = split([Pair("red green blue", "blau rot grün"), Pair("xyz", "Red Green Blue")], 1)
    assert (parts.train, parts.exact_copies) == ([], 1)


def sentences(count: int) -> list[Pair]:
    """Pairs of natural text that are unlike each other."""
    return [Pair(source, target) for source, target in sample_messages(count).items()]


def test_the_parts_do_not_depend_on_the_order_of_the_pairs():
    pairs = sentences(60)
    assert split(pairs, 10) == split(pairs[::-1], 10)


def test_more_pairs_move_none_from_dev_to_test_or_back():
    few, many = split(sentences(60), 10), split(sentences(120), 10)
    assert (len(few.dev), len(few.test), len(many.dev), len(many.test)) == (10, 10, 10, 10)
    assert not set(few.dev) & set(many.test) and not set(few.test) & set(many.dev)
    # Half of the smallest hashes are of the new pairs, give or take.
    assert len(set(few.dev) & set(many.dev)) >= 2


def test_too_few_pairs_are_all_held_out():
    assert isinstance(split([], 3), Split)
    parts = split(sentences(2), 3)
    assert not parts.train and len(parts.dev) + len(parts.test) == 2
