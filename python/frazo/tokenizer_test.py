"""The bound tokenizers, and that SentencePiece models give what the sentencepiece library gives."""

import copy
import io
import pickle
import threading
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import _core
from frazo.proto import tokenizer_pb2

CORPUS = [
    "the cat sat on the mat, and the other cats sat there",
    "Straße, façade, naïve: ﬁne Ⅷ ² ㍿ e\u0301a\u0300",
    "日本語のテキスト、東京のテキスト",
    "Привет, мир! Привет всем",
    "<<<<< ---- #### 11110000 .... a  b\tc",
] * 20

MODELS = {
    "unigram": {"model_type": "unigram"},
    "bpe": {"model_type": "bpe"},
    "unigram_bytes": {"model_type": "unigram", "byte_fallback": True, "vocab_size": 330},
    "bpe_lossless": {
        "model_type": "bpe",
        "byte_fallback": True,
        "vocab_size": 400,
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "allow_whitespace_only_pieces": True,
    },
    "unigram_user_defined": {
        "model_type": "unigram",
        "user_defined_symbols": ["<x>", "at", "a", "▁the"],
        "control_symbols": ["<2en>"],
    },
    "bpe_user_defined": {"model_type": "bpe", "user_defined_symbols": ["<x>", "at", "t c"]},
    "unigram_suffix": {"model_type": "unigram", "treat_whitespace_as_suffix": True},
    "bpe_across_words": {"model_type": "bpe", "split_by_whitespace": False},
    "unigram_casefolded": {"model_type": "unigram", "normalization_rule_name": "nmt_nfkc_cf"},
    "unigram_other_ids": {"model_type": "unigram", "pad_id": 0, "eos_id": 1, "unk_id": 2}
    | {"bos_id": -1, "unk_surface": "??"},
}

# What the models were made of, in any order, among all of Unicode.
texts = st.lists(
    st.sampled_from([*"the catsonmd,.<-#1 \t\u2581\ufffd", " <x>", "at", "</s>", *CORPUS[:5]])
    | st.text(max_size=3),
    max_size=12,
).map("".join)
with_invalid_bytes = st.tuples(texts, st.binary(max_size=4), texts).map(
    lambda parts: parts[0].encode() + parts[1] + parts[2].encode()
)


@pytest.fixture(scope="module", params=MODELS)
def pair(request, tmp_path_factory) -> tuple[_core.Tokenizer, sentencepiece.SentencePieceProcessor]:
    model = io.BytesIO()
    options = {"vocab_size": 200, "hard_vocab_limit": False} | MODELS[request.param]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS),
        model_writer=model,
        num_threads=1,
        minloglevel=2,
        **options,
    )
    path = tmp_path_factory.mktemp("model") / "m.model"
    path.write_bytes(model.getvalue())
    return (
        _core.Tokenizer(kind="sentencepiece", model=path),
        sentencepiece.SentencePieceProcessor(model_file=str(path)),
    )


def test_the_pieces_are_the_librarys(pair):
    ours, library = pair
    assert ours.vocab_size == library.vocab_size()
    assert ours.unk_id == library.unk_id()
    assert (ours.sos_id, ours.eos_id) == (library.bos_id(), library.eos_id())
    for i in range(ours.vocab_size):
        assert ours.id_to_piece(i) == library.id_to_piece(i)
        assert ours.piece_to_id(library.id_to_piece(i)) == i


@settings(max_examples=150)
@given(text=texts | with_invalid_bytes)
def test_ids_and_texts_are_the_librarys(pair, text):
    ours, library = pair
    ids = library.encode(text)
    assert ours.encode(text).tolist() == ids
    assert ours.decode(ids) == library.decode(ids)


@settings(max_examples=100)
@given(text=texts)
def test_offsets_are_the_librarys(pair, text):
    ours, library = pair
    ids, spans = ours.encode_with_offsets(text)
    # The wire form, so that the library's messages need no protobuf of their version.
    expected = _spans(library.encode(text, return_type="serialized_proto"))
    assert ids.tolist() == library.encode(text)
    assert spans.tolist() == expected


@settings(max_examples=100)
@given(data=st.data())
def test_any_ids_decode_as_in_the_library(pair, data):
    ours, library = pair
    ids = data.draw(st.lists(st.integers(0, ours.vocab_size - 1), max_size=12))
    assert ours.decode(ids) == library.decode(ids)


def _spans(message: bytes) -> list[list[int]]:
    """begin (4) and end (5) of each piece (2) of a serialized SentencePieceText."""
    pieces = [dict(_fields(value)) for number, value in _fields(message) if number == 2]
    return [[piece.get(4, 0), piece.get(5, 0)] for piece in pieces]


def _fields(message: bytes):
    position = 0

    def varint() -> int:
        nonlocal position
        number = shift = 0
        while True:
            byte = message[position]
            position += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while position < len(message):
        tag = varint()
        value: int | bytes = varint()
        if tag & 7 == 2:
            position += value
            value = message[position - value : position]
        yield tag >> 3, value


@pytest.fixture
def words(tmp_path) -> Path:
    path = tmp_path / "words"
    path.write_text("<unk>\n<s>\n</s>\na\nb\n")
    return path


def test_a_tokenizer_is_made_from_a_message_or_keywords(words):
    config = tokenizer_pb2.Tokenizer(word={"vocabulary": str(words)}, eos_id=1)
    from_message = _core.Tokenizer(config.SerializeToString())
    from_keywords = _core.Tokenizer(kind="word", vocabulary=words, eos_id=1)
    assert from_message.fingerprint == from_keywords.fingerprint
    assert from_message.eos_id == 1
    assert _core.Tokenizer(kind="grapheme").vocab_size == 76


def test_arrays_have_the_documented_types(words):
    made = _core.Tokenizer(kind="word", vocabulary=words)
    ids, spans = made.encode_with_offsets("a é")
    assert ids.dtype == np.int32 and ids.tolist() == [3, 0]
    assert spans.dtype == np.int64 and spans.tolist() == [[0, 1], [2, 4]]
    assert made.encode("").shape == (0,) and made.encode_with_offsets("")[1].shape == (0, 2)
    ids, invalid = made.encode_counting(b"a\xff \xff")
    assert ids.tolist() == [0, 0] and invalid == 2
    for form in ([3, 4], np.array([3, 4], np.int32), np.array([3, 4])):
        assert made.decode(form) == "a b"


def test_errors_are_exceptions_of_their_kind(words, tmp_path):
    with pytest.raises(_core.NotFoundError, match="none"):
        _core.Tokenizer(kind="word", vocabulary=tmp_path / "none")
    with pytest.raises(_core.InvalidArgumentError, match="a word tokenizer takes no merges"):
        _core.Tokenizer(kind="word", vocabulary=words, merges=words)
    with pytest.raises(_core.InvalidArgumentError, match="a bpe tokenizer needs merges"):
        _core.Tokenizer(kind="bpe", vocabulary=words)
    with pytest.raises(
        _core.InvalidArgumentError, match="kind is 'char' but must be grapheme, word"
    ):
        _core.Tokenizer(kind="char")
    with pytest.raises(_core.InvalidArgumentError, match="not a serialized frazo"):
        _core.Tokenizer(b"\xff")
    made = _core.Tokenizer(kind="word", vocabulary=words)
    with pytest.raises(_core.InvalidArgumentError, match=r"id 5 at position 1 .* of 5 tokens"):
        made.decode([3, 5])
    for outside in (-1, 2**31, 2**40):
        with pytest.raises(_core.InvalidArgumentError):
            made.decode([outside])
    with pytest.raises(TypeError, match="text must be str or bytes"):
        made.encode(3)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_tokenizers_can_be_copied_and_pickled(words, copied):
    tokenizer = _core.Tokenizer(kind="word", vocabulary=words, unk_id=3)
    other = copied(tokenizer)
    assert (other.fingerprint, other.unk_id) == (tokenizer.fingerprint, 3)
    assert other.encode("a b").tolist() == [3, 4]


def test_a_pickled_tokenizer_works_in_another_folder_and_knows_its_files(
    words, tmp_path, monkeypatch
):
    monkeypatch.chdir(words.parent)
    pickled = pickle.dumps(_core.Tokenizer(kind="word", vocabulary=words.name))
    monkeypatch.chdir(tmp_path.parent.parent)
    assert pickle.loads(pickled).encode("a b").tolist() == [3, 4]
    words.write_text("<unk>\n<s>\n</s>\nother\n")
    with pytest.raises(_core.FailedPreconditionError, match="have changed since it was pickled"):
        pickle.loads(pickled)


def test_half_a_surrogate_pair_is_named(words):
    tokenizer = _core.Tokenizer(kind="word", vocabulary=words)
    for encode in (tokenizer.encode, tokenizer.encode_counting, tokenizer.encode_with_offsets):
        with pytest.raises(
            _core.InvalidArgumentError, match=r"U\+D83D at character 4.*errors='replace'"
        ):
            encode("the \ud83d cat")


def test_threads_share_a_tokenizer(pair):
    ours, library = pair
    expected = [library.encode(line) for line in CORPUS]
    wrong = []

    def work() -> None:
        wrong.extend(
            line
            for line, ids in zip(CORPUS, expected, strict=True)
            if ours.encode(line).tolist() != ids
        )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
