"""The adapter against the real harness, which stands where FRAZO_LM_EVAL says.

pip install --target=/tmp/lm_eval lm-eval==0.4.13
./bazelw test --test_env=FRAZO_LM_EVAL=/tmp/lm_eval //tests/harness:predictor_lm_test
"""

import json
import math
import os
import sys

import frazo
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.proto import pipeline_pb2, search_pb2
from frazo.tasks.lm.small_language_modeling import EOS, make_task

WORDS = ["<unk>", "<s>", "</s>", "one", "two", "three", "four", "five", "six", "seven", "eight"]
TEXTS = ["one two three", "six", "four seven five eight one two two three four five six " * 3]
QUESTIONS = [
    {"question": "one two", "choices": ["three", "four", "six"], "answer": 0},
    {"question": "two three", "choices": ["one", "four", "five"], "answer": 1},
    {"question": "five six", "choices": ["seven", "two", "three"], "answer": 0},
]


@pytest.fixture(scope="module")
def lm_eval(tmp_path_factory):
    folder = os.environ.get("FRAZO_LM_EVAL")
    assert folder, "FRAZO_LM_EVAL is not set: give the folder in which pip has put lm-eval"
    # Last: what both have is the one that the build has locked.
    sys.path.append(folder)
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ[name] = "1"
    os.environ["HF_HOME"] = str(tmp_path_factory.mktemp("cache"))
    import lm_eval

    return lm_eval


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The directory of a model whose probabilities differ."""
    folder = tmp_path_factory.mktemp("model")
    (folder / "words").write_text("".join(f"{word}\n" for word in WORDS))
    task = make_task(extra=f'tokenizer {{ word {{ vocabulary: "{folder}/words" }} }}')
    task.model.softmax.kernel.assign(10 * task.model.softmax.kernel)
    servable = task.servable(InputTexts(pipeline_pb2.Pipeline()))
    tf.saved_model.save(servable, str(folder / "model"), signatures=servable.signatures())
    return str(folder / "model")


@pytest.fixture(scope="module")
def predictor(exported):
    return frazo.Predictor(exported)


@pytest.fixture(scope="module")
def adapter(lm_eval, exported):
    """The model as the harness makes it from --model and --model_args."""
    import predictor_lm  # noqa: F401 (its import registers it)
    from lm_eval.api.registry import get_model

    settings = {"batch_size": 1, "max_batch_size": None, "device": None}
    return get_model("frazo").create_from_arg_string(f"path={exported}", settings)


def requests(kind, arguments):
    from lm_eval.api.instance import Instance

    return [Instance(kind, {}, each, number) for number, each in enumerate(arguments)]


def evaluate(lm_eval, adapter, tmp_path, records, **task):
    """Returns the metrics of a task of the harness on records of our own."""
    from lm_eval.tasks import TaskManager

    (tmp_path / "data.json").write_text("".join(f"{json.dumps(each)}\n" for each in records))
    config = {
        "task": "own",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(tmp_path / "data.json")}},
        "test_split": "test",
        **task,
    }
    results = lm_eval.simple_evaluate(
        adapter, tasks=[config], bootstrap_iters=0, task_manager=TaskManager(include_defaults=False)
    )
    return results["results"]["own"]


def test_loglikelihoods_are_those_of_the_predictor(adapter, predictor):
    pairs = [("one two", " three"), ("one two ", "three four"), ("", "six")]
    assert adapter.loglikelihood(requests("loglikelihood", pairs)) == predictor.loglikelihood(pairs)


def test_windows_are_those_of_the_harness(adapter, predictor):
    from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

    text = TEXTS[2].strip()
    ids = [WORDS.index(word) for word in text.split()]
    # The search has 20 tokens. Each window begins with the token that begins texts, as it does in
    # training, where the harness has two tokens of the text instead of one.
    size = predictor.search.max_length - 1
    total = 0.0
    windows = list(get_rolling_token_windows(ids, 1, size, context_len=2))
    # 36 tokens are 19 and 17. The last window has two more before them.
    assert len(windows) == 2
    for context, predicted in map(make_disjoint_window, windows):
        seen = context[1:]
        assert len(seen) + len(predicted) == size
        (score,) = predictor.score_texts([" ".join(WORDS[token] for token in (*seen, *predicted))])
        total += sum(score.token_scores[len(seen) : -1])
    (found,) = adapter.loglikelihood_rolling(requests("loglikelihood_rolling", [(text,)]))
    assert found == pytest.approx(total)


def test_generation_obeys_the_settings_of_a_task(adapter, predictor):
    settings = {"until": ["\n"], "max_gen_toks": 4, "do_sample": False, "temperature": 0.0}
    drawn = {"until": "\n", "max_gen_toks": 4, "do_sample": True, "temperature": 0.5, "top_k": 3}
    sampling = search_pb2.Search(eos_id=EOS, sampling={"temperature": 0.5, "top_k": 3})
    greedy, sampled = adapter.generate_until(
        requests("generate_until", [("one two", settings), ("one two", drawn)])
    )
    assert [greedy] == predictor.generate_until(["one two"], ["\n"], most_new_tokens=4)
    assert [sampled] == predictor.generate_until(
        ["one two"], ["\n"], most_new_tokens=4, search=sampling
    )
    assert len(greedy.split()) <= 4


def test_the_harness_asks_questions(lm_eval, adapter, predictor, tmp_path):
    found = evaluate(
        lm_eval,
        adapter,
        tmp_path,
        QUESTIONS,
        output_type="multiple_choice",
        doc_to_text="{{question}}",
        doc_to_choice="choices",
        doc_to_target="answer",
        metric_list=[{"metric": "acc"}],
    )
    right = 0
    for each in QUESTIONS:
        pairs = [(each["question"], f" {choice}") for choice in each["choices"]]
        scores = [total for total, _ in predictor.loglikelihood(pairs)]
        right += scores.index(max(scores)) == each["answer"]
    assert found["acc,none"] == pytest.approx(right / len(QUESTIONS))


def test_the_harness_computes_perplexities(lm_eval, adapter, predictor, tmp_path):
    found = evaluate(
        lm_eval,
        adapter,
        tmp_path,
        [{"page": text} for text in TEXTS],
        output_type="loglikelihood_rolling",
        doc_to_text="",
        doc_to_target="{{page}}",
        metric_list=[{"metric": "word_perplexity"}, {"metric": "bits_per_byte"}],
    )
    total = sum(predictor.loglikelihood_rolling(TEXTS))
    num_bytes = sum(len(text.encode()) for text in TEXTS)
    assert found["bits_per_byte,none"] == pytest.approx(-total / num_bytes / math.log(2))


def test_the_harness_compares_generated_texts(lm_eval, adapter, predictor, tmp_path):
    prompts = ["one two", "six"]
    answers = predictor.generate_until(prompts, ["\n"], most_new_tokens=4)
    # The first record has the answer of the model, the second one another.
    records = [
        {"prompt": prompts[0], "answer": answers[0]},
        {"prompt": prompts[1], "answer": f"{answers[1]} never"},
    ]
    found = evaluate(
        lm_eval,
        adapter,
        tmp_path,
        records,
        output_type="generate_until",
        doc_to_text="{{prompt}}",
        doc_to_target="{{answer}}",
        generation_kwargs={"until": ["\n"], "max_gen_toks": 4},
        metric_list=[{"metric": "exact_match"}],
    )
    assert found["exact_match,none"] == pytest.approx(0.5)
