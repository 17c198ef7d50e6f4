from frazo_tools.prose.documents import Document
from frazo_tools.prose.split import split
from hypothesis import given
from hypothesis import strategies as st


def document(path, *paragraphs, package="p"):
    return Document(package, path, list(paragraphs))


def names(documents):
    return {(document.package, document.path) for document in documents}


def many(number, package="p"):
    return [
        document(f"{i}.html", f"w{'abcdefghij'[i % 10] * (i // 10 + 1)}", package=package)
        for i in range(number)
    ]


@given(held_out=st.sampled_from([0.0, 0.1, 0.4]), number=st.integers(0, 60))
def test_each_document_is_in_one_part_and_stays_there(held_out, number):
    parts = split(many(number), held_out).parts()
    found = [name for part in parts.values() for name in names(part)]
    assert sorted(found) == sorted(names(many(number)))
    more = split([*many(number), document("other.html", "another one")], held_out).parts()
    for part, documents in parts.items():
        assert names(documents) <= names(more[part])


def test_about_the_share_is_held_out():
    parts = split(many(1000), 0.1).parts()
    # Five standard deviations of the number of documents are 47.
    assert all(abs(len(parts[part]) - 100) < 48 for part in ("dev", "test"))


def test_near_copies_are_left_out_of_training_rather_than_of_what_is_held_out():
    text = "one two three four five six seven eight nine ten"
    documents = [document(f"{i}.html", text, f"my own words {chr(97 + i) * 3}") for i in range(20)]
    result = split(documents, 0.2)
    assert result.near_copies == 19
    with_text = [
        part for part, found in result.parts().items() for each in found if text in each.paragraphs
    ]
    assert with_text == ["test"]
