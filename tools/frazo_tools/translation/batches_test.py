import pytest
from frazo_tools.translation.batches import Batches


class Shouting:
    """Its translation of a text is in capitals and scored by the words; it knows 40 words
    at most.
    """

    max_source_length = 40

    def __init__(self):
        self.batches = []

    def predict(self, texts, search=None):
        self.batches.append(list(texts))
        return [[(text.upper(), -len(text.split())), (search, -99.0)] for text in texts]

    def num_tokens(self, texts):
        return [len(text.split()) for text in texts]


@pytest.fixture
def model():
    return Shouting()


def test_results_come_in_the_order_of_the_texts(model):
    texts = ["a b", "c", "d e f", "g"]
    found = Batches(model, "greedy").translate(texts)
    assert [hypotheses[0][0] for hypotheses in found] == ["A B", "C", "D E F", "G"]
    assert found[1] == [("C", -1), ("greedy", -99.0)]
    assert model.batches == [["d e f", "a b", "c", "g"]]


def test_a_batch_holds_so_many_tokens(model):
    texts = [f"{'a ' * 32}{number}" for number in range(70)] + ["b"] * 5
    found = Batches(model, None).translate(texts)
    # 33 words each: 2048 / 33 is 62.
    assert [len(batch) for batch in model.batches] == [62, 13]
    assert [hypotheses[0][0] for hypotheses in found] == [text.upper() for text in texts]


def test_blank_lines_are_not_translated(model):
    assert Batches(model, None).translate(["", " \t", "\u00a0"]) == [[], [], []]
    assert model.batches == []
    assert Batches(model, None).translate([]) == []


def test_what_is_too_long_is_translated_in_parts(model):
    batches = Batches(model, None)
    long = "a " * 99 + "a"
    short, divided = batches.translate(["b", long])
    assert short[0] == ("B", -1)
    assert divided == [(long.upper(), -100)]
    assert batches.num_divided == 1


def test_a_part_without_a_result_adds_nothing(model, monkeypatch):
    monkeypatch.setattr(model, "predict", lambda texts, search: [[] for _ in texts])
    assert Batches(model, None).translate(["a " * 50]) == [[]]
