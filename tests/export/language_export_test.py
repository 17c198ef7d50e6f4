"""A language model is written out, and a Predictor continues and scores texts with it."""

import itertools
import math

import frazo
import numpy as np
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.token_model import Tokens
from frazo.proto import pipeline_pb2, search_pb2
from frazo.tasks.lm.small_language_modeling import BODIES, EOS, SOS, make_task
from frazo.tasks.row_wise_check import check_row_wise

WORDS = ["<unk>", "<s>", "</s>", "one", "two", "three", "four", "five", "six", "Zürich", "漢"]


@pytest.fixture(scope="module", params=BODIES)
def task(request, tmp_path_factory):
    vocabulary = tmp_path_factory.mktemp("words") / "words"
    vocabulary.write_text("".join(f"{word}\n" for word in WORDS), encoding="utf-8")
    made = make_task(
        body=request.param, extra=f'tokenizer {{ word {{ vocabulary: "{vocabulary}" }} }}'
    )
    # Initial weights predict all tokens alike.
    made.model.softmax.kernel.assign(10 * made.model.softmax.kernel)
    return made


@pytest.fixture(scope="module")
def servable(task):
    return task.servable(InputTexts(pipeline_pb2.Pipeline()))


@pytest.fixture(scope="module")
def path(servable, tmp_path_factory):
    path = str(tmp_path_factory.mktemp("model"))
    tf.saved_model.save(servable, path, signatures=servable.signatures())
    return path


@pytest.fixture(scope="module")
def predictor(path):
    return frazo.Predictor(path)


def search(kind, max_length=12, **fields):
    return search_pb2.Search(eos_id=EOS, max_length=max_length, **{kind: fields})


def ids(text):
    return [WORDS.index(word) for word in text.split()]


def token_scores(task, texts):
    """The logarithms of the probabilities of the tokens of each text and of its end."""
    context = StepContext.for_evaluation(seed=0)
    found = []
    for text in texts:
        labels = [*ids(text), EOS]
        tokens = tf.constant([[SOS, *ids(text)]])
        layout = SequenceLayout.of_lengths([len(labels)], len(labels))
        features, _ = task.model.features(Tokens(tokens, layout), context)
        log_probabilities = tf.nn.log_softmax(task.model.logits(features, context))[0].numpy()
        found.append([log_probabilities[i, label] for i, label in enumerate(labels)])
    return found


TEXTS = ["one two three", "six", "", "four Zürich five 漢 one"]


def test_texts_have_the_scores_of_the_task(task, predictor):
    found = predictor.score_texts(TEXTS)
    for text, score, expected in zip(TEXTS, found, token_scores(task, TEXTS), strict=True):
        assert score.tokens == [*ids(text), EOS]
        np.testing.assert_allclose(score.token_scores, expected, atol=1e-5)
        assert score.score == pytest.approx(sum(expected), abs=1e-4)


def test_probabilities_of_words_do_not_exceed_one(predictor):
    first = [predictor.loglikelihood([("", word)])[0][0] for word in WORDS if word != "<unk>"]
    after = predictor.loglikelihood([("one", f" {word}") for word in WORDS])
    assert sum(map(math.exp, first)) <= 1 + 1e-5
    # The words of special tokens are read as unknown ones.
    likely = [is_best for _, is_best in after[3:]]
    assert sum(likely) <= 1


def test_loglikelihood_is_that_of_the_tokens_after_the_context(task, predictor):
    pairs = [("one two", " three"), ("one two ", "three four"), ("", "six"), ("one", "")]
    expected = token_scores(task, ["one two three", "one two three four", "six", "one"])
    found = predictor.loglikelihood(pairs)
    wanted = [expected[0][2], sum(expected[1][2:4]), expected[2][0], 0]
    np.testing.assert_allclose([total for total, _ in found], wanted, atol=1e-5)
    assert found[3][1]


def test_greedy_continuations_are_the_most_probable_tokens(task, predictor):
    given = search("greedy")
    # Their words would be read as unknown ones.
    given.banned_tokens.extend([0, 1])
    (text,) = predictor.generate_until(["one two"], [], most_new_tokens=5, search=given)
    chosen = ids(f"one two{text}")
    (scores,) = token_scores(task, [f"one two{text}"])
    for length in range(2, len(chosen)):
        begin = " ".join(WORDS[token] for token in chosen[:length])
        others = predictor.loglikelihood([(begin, f" {word}") for word in WORDS[3:]])
        assert scores[length] >= max(total for total, _ in others) - 1e-4


def test_rolling_loglikelihood_is_that_of_the_whole_text_without_its_end(task, predictor):
    text = "four Zürich five 漢 one"
    (expected,) = token_scores(task, [text])
    whole = predictor.loglikelihood_rolling([text, "six", ""], most_tokens=5)
    np.testing.assert_allclose(whole[0], sum(expected[:5]), atol=1e-5)
    assert whole[2] == 0
    # Windows of 3: tokens 0 to 2; token 2 and then 3 and 4.
    (found,) = predictor.loglikelihood_rolling([text], most_tokens=3)
    (second,) = token_scores(task, ["five 漢 one"])
    assert found == pytest.approx(sum(expected[:3]) + second[1] + second[2], abs=1e-5)
    # Windows of 4: tokens 0 to 3; the last one, for token 4, begins with tokens 1 to 3.
    (found,) = predictor.loglikelihood_rolling([text], most_tokens=4)
    (second,) = token_scores(task, ["Zürich five 漢 one"])
    assert found == pytest.approx(sum(expected[:4]) + second[3], abs=1e-5)


def test_rolling_windows_have_at_least_two_tokens(predictor):
    with pytest.raises(ValueError, match=r"^most_tokens is 1, but .*: give 2 or more\.$"):
        predictor.loglikelihood_rolling(["one two"], most_tokens=1)


def test_rolling_windows_fit_into_a_table_of_positions(tmp_path):
    (tmp_path / "words").write_text("".join(f"{word}\n" for word in WORDS), encoding="utf-8")
    table = "body { transformer_stack { positions { learned { max_length: 20 } } } }"
    words = f'tokenizer {{ word {{ vocabulary: "{tmp_path}/words" }} }}'
    servable = make_task(extra=f"model {{ {table} }} {words}").servable(
        InputTexts(pipeline_pb2.Pipeline())
    )
    path = str(tmp_path / "model")
    tf.saved_model.save(servable, path, signatures=servable.signatures())
    # The search has 20 tokens.
    (found,) = frazo.Predictor(path).loglikelihood_rolling([" ".join(WORDS[3:8] * 6)])
    assert math.isfinite(found) and found < 0


@pytest.mark.parametrize(
    "given",
    [
        search("greedy"),
        search("sampling", seed=7),
        search("sampling", seed=7, top_k=3, temperature=0.5),
    ],
    ids=["greedy", "sampling", "sampling of the best"],
)
def test_a_stream_gives_what_generate_gives(predictor, given):
    for seed, prompt in enumerate(["one two", "", "Zürich"]):
        ((whole, _),) = predictor.generate([prompt], given, seeds=[seed])[0]
        parts = list(predictor.stream(prompt, given, seed=seed))
        assert "".join(parts) == whole
        assert all(parts)


def test_a_beam_streams_its_best_text(predictor):
    given = search("beam", width=4, n_best=3)
    found = predictor.generate(["one two"], given)[0]
    assert len(found) == 3
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert "".join(predictor.stream("one two", given)) == found[0][0]


def test_a_stream_ends_before_a_text_that_it_is_told(predictor):
    given = search("sampling", seed=3, max_length=40)
    given.banned_tokens.append(EOS)
    whole = "".join(predictor.stream("one", given))
    for begin, length in itertools.product((2, 9, 17), (1, 4, 8)):
        until = whole[begin : begin + length]
        parts = list(predictor.stream("one", given, until=[until, "nothing"]))
        assert "".join(parts) == whole[: whole.index(until)]


def test_generation_goes_on_to_the_number_of_new_tokens(predictor):
    given = search("sampling", seed=3)
    given.banned_tokens.extend([0, 1, EOS])
    (text,) = predictor.generate_until(["one two three"], [], most_new_tokens=4, search=given)
    assert len(text.split()) == 4


def test_the_default_signature_continues_with_the_own_search(predictor):
    own = predictor.generate(["one", "two"])
    assert own == predictor.generate(["one", "two"], predictor.search)
    assert all(len(found) == 1 for found in own)


def test_servers_may_call_signatures_once_for_several_callers(servable, path):
    row_wise = servable.row_wise()
    names = ["decode", "encode", "generate", "score", "score_tokens", "serving_default"]
    assert sorted(row_wise) == names
    tensors = {
        "prompts": tf.constant(["one two", "six", ""]),
        "texts": tf.constant(["one two three", "six", ""]),
        "tokens": tf.constant([[3, 4, 5], [8, 0, 0], [4, 3, 0]]),
        "num_tokens": tf.constant([3, 1, 2]),
        "seeds": tf.constant([5, 6, 7], tf.int64),
        "search": tf.constant(search("sampling", temperature=2.0).SerializeToString()),
    }
    check_row_wise(tf.saved_model.load(path).signatures, row_wise, tensors)


def test_what_is_wrong_is_named(predictor):
    with pytest.raises(ValueError, match="no signature 'search': it is a model of another kind"):
        predictor.predict(["one"])
    with pytest.raises(ValueError, match="seeds: 1 of them for 2 texts"):
        predictor.generate(["one", "two"], seeds=[1])
    with pytest.raises(tf.errors.InvalidArgumentError, match="max_length"):
        predictor.generate(["one two three"], search("greedy", max_length=2))


def test_a_task_that_does_not_know_its_texts_has_no_export():
    with pytest.raises(ValueError, match="nothing says which text the ids of 'labels' stand for"):
        make_task().servable(InputTexts(pipeline_pb2.Pipeline()))
