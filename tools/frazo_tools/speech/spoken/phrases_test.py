import pytest
from frazo_tools.prose.documents import Document
from frazo_tools.speech.spoken.phrases import choose_phrases, phrases, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The dog's bone", ["the", "dog's", "bone"]),
        ("self-made \u2019tis it\u2019s", ["self", "made", "tis", "it's"]),
        ("chapter 7 of it", []),
        ("a/b", []),
        ("caf\u00e9 de Paris", []),
        ("", []),
    ],
)
def test_words(text, words):
    assert words_of(text) == words


def test_a_phrase_ends_where_speakers_make_a_pause():
    paragraph = (
        "Of course, there is more to it: see 3 of them. What (as we all know now) can be done \u2014 "
        "and by whom? One two three four five six seven eight nine ten eleven twelve thirteen."
    )
    assert list(phrases([paragraph])) == ["there is more to it", "as we all know now"]


def documents():
    return [
        Document("-", f"{number}.txt", [f"here is the page of {word}, and nothing else at all."])
        for number, word in enumerate(["some", "all", "many", "few"] * 30)
    ]


def test_no_phrase_of_train_is_held_out():
    chosen = choose_phrases(documents(), 1)
    # Each phrase stands in many documents, some of which are in train.
    assert set(chosen.train) == {
        "here is the page of some",
        "here is the page of all",
        "here is the page of many",
        "here is the page of few",
        "and nothing else at all",
    }
    assert chosen.dev == chosen.test == []
    # here is the page of some all many few and nothing else at
    assert chosen.num_words == 13


def test_each_set_has_documents_of_its_own():
    pages = [
        Document("-", f"{n}.txt", [f"page {'abc'[n % 3] * (n + 1)} of all"]) for n in range(99)
    ]
    chosen = choose_phrases([], 1)
    assert chosen == ([], [], [], 0)
    everywhere = choose_phrases(pages, 0)
    assert len(everywhere.train) + len(everywhere.dev) + len(everywhere.test) == 99
    assert min(len(everywhere.dev), len(everywhere.test)) > 0
    # Words that train does not have often enough are in no set.
    assert choose_phrases(pages, 2) == ([], [], [], 0)
