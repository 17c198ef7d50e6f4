"""Imports of what exports and other programs write, beside tokenizers itself."""

import base64
import copy
import functools
import io
import json
from pathlib import Path

import pytest
import sentencepiece
from frazo import _core
from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer import sentencepiece_file
from frazo_tools.tokenizer.components import Json
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.document import read_document
from frazo_tools.tokenizer.export import export_tokenizer
from frazo_tools.tokenizer.importing import (
    USUAL_ENDS,
    Imported,
    SentenceEnds,
    import_json,
    with_files,
)
from frazo_tools.tokenizer.sample import KINDS, LINES, sample_tokenizer
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
)

SPLIT = pre_tokenizers.Split(Regex(r"[\x09-\x0d\x20]+"), "removed")


def read(document: Json | Tokenizer, ends: SentenceEnds = USUAL_ENDS) -> Imported:
    text = document.to_str() if isinstance(document, Tokenizer) else json.dumps(document)
    return import_json(read_document(text.encode()), ends)


def write(imported: Imported, folder: Path) -> tokenizer_pb2.Tokenizer:
    paths = {name: folder / f"new.{name}" for name in imported.reading.files}
    for name, content in imported.reading.files.items():
        paths[name].write_bytes(content)
    return with_files(imported.reading, paths)


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_comes_back(kind, tmp_path):
    message = sample_tokenizer(kind, tmp_path)
    message.normalization = tokenizer_pb2.Tokenizer.NFC
    message.remove_invisible = kind == "bpe"
    document = export_tokenizer(message).document
    imported = read(copy.deepcopy(document))
    again = write(imported, tmp_path)
    assert export_tokenizer(again).document == document
    assert again.normalization == message.normalization
    assert again.remove_invisible == message.remove_invisible
    field = message.WhichOneof("kind")
    if field != "sentencepiece":
        for name, content in imported.reading.files.items():
            assert Path(getattr(getattr(message, field), name)).read_bytes() == content
        one, other = (_core.Tokenizer(it.SerializeToString()) for it in (message, again))
        assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("kind", ["unigram", "sentencepiece_bpe"])
def test_the_sentencepiece_library_reads_an_imported_model(kind, tmp_path):
    message = sample_tokenizer(kind, tmp_path)
    again = write(read(export_tokenizer(message).document), tmp_path)
    one, other = (
        sentencepiece.SentencePieceProcessor(model_file=it.sentencepiece.model)
        for it in (message, again)
    )
    for line in [*LINES, "☃ and  blanks "]:
        assert other.encode(line) == one.encode(line)
        assert other.decode(other.encode(line)) == line
    assert (other.unk_id(), other.bos_id(), other.eos_id()) == (0, 1, 2)


@pytest.mark.parametrize("kind", ["word", "bpe", "word_piece"])
def test_other_special_tokens_come_back(kind, tmp_path):
    message = sample_tokenizer(kind, tmp_path)
    document = export_tokenizer(message).document
    names = {"<unk>": "[UNK]", "<s>": "[CLS]", "</s>": "[SEP]"}
    document["model"]["vocab"] = {
        names.get(piece, piece): number for piece, number in document["model"]["vocab"].items()
    }
    document["model"]["unk_token"] = "[UNK]"
    for token in document["added_tokens"]:
        token["content"] = names[token["content"]]
    # As other programs write it.
    if kind == "word":
        document["normalizer"] = None
    if kind == "bpe":
        document["decoder"] = {"type": "BPEDecoder", "suffix": "</w>"}
    imported = read(document, SentenceEnds("[CLS]", "[SEP]"))
    made = _core.Tokenizer(write(imported, tmp_path).SerializeToString())
    assert [made.id_to_piece(n) for n in (made.unk_id, made.sos_id, made.eos_id)] == [
        *names.values()
    ]
    theirs = Tokenizer.from_str(json.dumps(document))
    for line in LINES:
        ids = made.encode(line).tolist()
        assert theirs.encode(line).ids == ids
        if made.unk_id not in ids:
            assert theirs.decode([1, *ids, 2]) == made.decode([1, *ids, 2])


def words(**changes) -> Tokenizer:
    vocab = {"<unk>": 0, "<s>": 1, "</s>": 2, "the": 3, "cat": 4, "<pad>": 5}
    made = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    made.pre_tokenizer = SPLIT
    made.add_special_tokens(["<unk>", "<s>", "</s>", "<pad>"])
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_words_of_another_program(tmp_path):
    imported = read(words())
    made = _core.Tokenizer(write(imported, tmp_path).SerializeToString())
    assert made.encode("the cat  sat").tolist() == words().encode("the cat  sat").ids == [3, 4, 0]
    assert made.decode([1, 3, 0, 2]) == "the <unk>"
    assert any("have the names of <unk>, <pad>" in note for note in imported.notes)


LLAMA = {
    "normalizer": normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
    "decoder": decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    ),
}


def llama_like() -> Tokenizer:
    """BPE as Llama 2 has it: with bytes, and all pairs that make a piece."""
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    pieces += ["an", "na", "ana", "▁b", "▁ban", "nana", *"▁ban"]
    merges = [("a", "n"), ("n", "a"), ("an", "a"), ("a", "na"), ("▁", "b"), ("▁b", "an")]
    merges += [("na", "na"), ("n", "ana")]
    vocab = {piece: number for number, piece in enumerate(pieces)}
    made = Tokenizer(
        models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    for name, value in LLAMA.items():
        setattr(made, name, value)
    made.add_special_tokens([AddedToken(name, special=True) for name in pieces[:3]])
    return made


def test_a_bpe_model_as_llamas_is_the_same(tmp_path):
    made = _core.Tokenizer(write(read(llama_like()), tmp_path).SerializeToString())
    theirs = llama_like()
    theirs.encode_special_tokens = True
    for text in ["banana", " ban  nana☃", "", "ananana banana", "<s>", "é▁a", "nanananan"]:
        ids = made.encode(text).tolist()
        assert theirs.encode(text).ids == ids
        assert theirs.decode(ids) == made.decode(ids)
    # tokenizers leaves out the unknown token, which is special.
    assert made.decode([0, 264]) == theirs.decode([0, 264])


def unigram_like_t5(charsmap: bytes = b"") -> Json:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁the", -1.5), ("▁", -2.0)]
    pieces += [
        ("cat", -2.5),
        *((letter, -4.0 - number / 8) for number, letter in enumerate("thecas")),
    ]
    made = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    made.add_special_tokens(["<pad>", "</s>", "<unk>"])
    made.pre_tokenizer = pre_tokenizers.Metaspace("▁", "always")
    made.decoder = decoders.Metaspace("▁", "always")
    document = json.loads(made.to_str())
    parts = [{"type": "Strip", "strip_left": False, "strip_right": True}]
    parts += [{"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]
    if charsmap:
        text = base64.b64encode(charsmap).decode()
        parts.insert(0, {"type": "Precompiled", "precompiled_charsmap": text})
    document["normalizer"] = {"type": "Sequence", "normalizers": parts}
    return document


@functools.cache
def nmt_nfkc() -> bytes:
    """The charsmap of SentencePiece's default rules."""
    content = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES * 30),
        model_writer=content,
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    model = sentencepiece_file.Model.FromString(content.getvalue())
    return model.normalizer_spec.precompiled_charsmap


@settings(max_examples=50)
@given(parts=st.lists(st.sampled_from([*"thecasx ﬁ２\u00a0\t", "the", "  "]), max_size=12))
def test_a_converted_unigram_model_is_the_same(tmp_path_factory, parts):
    text = "".join(parts)
    document = unigram_like_t5(nmt_nfkc())
    theirs = Tokenizer.from_str(json.dumps(document))
    message = write(read(document), tmp_path_factory.mktemp("v"))
    made = _core.Tokenizer(message.SerializeToString())
    ids = made.encode(text).tolist()
    assert theirs.encode(text).ids == ids
    if made.unk_id not in ids:
        assert theirs.decode(ids) == made.decode(ids)


def test_older_converters_are_read(tmp_path):
    document = unigram_like_t5(nmt_nfkc())
    charsmap, _, joining = document["normalizer"]["normalizers"]
    metaspace = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}
    split = {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace]}
    join = {"type": "Sequence", "normalizers": [charsmap, joining | {"content": " "}]}
    expected = read(document).reading.files
    for normalizer, pre_tokenizer in ((charsmap, split), (join, metaspace)):
        document |= {"normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "decoder": metaspace}
        assert read(document).reading.files == expected
    # Nothing joins blanks.
    document["normalizer"] = charsmap
    assert "are not what a SentencePiece model does" in refused(document)


def test_pieces_that_a_division_at_blanks_hides_are_refused():
    document = unigram_like_t5()
    document["model"]["vocab"].append(["t▁c", -3.0])
    assert refused(document).startswith("model.vocab: 't▁c' goes beyond a word")
    document = unigram_like_t5()
    document["model"]["vocab"][4][0] = "_"
    assert refused(document).startswith("model.vocab: '▁' is not there")


def test_a_sentence_end_is_a_special_token_of_a_model(tmp_path):
    document = unigram_like_t5()
    message = write(read(document, SentenceEnds(sos="<pad>")), tmp_path)
    assert _core.Tokenizer(message.SerializeToString()).sos_id == 0
    assert refused(document, SentenceEnds(eos="the")).startswith("added_tokens: 'the' is not there")


def test_what_is_not_the_same_in_a_converted_model_is_told():
    notes = "; ".join(read(unigram_like_t5(nmt_nfkc())).notes)
    for word in ("(<pad>, </s>, <unk>)", "U+2581", "equally probable", "loses marks", "begin with"):
        assert word in notes


@st.composite
def merges(draw) -> list[tuple[str, str]]:
    """Merges of a and b, in any order, each of symbols that are characters or made by another."""
    symbols = ["a", "b"]
    made: dict[tuple[str, str], None] = {}
    for _ in range(draw(st.integers(0, 8))):
        left, right = draw(st.sampled_from(symbols)), draw(st.sampled_from(symbols))
        made[left, right] = None
        symbols.append(left + right)
    return draw(st.permutations(list(made)))


@settings(max_examples=300)
@given(merges=merges(), texts=st.lists(st.text("ab", max_size=20), max_size=10))
def test_merges_that_are_not_refused_divide_alike(tmp_path_factory, merges, texts):
    pieces = dict.fromkeys(["<unk>", "▁", "a", "b", *("".join(pair) for pair in merges)])
    vocab = {piece: number for number, piece in enumerate(pieces)}
    theirs = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True))
    theirs.normalizer = LLAMA["normalizer"]
    theirs.decoder = decoders.Metaspace("▁", "always")
    try:
        imported = read(theirs)
    except ConversionError as error:
        assert str(error).startswith("model.merges")
        return
    made = _core.Tokenizer(write(imported, tmp_path_factory.getbasetemp()).SerializeToString())
    for text in texts:
        assert made.encode(text).tolist() == theirs.encode(text).ids


def refused(document: Json | Tokenizer, ends: SentenceEnds = USUAL_ENDS) -> str:
    with pytest.raises(ConversionError) as error:
        read(document, ends)
    return str(error.value)


def test_what_cannot_be_exact_is_refused_with_its_place_and_the_remedy():
    blanks = refused(words(pre_tokenizer=pre_tokenizers.WhitespaceSplit()))
    assert blanks.startswith(
        'pre_tokenizer is {"type": "WhitespaceSplit"}, but a tokenizer of Frazo'
    )
    assert '{"type": "Split"' in blanks and "Put that in its place" in blanks
    assert refused(words(normalizer=normalizers.Lowercase())).startswith(
        'normalizer is {"type": "Low'
    )
    assert refused(words(decoder=decoders.WordPiece())).startswith("decoder is")
    byte_level = refused(words(pre_tokenizer=pre_tokenizers.ByteLevel()))
    assert byte_level.startswith("pre_tokenizer is ByteLevel")
    word_piece = Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    assert refused(word_piece).startswith("model.type is 'WordPiece'; Frazo has tokenizers for")


def test_truncation_and_padding_are_refused():
    made = words()
    made.enable_truncation(8)
    assert refused(made).startswith("truncation is set")
    made = words()
    made.enable_padding()
    assert refused(made).startswith("padding is set")


def test_added_tokens_that_are_no_special_tokens_are_refused():
    made = words()
    made.add_tokens(["cat"])
    assert "'cat' is found in every text before the model sees it" in refused(made)
    made = words()
    made.add_special_tokens(["<mask>"])
    assert "added_tokens[4]: '<mask>' with id 6 is not in model.vocab" in refused(made)


def test_a_token_that_frazo_takes_for_a_special_one_is_refused():
    document = json.loads(words().to_str())
    document["added_tokens"] = []
    assert refused(document).startswith("added_tokens: '<s>' with id 1 is not there")


def test_a_model_without_an_unknown_token_is_refused():
    document = json.loads(words().to_str())
    document["model"]["unk_token"] = None
    assert refused(document).startswith("model.unk_token is not set")
    assert "'[CLS]' is not in model.vocab" in refused(words(), SentenceEnds(sos="[CLS]"))


def test_ids_have_no_gaps():
    document = json.loads(words().to_str())
    document["added_tokens"].pop()
    document["model"]["vocab"]["<pad>"] = 7
    assert refused(document).startswith("model.vocab: no token has id 5")
    document["model"]["vocab"]["<pad>"] = 4
    assert refused(document).startswith("model.vocab: 'cat' and '<pad>' both have id 4")


def test_tokens_that_are_no_line_are_refused():
    document = json.loads(words().to_str())
    document["model"]["vocab"]["a\nb"] = 6
    assert refused(document).startswith("model.vocab: 'a\\nb' with id 6 cannot be a line")


def test_merges_that_sentencepiece_would_not_make_are_refused():
    document = json.loads(llama_like().to_str())
    # SentencePiece joins all neighbours that make a piece: "na" is made before "an".
    document["model"]["merges"] = [["na", "na"], ["n", "a"], ["a", "n"], ["an", "a"]]
    assert refused(document).startswith("model.merges")
    document = json.loads(llama_like().to_str())
    document["normalizer"] = None
    document["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"}
    assert refused(document).startswith("normalizer None with pre_tokenizer {'type': 'Metaspace'")
    document = json.loads(llama_like().to_str())
    document["decoder"] = None
    assert refused(document).startswith("decoder None does not fit the normalizer")


def test_a_post_processor_is_told():
    document = json.loads(words().to_str())
    document["post_processor"] = {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1]}
    assert any("a tokenize step" in note for note in read(document).notes)
    document["post_processor"] = {"type": "ByteLevel"}
    assert refused(document).startswith("post_processor is 'ByteLevel'")


def test_scores_of_64_bits_are_rounded():
    document = unigram_like_t5()
    document["model"]["vocab"][3][1] = -1.2345678901234567
    imported = read(document)
    assert any("rounded to 32 bits" in note for note in imported.notes)
