import pytest
from frazo.proto import pipeline_pb2, translation_pb2
from frazo.tasks.sequence.text_tokenizers import TextTokenizers
from google.protobuf import text_format

NO_TOKENIZER = translation_pb2.Translation()
IDS = """
processor { tf_example { features { name: "source" type: INT32 } } }
batcher { buckets { length_of: "source" bounds: [10, 20] tokens: 100 } }
"""
STEPS = """
processor {{
  tab_separated {{ columns: ["source", "target_labels"] }}
  steps {{ tokenize {{ field: "source" tokenizer {{ word {{ vocabulary: "{0}" }} }} }} }}
  steps {{ tokenize {{ field: "target_labels" tokenizer {{ word {{ vocabulary: "{0}" }} }} }} }}
  steps {{ prepend_sos {{ field: "source" }} }}
}}
"""


@pytest.fixture
def words(tmp_path):
    (tmp_path / "words").write_text("".join(f"{number}\n" for number in range(7)))
    return tmp_path / "words"


def pipeline(text):
    return text_format.Parse(text, pipeline_pb2.Pipeline())


def task(words):
    text = f'tokenizer {{ word {{ vocabulary: "{words}" }} eos_id: 5 }}'
    return text_format.Parse(text, translation_pb2.Translation())


def test_those_of_the_inputs_steps_come_first(words):
    tokenizers = TextTokenizers(pipeline(STEPS.format(words)), task("/none"), vocab_size=7)
    assert tokenizers.source.word.vocabulary == tokenizers.target.word.vocabulary == str(words)
    encoding = tokenizers.source_encoding()
    assert (encoding.prepend_sos, encoding.append_eos, encoding.max_length) == (True, False, 0)


def test_of_records_of_ids_the_task_has_the_tokenizer(words):
    tokenizers = TextTokenizers(pipeline(IDS), task(words), vocab_size=7)
    assert tokenizers.source == tokenizers.target == task(words).tokenizer
    encoding = tokenizers.source_encoding()
    assert encoding.tokenizer == tokenizers.source
    assert (encoding.prepend_sos, encoding.append_eos, encoding.max_length) == (False, True, 20)


@pytest.mark.parametrize("source", ["", IDS])
def test_ids_without_a_tokenizer_are_refused(source):
    with pytest.raises(ValueError) as failure:
        TextTokenizers(pipeline(source), NO_TOKENIZER, vocab_size=7)
    assert str(failure.value) == (
        "nothing says which text the ids of 'source' stand for. Let a step of the pipeline tokenize "
        "it, or give the task a tokenizer."
    )


def test_a_missing_file_of_the_tasks_tokenizer_is_named():
    with pytest.raises(
        FileNotFoundError, match=r"task\.translation\.tokenizer: vocabulary: there is"
    ):
        TextTokenizers(pipeline(IDS), task("/none"), vocab_size=7)


def test_a_model_that_outputs_what_the_tokenizer_does_not_know_is_refused(words):
    source = pipeline(STEPS.format(words))
    TextTokenizers(source, NO_TOKENIZER, vocab_size=6)
    with pytest.raises(ValueError) as failure:
        TextTokenizers(source, NO_TOKENIZER, vocab_size=8)
    assert str(failure.value).startswith(
        "the model outputs 8 tokens, but the tokenizer of 'target_labels' knows 7. Give the softmax"
    )
