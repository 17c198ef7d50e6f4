import pytest
from frazo_tools.translation.parts import divide, join
from hypothesis import given
from hypothesis import strategies as st


def words(texts):
    return [len(text.split()) for text in texts]


def characters(texts):
    return [len(text) for text in texts]


def test_what_fits_stays_whole():
    assert divide(["a b c", "", "d"], words, 3) == [["a b c"], [""], ["d"]]


def test_without_a_limit_everything_fits():
    assert divide(["a " * 1000], words, 0) == [["a " * 1000]]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "We are here. You, my friends, are there.",
            ["We are here.", "You, my friends, are there."],
        ),
        ("so far, so good and on it", ["so far,", "so good and on it"]),
        ("one two three four five six", ["one two three", "four five six"]),
    ],
)
def test_a_sentence_ends_before_a_clause_before_a_word(text, parts):
    assert divide([text], words, 5) == [parts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("今天下雨。我们不去公园散步了。", ["今天下雨。", "我们不去公园散步了。"]),
        ("彼は「行く。」と言って、すぐに出かけた", ["彼は「行く。」", "と言って、すぐに出かけた"]),
        ("今天天气很好、我们去公园散步", ["今天天气很好、", "我们去公园散步"]),
        ("वह घर गया। मैं यहाँ हूँ", ["वह घर गया।", "मैं यहाँ हूँ"]),
    ],
)
def test_each_language_ends_its_sentences_in_its_way(text, parts):
    # One character more than the longer part.
    assert divide([text], characters, max(characters(parts)) + 1) == [parts]


def test_parts_are_joined_as_the_script_joins_sentences():
    assert join(["今天下雨。", "我们不去。"]) == "今天下雨。我们不去。"
    assert join(["", "It rains.", "", "We stay."]) == "It rains. We stay."
    assert join(["비가 온다.", "우리는 집에 있다."]) == "비가 온다. 우리는 집에 있다."
    assert join(["今天。", "Hello."]) == "今天。 Hello."
    assert join([]) == ""


def test_an_end_of_a_sentence_near_the_end_of_the_text_is_no_middle():
    text = "one two three four five six seven eight nine. End"
    assert divide([text], words, 9) == [["one two three four five", "six seven eight nine. End"]]


def test_a_word_without_blanks_is_halved():
    assert divide(["abcdefgh"], characters, 3) == [["ab", "cd", "ef", "gh"]]


def test_halves_are_halved_and_texts_keep_their_places():
    long = " ".join(str(number) for number in range(10_000))
    first, parts, last = divide(["a", long, "b"], words, 200)
    assert (first, last) == (["a"], ["b"])
    assert " ".join(parts) == long
    assert max(words(parts)) <= 200
    assert len(parts) <= 128


@given(st.lists(st.text(alphabet="ab ., ", max_size=60), max_size=4), st.integers(1, 7))
def test_nothing_but_blanks_is_lost(texts, limit):
    parts = divide(texts, characters, limit)
    for text, of_text in zip(texts, parts, strict=True):
        assert "".join("".join(of_text).split()) == "".join(text.split())
        assert max(characters(of_text)) <= limit


def test_a_character_that_is_too_long_is_a_part():
    assert divide(["ab"], lambda texts: [9 for _ in texts], 3) == [["a", "b"]]
