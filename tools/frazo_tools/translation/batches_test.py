import pytest
from frazo.proto import search_pb2
from frazo_tools.translation.batches import Batches
from google.protobuf import text_format


def search_of(text):
    return text_format.Parse(text, search_pb2.Search())


GREEDY = search_of("greedy {}")


class Shouting:
    """Its translation of a text is in capitals and scored by the words; it knows 40 words
    at most.
    """

    max_source_length = 40

    def __init__(self):
        self.batches = []
        self.given = []

    def predict(self, texts, search, **given):
        self.batches.append(list(texts))
        self.given.append(given)
        name = search.WhichOneof("strategy")
        return [[(text.upper(), -len(text.split())), (name, -99.0)] for text in texts]

    def num_tokens(self, texts):
        return [len(text.split()) for text in texts]


@pytest.fixture
def model():
    return Shouting()


def test_results_come_in_the_order_of_the_texts(model):
    texts = ["a b", "c", "d e f", "g"]
    found = Batches(model, GREEDY).translate(texts)
    assert [hypotheses[0][0] for hypotheses in found] == ["A B", "C", "D E F", "G"]
    assert found[1] == [("C", -1), ("greedy", -99.0)]
    assert model.batches == [["d e f", "a b", "c", "g"]]


def test_a_batch_holds_so_many_tokens(model):
    texts = [f"{'a ' * 32}{number}" for number in range(70)] + ["b"] * 5
    found = Batches(model, GREEDY).translate(texts)
    # 33 words each: 2048 / 33 is 62.
    assert [len(batch) for batch in model.batches] == [62, 13]
    assert [hypotheses[0][0] for hypotheses in found] == [text.upper() for text in texts]


def test_blank_lines_are_not_translated(model):
    assert Batches(model, GREEDY).translate(["", " \t", "\u00a0"]) == [[], [], []]
    assert model.batches == []
    assert Batches(model, GREEDY).translate([]) == []


def test_what_is_too_long_is_translated_in_parts(model):
    batches = Batches(model, GREEDY)
    long = "a " * 99 + "a"
    short, divided = batches.translate(["b", long])
    assert short[0] == ("B", -1)
    assert divided == [(long.upper(), -100)]
    assert batches.num_divided == 1


def test_a_part_without_a_result_adds_nothing(model, monkeypatch):
    monkeypatch.setattr(model, "predict", lambda texts, search: [[] for _ in texts])
    assert Batches(model, GREEDY).translate(["a " * 50]) == [[]]


@pytest.mark.parametrize(
    ("search", "sizes"),
    [
        ("beam { width: 8 }", [62, 8]),
        # A text with 80 hypotheses counts as ten: 2048 / 10 is 204, and 204 / 33 is 6.
        ("beam { width: 80 }", [6] * 11 + [4]),
        ("sampling { samples: 80 }", [6] * 11 + [4]),
        ("beam { width: 1000 }", [1] * 70),
    ],
)
def test_a_batch_of_more_hypotheses_holds_fewer_texts(model, search, sizes):
    Batches(model, search_of(search)).translate(["a " * 33] * 70)
    assert [len(batch) for batch in model.batches] == sizes


def test_the_first_part_of_a_text_has_the_prefix(model):
    Batches(model, GREEDY, prefix="so").translate(["b", "a " * 50])
    # The parts of the second text are 25 words each.
    assert model.given == [{"prefixes": ("so", "", "so")}]
    Batches(model, GREEDY).translate(["b"])
    assert model.given[1] == {}


def test_the_draws_of_a_text_depend_on_its_number_alone(model):
    batches = Batches(model, search_of("sampling {}"))
    batches.translate(["a", "b c"])
    batches.translate(["d"])
    # The longest text is translated first.
    assert model.given == [{"seeds": (2**20, 0)}, {"seeds": (2 * 2**20,)}]
