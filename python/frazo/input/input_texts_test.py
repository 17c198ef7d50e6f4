import pathlib

import pytest
from frazo import _core
from frazo.input.input_texts import InputTexts
from frazo.input.tokenizer_files import tokenizer_files, without_files
from frazo.proto import image_input_pb2, pipeline_pb2, tokenizer_pb2
from google.protobuf import text_format

STEPS = """
processor {
  tab_separated { columns: ["source", "target"] }
  steps { copy { field: "target" output: "target_text" } }
  steps { tokenize { field: "source" tokenizer { word { vocabulary: "words" } } } }
  steps {
    tokenize {
      field: "target" output: "ids"
      tokenizer { bpe { merges: "merges" vocabulary: "words" } unk_id: 3 }
    }
  }
  steps { copy { field: "ids" output: "labels" } }
  steps { append_eos { field: "source" } }
  steps { filter_by_length { field: "labels" max_length: 50 } }
  steps { prepend_sos { field: "labels" sos_id: 7 } }
  steps { append_eos { field: "ids" } }
  steps { truncate { field: "ids" length: 3 } }
}
batcher { buckets { length_of: ["source", "labels"] bounds: [20, 80] tokens: 100 } }
"""


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("words").write_text("<unk>\n<s>\n</s>\n<pad>\na@@\nb\nab\n<go>\n")
    pathlib.Path("merges").write_text("#version: 0.2\na b</w>\n")
    return text_format.Parse(STEPS, pipeline_pb2.Pipeline())


@pytest.mark.parametrize("feature", ["ids", "labels"])
def test_a_copy_has_the_tokenizer_of_what_it_copies(source, feature, tmp_path):
    tokenizer = InputTexts(source).tokenizer(feature)
    assert tokenizer.unk_id == 3
    assert tokenizer_files(tokenizer) == [f"{tmp_path}/merges", f"{tmp_path}/words"]


def test_a_tokenized_field_keeps_its_name(source, tmp_path):
    assert tokenizer_files(InputTexts(source).tokenizer("source")) == [f"{tmp_path}/words"]


def test_the_message_of_the_input_stays_as_it_is(source):
    InputTexts(source).tokenizer("source")
    assert source == text_format.Parse(STEPS, pipeline_pb2.Pipeline())


@pytest.mark.parametrize("feature", ["target", "target_text", "length"])
def test_a_feature_without_a_tokenizer_is_named(source, feature):
    with pytest.raises(
        ValueError, match=f"which text the ids of '{feature}' stand for. Let a step"
    ):
        InputTexts(source).tokenizer(feature)


def test_an_input_that_is_no_pipeline_has_no_tokenizer():
    with pytest.raises(ValueError, match="the ids of 'source'"):
        InputTexts(image_input_pb2.ImageInput()).tokenizer("source")


def test_a_missing_file_is_named(source):
    pathlib.Path("words").unlink()
    with pytest.raises(_core.NotFoundError, match=r"processor\.steps\[1\]\.tokenize\..*'words'"):
        InputTexts(source)


def test_the_table_that_is_built_in_is_no_file():
    built_in = text_format.Parse("grapheme {}", tokenizer_pb2.Tokenizer())
    assert tokenizer_files(built_in) == []


def test_how_a_text_becomes_ids(source):
    encoding = InputTexts(source).encoding("source")
    assert encoding.tokenizer == InputTexts(source).tokenizer("source")
    assert (encoding.prepend_sos, encoding.append_eos, encoding.max_length) == (False, True, 80)
    labels = InputTexts(source).encoding("labels")
    assert (labels.prepend_sos, labels.append_eos, labels.max_length) == (True, False, 51)
    assert labels.tokenizer.sos_id == 7


def test_without_bounds_there_is_no_limit(source):
    source.batcher.fixed.batch_size = 1
    assert InputTexts(source).encoding("source").max_length == 0


def test_a_step_that_only_a_pipeline_does_is_named(source):
    with pytest.raises(ValueError) as failure:
        InputTexts(source).encoding("ids")
    assert str(failure.value) == (
        "processor.steps[8].truncate changes the ids of 'ids' in a way that is possible in a pipeline "
        "only. Truncate before append_eos, or let it change a copy of the feature."
    )
    assert InputTexts(source).first_steps("ids").append_eos


def test_truncation_before_the_end_of_a_sentence_is_a_limit(source):
    del source.processor.steps[-1]
    step = source.processor.steps.add()
    step.truncate.field, step.truncate.length = "labels", 5
    # The truncation follows the sos_id that it counts.
    assert InputTexts(source).encoding("labels").max_length == 5


def test_files_can_be_left_out(source):
    bare = without_files(InputTexts(source).tokenizer("labels"))
    assert text_format.MessageToString(bare, as_one_line=True) == "bpe { } unk_id: 3 sos_id: 7"
