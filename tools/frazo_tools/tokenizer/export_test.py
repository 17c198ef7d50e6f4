"""What tokenizers makes of an exported file, beside what Frazo makes of the same texts."""

import io
import json
import unicodedata
from pathlib import Path

import pytest
import sentencepiece
from frazo import _core
from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer import sentencepiece_file
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.export import export_tokenizer
from frazo_tools.tokenizer.sample import KINDS, LINES, sample_tokenizer
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, normalizers

Message = tokenizer_pb2.Tokenizer
NAMES = ["<s>", "</s>", "<unk>", "<noise>", "<NOISE>", "<0x41>", "</w>", "@@"]

# What the vocabularies were made of and what is special to a kind, among all of Unicode.
texts = st.lists(
    st.sampled_from(
        [*"thecasonmd ,ß日▁\t\n\r\x0b\x0c\u00a0\u2028\u00ad-@/<>A☃\u0301é", "ﬁ", " the"]
    )
    | st.sampled_from([*NAMES, *LINES])
    | st.text(max_size=3),
    max_size=10,
).map("".join)
without_names = texts.filter(lambda text: not any(name in text for name in NAMES))


class Pair:
    """A tokenizer of Frazo and its export in tokenizers."""

    def __init__(self, message: Message):
        self.ours = _core.Tokenizer(message.SerializeToString())
        self.theirs = Tokenizer.from_str(json.dumps(export_tokenizer(message).document))
        self.theirs.encode_special_tokens = True

    def check(self, text: str) -> None:
        ids = self.ours.encode(text).tolist()
        assert self.theirs.encode(text).ids == ids
        self.check_decoding(ids)

    def check_decoding(self, ids: list[int]) -> None:
        assert self.theirs.decode(ids) == self.ours.decode(ids)


@pytest.fixture(scope="module", params=[kind for kind in KINDS if kind != "unigram"])
def pair(request, tmp_path_factory) -> Pair:
    return Pair(sample_tokenizer(request.param, tmp_path_factory.mktemp("v")))


@settings(max_examples=200)
@given(text=texts)
def test_ids_and_texts_are_the_same(pair, text):
    pair.check(text)


@settings(max_examples=100)
@given(data=st.data())
def test_any_ids_decode_alike(pair, data):
    # Bytes that are no UTF-8 are decoded in another way.
    numbers = [
        number
        for number in range(pair.ours.vocab_size)
        if not pair.ours.id_to_piece(number).startswith("<0x")
    ]
    pair.check_decoding(data.draw(st.lists(st.sampled_from(numbers), max_size=8)))


@pytest.fixture(scope="module")
def unigram(tmp_path_factory) -> tuple[Pair, dict[int, float]]:
    message = sample_tokenizer("unigram", tmp_path_factory.mktemp("v"))
    content = Path(message.sentencepiece.model).read_bytes()
    model = sentencepiece_file.Model.FromString(content)
    return Pair(message), {number: piece.score for number, piece in enumerate(model.pieces)}


@settings(max_examples=300)
@given(text=without_names)
def test_a_unigram_model_divides_alike_but_for_ties(unigram, text):
    pair, scores = unigram
    ids = pair.ours.encode(text).tolist()
    theirs = pair.theirs.encode(text).ids
    if theirs != ids:
        ours, other = (sum(scores[number] for number in one) for one in (ids, theirs))
        assert other == pytest.approx(ours, rel=1e-5)
    pair.check_decoding(ids)


@pytest.mark.parametrize("normalization", ["NFC", "NFKC"])
def test_texts_are_normalized(normalization, tmp_path):
    message = sample_tokenizer("bpe", tmp_path)
    message.normalization = Message.Normalization.Value(normalization)
    message.remove_invisible = True
    pair = Pair(message)
    for text in (
        "the\u00ad c\ufeffat\u200b",
        "sa\u00df e\u0301",
        "ﬁ \u00a0 ㍿ ²",
        "\uff43\uff41\uff54",
        "각",
    ):
        pair.check(text)


@pytest.mark.parametrize(("normalization", "expected"), [("NFC", 0), ("NFKC", 72)])
def test_characters_of_later_versions_of_unicode_are_those_of_the_document(normalization, expected):
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    text = "\n".join(characters)
    ours = _core.normalize_text(text.encode(), normalization, False).decode()
    theirs = getattr(normalizers, normalization)().normalize_str(text)
    # U+000A itself is two lines more in both.
    pairs = zip(ours.split("\n"), theirs.split("\n"), strict=True)
    different = [(one, other) for one, other in pairs if one != other]
    assert len(different) == expected
    # tokenizers does not know the characters: it leaves them as they are.
    assert all(unicodedata.normalize(normalization, other) == one for one, other in different)


def test_without_encode_special_tokens_names_are_the_tokens(tmp_path):
    message = sample_tokenizer("bpe", tmp_path)
    theirs = Tokenizer.from_str(json.dumps(export_tokenizer(message).document))
    assert theirs.encode("<s>the</s>").ids == [1, theirs.token_to_id("the</w>"), 2]
    assert theirs.decode([1, theirs.token_to_id("the</w>"), 2]) == "the"


def train(tmp_path: Path, **options) -> Message:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES * 30),
        model_writer=model,
        num_threads=1,
        minloglevel=2,
        hard_vocab_limit=False,
        **{"vocab_size": 120, "model_type": "bpe"} | options,
    )
    path = tmp_path / "m.model"
    path.write_bytes(model.getvalue())
    return Message(sentencepiece={"model": str(path)})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalization_rule_name": "identity"},
        {"add_dummy_prefix": False},
        {"remove_extra_whitespaces": False, "normalization_rule_name": "identity"},
        {"byte_fallback": True, "vocab_size": 400, "unk_surface": ""},
        {"control_symbols": ["<2en>"], "pad_id": 3, "unk_surface": "??"},
    ],
    ids=str,
)
def test_models_of_other_rules_are_the_same(options, tmp_path):
    pair = Pair(train(tmp_path, **options))
    for text in [
        *LINES,
        "",
        " ",
        "   ",
        " a  b ",
        "a\u3000b\u00a0",
        "ﬁ Ⅷ ² ㍿ é e\u0301 ß",
        "☃☃ cat ☃",
        "<s> <2en> the",
        "a▁b▁",
        "▁",
        "각 한국",
    ]:
        pair.check(text)


def test_a_mark_behind_a_blank_is_the_known_difference(tmp_path):
    message = train(tmp_path)
    pair = Pair(message)
    # tokenizers normalizes the no-break space and its mark together, as a blank.
    assert len(pair.ours.encode("a\u00a0\u0301b")) > len(pair.theirs.encode("a\u00a0\u0301b").ids)
    assert any("marks" in note for note in export_tokenizer(message).notes)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"treat_whitespace_as_suffix": True}, "treat_whitespace_as_suffix is on"),
        ({"user_defined_symbols": ["<x>"]}, "piece 3, '<x>', is user-defined"),
    ],
    ids=str,
)
def test_models_that_cannot_be_exact_are_refused(options, error, tmp_path):
    message = train(tmp_path, **options)
    with pytest.raises(ConversionError, match=error) as raised:
        export_tokenizer(message)
    assert "m.model" in str(raised.value) and "without it" in str(raised.value)


def write(tmp_path: Path, name: str, *lines: str) -> str:
    path = tmp_path / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


SPECIAL = ["<unk>", "<s>", "</s>"]


def test_merges_of_missing_pieces_are_refused(tmp_path):
    message = Message(
        bpe={
            "merges": write(tmp_path, "m", "a b", "ab c</w>"),
            "vocabulary": write(tmp_path, "v", *SPECIAL, "a@@", "b@@", "ab@@", "c"),
        }
    )
    with pytest.raises(
        ConversionError, match="merge 'ab c</w>': 'abc</w>' is not in the vocabulary"
    ):
        export_tokenizer(message)


def test_merges_whose_order_counts_are_refused(tmp_path):
    # Frazo joins both pairs (a, bc) of "abcabc" before (abc, a); tokenizers joins (abc, a) first.
    pieces = ["a@@", "b@@", "c@@", "c", "bc@@", "bc", "abc@@", "abca@@", "abc"]
    message = Message(
        bpe={
            "merges": write(tmp_path, "m", "b c", "b c</w>", "abc a", "a bc", "a bc</w>"),
            "vocabulary": write(tmp_path, "v", *SPECIAL, *pieces),
        }
    )
    with pytest.raises(ConversionError, match="merge 'abc a': Frazo joins all pairs"):
        export_tokenizer(message)


def test_pieces_of_unknown_characters_are_refused(tmp_path):
    message = Message(word_piece={"vocabulary": write(tmp_path, "v", *SPECIAL, "▁", "a", "ab")})
    with pytest.raises(ConversionError, match="piece 5 is 'ab', but its 'b' is no piece"):
        export_tokenizer(message)


def test_pieces_of_one_score_are_refused(tmp_path):
    message = train(tmp_path)
    path = Path(message.sentencepiece.model)
    model = sentencepiece_file.Model.FromString(path.read_bytes())
    model.pieces[4].score = model.pieces[5].score
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ConversionError, match="have one score"):
        export_tokenizer(message)


def test_special_characters_are_refused(tmp_path):
    message = Message(grapheme={"vocabulary": write(tmp_path, "v", "<unk>", "a", "b")}, sos_id=1)
    with pytest.raises(ConversionError, match="id 1, which starts or ends a sentence"):
        export_tokenizer(message)


@st.composite
def merges(draw) -> list[tuple[str, str]]:
    """Merges of a and b, in any order, each of symbols that are characters or made by another."""
    symbols = ["a", "b", "a</w>", "b</w>"]
    made: dict[tuple[str, str], None] = {}
    for _ in range(draw(st.integers(0, 8))):
        left = draw(st.sampled_from([symbol for symbol in symbols if not symbol.endswith("</w>")]))
        right = draw(st.sampled_from(symbols))
        made[left, right] = None
        symbols.append(left + right)
    return draw(st.permutations(list(made)))


words = st.lists(st.text("ab", min_size=1, max_size=16), max_size=3).map(" ".join)


@settings(max_examples=300)
@given(merges=merges(), texts=st.lists(words, max_size=10))
def test_merges_that_are_not_refused_divide_alike(tmp_path_factory, merges, texts):
    symbols = {"a", "b", "a</w>", "b</w>", *("".join(pair) for pair in merges)}
    pieces = [
        symbol.removesuffix("</w>") if symbol.endswith("</w>") else f"{symbol}@@"
        for symbol in sorted(symbols)
    ]
    folder = tmp_path_factory.getbasetemp()
    message = Message(
        bpe={
            "merges": write(folder, "m", "#version: 0.2", *(" ".join(pair) for pair in merges)),
            "vocabulary": write(folder, "v", *SPECIAL, *pieces),
        }
    )
    try:
        pair = Pair(message)
    except ConversionError as error:
        assert "Frazo joins all pairs of a rank" in str(error)
        return
    for text in texts:
        pair.check(text)


@settings(max_examples=300)
@given(
    pieces=st.lists(st.text("▁ab", min_size=2, max_size=6), unique=True, max_size=12),
    texts=st.lists(words, max_size=10),
)
def test_any_word_pieces_divide_alike(tmp_path_factory, pieces, texts):
    path = write(tmp_path_factory.getbasetemp(), "v", *SPECIAL, *"▁ab", *pieces)
    pair = Pair(Message(word_piece={"vocabulary": path}))
    for text in texts:
        pair.check(text)
