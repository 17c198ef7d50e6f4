"""A module with tokenizers is saved, its files go away, and it still encodes and decodes."""

import pytest
import tensorflow as tf
from frazo import _core
from frazo.input.graph_tokenizer import GraphTokenizer
from frazo.proto import tokenizer_pb2
from google.protobuf import text_format

# Files in two folders with the same names.
BPE = 'bpe {{ merges: "{0}/one/table" vocabulary: "{0}/two/table" }}'
WORD = 'word {{ vocabulary: "{0}/one/words" }} eos_id: 1'


class RoundTrip(tf.Module):
    """Encodes, tells the ids and decodes them."""

    def __init__(self, tokenizer):
        super().__init__()
        self.tokenizer = GraphTokenizer(tokenizer)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, texts):
        encoded = self.tokenizer.encode(texts, append_eos=True)
        return encoded.ids, self.tokenizer.decode(encoded.ids, encoded.lengths)


@pytest.fixture
def folder(tmp_path):
    for name in ("one", "two"):
        (tmp_path / "files" / name).mkdir(parents=True)
    (tmp_path / "files/one/table").write_text("l o\nlo w</w>\n")
    (tmp_path / "files/two/table").write_text("<unk>\n<s>\n</s>\nlow\nl@@\no@@\nlo@@\nw\n")
    (tmp_path / "files/one/words").write_text("<unk>\n<s>\nlow\n")
    return tmp_path / "files"


@pytest.mark.parametrize("text", [BPE, WORD, "grapheme {{}}"], ids=["bpe", "word", "grapheme"])
def test_a_saved_module_needs_no_file_of_before(text, folder, tmp_path):
    tokenizer = text_format.Parse(text.format(folder), tokenizer_pb2.Tokenizer())
    outside = _core.Tokenizer(tokenizer.SerializeToString())
    expected = [*outside.encode("low").tolist(), outside.eos_id]
    decoded = outside.decode(expected)
    tf.saved_model.save(RoundTrip(tokenizer), str(tmp_path / "saved"))
    folder.rename(tmp_path / "gone")
    (tmp_path / "saved").rename(tmp_path / "elsewhere")
    loaded = tf.saved_model.load(str(tmp_path / "elsewhere"))
    ids, texts = loaded(tf.constant(["low"]))
    assert ids.numpy().tolist() == [expected]
    assert texts.numpy().tolist() == [decoded.encode()]


def test_the_message_that_is_saved_names_no_path(folder):
    tokenizer = text_format.Parse(BPE.format(folder), tokenizer_pb2.Tokenizer())
    module = RoundTrip(tokenizer)
    graph = module.__call__.get_concrete_function().graph.as_graph_def()
    attributes = [node.attr["tokenizer"].s for node in graph.node if node.op.startswith("Frazo>")]
    assert len(attributes) == 2
    assert all(str(folder).encode() not in attribute for attribute in attributes)
