"""Tests of the experiments of this room, with their own pipelines."""

import numpy as np
import pytest
import tensorflow as tf
from frazo import _core
from frazo.config import load_experiment
from frazo.input.pipeline_input import PipelineInput
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn.learner import Learner
from frazo.tasks.lm.language_modeling import LanguageModeling
from frazo.tasks.lm.small_language_modeling import SPEC

_ONE_BILLION = "lm.one_billion_wds.WordLevelOneBwdsSimpleSampledSoftmax"
_MODELS = [
    (_ONE_BILLION, 1_776_884_608),
    (f"{_ONE_BILLION}Tiny", 11_906_368),
    ("lm.text.LstmTiny", 5_002_240),
    ("lm.text.MoETiny", 11_757_824),
    ("lm.text.TransformerTiny", 5_261_568),
]
_WORDS = ["<unk>", "<s>", "</s>", "open", "the", "file"]


def experiment(name):
    return load_experiment(model=name, config=None, overrides=[])


@pytest.mark.parametrize(("name", "parameters"), _MODELS)
def test_number_of_parameters(name, parameters):
    """The experiment's description states the number. A graph makes no variable."""
    loaded = experiment(name)
    with tf.Graph().as_default():
        task = LanguageModeling(loaded.task.language_modeling, Place(seed=1), input_spec=SPEC)
        Learner(loaded.learner, task.variables)
    assert sum(variable.shape.num_elements() for variable in task.variables) == parameters
    assert loaded.description.endswith(f" {parameters:,} parameters.")


@pytest.fixture(params=["Train", "Dev"])
def text_input(request, tmp_path):
    """An input of lm.text with two texts, tokenized into words."""
    config = experiment("lm.text.TransformerTiny").inputs[request.param].pipeline
    with _core.RecordWriter(tmp_path / "texts") as writer:
        writer.write(b"open the file")
        writer.write(b"file")
    (tmp_path / "words").write_text("".join(f"{word}\n" for word in _WORDS))
    config.source.files.files.patterns[:] = [str(tmp_path / "texts")]
    config.source.files.epochs = 1
    for step in config.processor.steps:
        if step.HasField("tokenize"):
            step.tokenize.tokenizer.word.vocabulary = str(tmp_path / "words")
    return PipelineInput(config, seed=1)


def test_the_pipelines_of_text_give_what_the_task_takes(text_input):
    batch = next(iter(text_input.dataset()))
    message = experiment("lm.text.TransformerTiny").task.language_modeling
    message.model.embedding.vocab_size = len(_WORDS)
    task = LanguageModeling(message, Place(seed=1), input_spec=text_input.element_spec)
    _, metrics = task.loss(batch, StepContext.for_evaluation(seed=1))
    # Texts of 3 and 1 words, each with its end.
    assert float(metrics["num_predictions"][0]) == 4 + 2
    assert int(task.num_examples(batch)) == 2
    if "text" in batch:
        assert float(metrics["num_words"][0]) == 4 + 2
        # 13 and 4 bytes.
        assert float(metrics["bits_per_byte"][1]) == 17


def one_billion_input(folder, name):
    config = experiment(f"{_ONE_BILLION}Tiny").inputs[name].pipeline
    (pattern,) = config.source.files.files.patterns
    root, _, inside = pattern.partition("benchmark-r13output/")
    config.source.files.files.patterns[:] = [f"{folder}/{inside}"]
    config.source.files.epochs = 1
    tokenize = config.processor.steps[0 if name == "Train" else 1].tokenize
    assert tokenize.tokenizer.word.vocabulary.startswith(f"{root}benchmark-r13output/")
    tokenize.tokenizer.word.vocabulary = f"{folder}/1b_word_vocab.txt"
    return PipelineInput(config, seed=1)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Train", "training-monolingual.tokenized.shuffled/news.en-00001-of-00100"),
        ("Dev", "heldout-monolingual.tokenized.shuffled/news.en.heldout-00001-of-00050"),
        ("Test", "heldout-monolingual.tokenized.shuffled/news.en.heldout-00000-of-00050"),
    ],
)
def test_the_benchmark_is_read_from_its_own_layout(tmp_path, name, file):
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text("the dog\nthe unheard-of dog barks loudly , and the other dogs do not care .\n")
    words = ["<epsilon>", "<S>", "</S>", "<UNK>", "the", "dog"]
    (tmp_path / "1b_word_vocab.txt").write_text(
        "".join(f"{word}\t{number}\n" for number, word in enumerate(words))
    )
    built = one_billion_input(tmp_path, name)
    batches = sorted(built.dataset(), key=lambda batch: batch["tokens"].shape[1])
    assert len(batches) == 2
    np.testing.assert_array_equal(batches[0]["tokens"], [[1, 4, 5]])
    np.testing.assert_array_equal(batches[0]["labels"], [[4, 5, 2]])
    assert batches[1]["tokens"].numpy()[0, :4].tolist() == [1, 4, 3, 5]
    assert batches[1]["tokens_length"].numpy().tolist() == [15]
