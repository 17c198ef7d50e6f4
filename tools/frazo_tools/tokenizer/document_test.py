import json

import pytest
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.document import read_document
from frazo_tools.tokenizer.importing import import_json
from hypothesis import given, settings
from hypothesis import strategies as st

WORDS = {"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1, "b": 2}, "unk_token": "<unk>"}
BPE = {"type": "BPE", "vocab": {"<unk>": 0, "a": 1, "b": 2}, "merges": ["a b"]}


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ([], "model is missing"),
        ({"model": {"type": "WordPiece", "vocab": {}}}, "model.type is 'WordPiece'; Frazo has"),
        ({"model": {"type": "BPE", "vocab": {}}}, "model.vocab: expected an object"),
        ({"model": WORDS | {"vocab": {"a": -1}}}, "the id of 'a' is -1, no id"),
        ({"model": BPE | {"merges": ["a b c"]}}, r"model.merges\[0\]: expected two symbols"),
        ({"model": BPE | {"merges": None}}, "model.merges: expected a list"),
        ({"model": {"type": "Unigram", "vocab": [["a"]]}}, r"model.vocab\[0\]: expected a piece"),
        ({"model": {"type": "Unigram", "vocab": {}}}, "model.vocab: expected a list"),
        ({"model": WORDS, "added_tokens": [{"id": "1"}]}, r"added_tokens\[0\]: expected an object"),
        ({"model": WORDS, "normalizer": "NFC"}, "normalizer: expected objects with a type"),
    ],
)
def test_what_has_another_form_is_refused(document, error):
    with pytest.raises(ConversionError, match=error):
        read_document(json.dumps(document).encode())


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[" * 100_000])
def test_what_is_no_json_is_refused(content):
    with pytest.raises(ConversionError, match="this is no JSON"):
        read_document(content)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
parts = values | st.fixed_dictionaries(
    {"type": st.sampled_from(["Sequence", "Split", "Replace", "Metaspace", "Precompiled", "NFC"])},
    optional={
        "normalizers": values,
        "pretokenizers": values,
        "pattern": values,
        "behavior": st.just("Isolated"),
        "precompiled_charsmap": values,
    },
)
models = st.sampled_from([WORDS, BPE, {"type": "Unigram", "vocab": [["a", -1.0], ["<unk>", 0]]}])
documents = st.fixed_dictionaries(
    {
        "model": st.builds(
            lambda model, more: model | more,
            models,
            st.dictionaries(
                st.sampled_from(
                    ["vocab", "merges", "unk_token", "unk_id", "type", "byte_fallback"]
                ),
                values,
                max_size=2,
            ),
        )
    },
    optional={
        "normalizer": parts,
        "pre_tokenizer": parts,
        "decoder": parts,
        "post_processor": parts,
        "added_tokens": values,
        "truncation": values,
    },
)


@settings(max_examples=400)
@given(document=documents)
def test_any_document_is_imported_or_refused(document):
    try:
        import_json(read_document(json.dumps(document).encode()))
    except ConversionError as error:
        assert str(error)
