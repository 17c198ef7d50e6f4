import pytest
from frazo.input.input_texts import InputTexts
from frazo.proto import pipeline_pb2, tokenizer_pb2
from frazo.tasks.sequence import token_agreement
from frazo.tasks.sequence.token_agreement import Specials
from google.protobuf import text_format

# Its <s> is token 1 and its </s> token 2.
_WORDS = "<unk>\n<s>\n</s>\na\nb\n"
_AGREEING = Specials("translation", sos_id=1, eos_id=2)


@pytest.fixture
def words(tmp_path):
    (tmp_path / "words").write_text(_WORDS)
    return tmp_path / "words"


def texts_of(words, steps="", ids=""):
    text = f"""
        processor {{
          tab_separated {{ columns: "target" }}
          steps {{ tokenize {{ field: "target" tokenizer {{ word {{ vocabulary: "{words}" }} {ids} }} }} }}
          {steps}
        }}
        batcher {{ buckets {{ length_of: "target" bounds: [4, 9] tokens: 9 }} }}
    """
    return InputTexts(text_format.Parse(text, pipeline_pb2.Pipeline()))


def of_task(words, ids=""):
    return text_format.Parse(f'word {{ vocabulary: "{words}" }} {ids}', tokenizer_pb2.Tokenizer())


def message_of(check, *arguments):
    with pytest.raises(ValueError) as failure:
        check(*arguments)
    return str(failure.value)


@pytest.mark.parametrize(
    ("steps", "ids"),
    [
        ('steps { prepend_sos { field: "target" } }', "sos_id: 4"),
        ('steps { prepend_sos { field: "target" sos_id: 4 } }', ""),
    ],
    ids=["the tokenizer's", "the step's"],
)
def test_another_first_token_is_refused(words, steps, ids):
    texts = texts_of(words, steps, ids)
    assert message_of(token_agreement.check_first_token, texts, "target", _AGREEING) == (
        "'target' begins with token 4, the sos_id of its tokenizer or of prepend_sos, but "
        "task.translation.sos_id is 1: decoding would begin with a token that training never shows. Set "
        "task.translation.sos_id to 4, or sos_id of the tokenizer to 1."
    )
    token_agreement.check_first_token(texts, "target", Specials("translation", 4, 2))


@pytest.mark.parametrize(
    ("steps", "ids"),
    [
        ('steps { append_eos { field: "target" } }', "eos_id: 3"),
        ('steps { append_eos { field: "target" eos_id: 3 } }', ""),
    ],
    ids=["the tokenizer's", "the step's"],
)
def test_another_last_token_is_refused(words, steps, ids):
    texts = texts_of(words, steps, ids)
    assert message_of(token_agreement.check_last_token, texts, "target", _AGREEING) == (
        "'target' ends with token 3, the eos_id of its tokenizer or of append_eos, but "
        "task.translation.search.eos_id is 2: the search would not see where a sentence ends. Set "
        "task.translation.search.eos_id to 3, or eos_id of the tokenizer to 2."
    )
    token_agreement.check_last_token(texts, "target", Specials("translation", 1, 3))


def test_an_unknown_word_is_no_special_token(words):
    texts = texts_of(words, ids="unk_id: 4")
    token_agreement.check_unknown_token(texts, "target", _AGREEING)
    assert message_of(
        token_agreement.check_unknown_token, texts, "target", Specials("translation", 1, 4)
    ) == (
        "the tokenizer of 'target' has unk_id 4, and task.translation.search.eos_id is 4, too: an unknown "
        "word would be that token. Set unk_id of the tokenizer, or task.translation.search.eos_id, to "
        "another token."
    )


@pytest.mark.parametrize("feature", ["target", "ids"])
def test_what_no_step_adds_is_not_compared(words, feature):
    texts = texts_of(words, ids="sos_id: 3 eos_id: 4")
    token_agreement.check_first_token(texts, feature, _AGREEING)
    token_agreement.check_last_token(texts, feature, _AGREEING)
    token_agreement.check_unknown_token(texts, feature, _AGREEING)


def test_the_tasks_own_tokenizer_is_compared(words):
    token_agreement.check_task_tokenizer(of_task(words), _AGREEING)
    assert message_of(
        token_agreement.check_task_tokenizer, of_task(words, "sos_id: 4"), _AGREEING
    ) == (
        "task.translation.tokenizer has sos_id 4, but task.translation.sos_id is 1. Set "
        "task.translation.sos_id to 4, or sos_id of the tokenizer to 1."
    )
    assert message_of(
        token_agreement.check_task_tokenizer, of_task(words, "eos_id: 3"), _AGREEING
    ).startswith(
        "task.translation.tokenizer has eos_id 3, but task.translation.search.eos_id is 2. Set"
    )


def test_a_missing_file_of_the_tasks_own_tokenizer_is_named():
    with pytest.raises(FileNotFoundError, match=r"task\.translation\.tokenizer: vocabulary"):
        token_agreement.check_task_tokenizer(of_task("/none"), _AGREEING)


def test_ids_that_are_longer_than_the_table_of_positions_are_refused(words):
    texts = texts_of(words)
    for enough in (9, None):
        token_agreement.check_longest(
            texts, "target", enough, "decoder.positions.learned.max_length"
        )
    assert message_of(token_agreement.check_longest, texts, "target", 8, "encoder.max_length") == (
        "the input gives 'target' of up to 9 tokens, but encoder.max_length is 8. Raise "
        "encoder.max_length, or lower the last of batcher.buckets.bounds."
    )
    shorter = texts_of(words, 'steps { filter_by_length { field: "target" max_length: 8 } }')
    token_agreement.check_longest(shorter, "target", 8, "encoder.max_length")
