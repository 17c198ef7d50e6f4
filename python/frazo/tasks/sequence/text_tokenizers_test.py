import pytest
from frazo.input.input_texts import InputTexts
from frazo.proto import pipeline_pb2, tokenizer_pb2
from frazo.tasks.sequence.text_tokenizers import TextTokenizers
from google.protobuf import text_format

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
batcher {{ fixed {{ batch_size: 1 }} }}
"""


@pytest.fixture
def words(tmp_path):
    (tmp_path / "words").write_text("".join(f"{number}\n" for number in range(7)))
    return tmp_path / "words"


def pipeline(text):
    return text_format.Parse(text, pipeline_pb2.Pipeline())


def of_task(words):
    text = f'word {{ vocabulary: "{words}" }} eos_id: 5'
    return text_format.Parse(text, tokenizer_pb2.Tokenizer())


def tokenizers_of(source, task_tokenizer=None, vocab_size=7):
    return TextTokenizers(
        InputTexts(source), task_tokenizer, task="translation", vocab_size=vocab_size
    )


def test_the_tokenizers_of_the_inputs_steps_come_first(words):
    tokenizers = tokenizers_of(pipeline(STEPS.format(words)), of_task("/none"))
    assert tokenizers.source.word.vocabulary == tokenizers.target.word.vocabulary == str(words)
    encoding = tokenizers.source_encoding()
    assert (encoding.prepend_sos, encoding.append_eos, encoding.max_length) == (True, False, 0)


def test_the_task_has_the_tokenizer_of_records_of_ids(words):
    tokenizers = tokenizers_of(pipeline(IDS), of_task(words))
    assert tokenizers.source == tokenizers.target == of_task(words)
    encoding = tokenizers.source_encoding()
    assert encoding.tokenizer == tokenizers.source
    assert (encoding.prepend_sos, encoding.append_eos, encoding.max_length) == (False, True, 20)


@pytest.mark.parametrize("source", ["", IDS])
def test_ids_without_a_tokenizer_are_refused(source):
    with pytest.raises(ValueError) as failure:
        tokenizers_of(pipeline(source))
    assert str(failure.value) == (
        "nothing says which text the ids of 'source' stand for. Let a step of the pipeline tokenize "
        "it, or give the task a tokenizer."
    )


def test_a_missing_file_of_the_tasks_tokenizer_is_named():
    with pytest.raises(
        FileNotFoundError, match=r"task\.translation\.tokenizer: vocabulary: there is"
    ):
        tokenizers_of(pipeline(IDS), of_task("/none"))


def test_a_model_that_outputs_what_the_tokenizer_does_not_know_is_refused(words):
    source = pipeline(STEPS.format(words))
    tokenizers_of(source, vocab_size=6)
    with pytest.raises(ValueError) as failure:
        tokenizers_of(source, vocab_size=8)
    assert str(failure.value).startswith(
        "the model outputs 8 tokens, but the tokenizer of 'target_labels' knows 7. Give the softmax"
    )
