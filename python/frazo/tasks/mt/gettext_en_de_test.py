"""Tests of the experiments on programs' messages, with their own pipelines."""

import numpy as np
import pytest
from frazo import _core
from frazo.config import load_experiment
from frazo.input.pipeline_input import PipelineInput
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.tasks.mt.small_translation import SPEC
from frazo.tasks.mt.translation import Translation

_MODELS = [
    ("TransformerTiny", 7_578_624),
    ("TransformerSmall", 19_637_760),
    ("RNMTTiny", 11_418_240),
]
_WORDS = ["<unk>", "<s>", "</s>", "open", "the", "file", "Datei", "öffnen", "die"]


def experiment(name):
    return load_experiment(model=f"mt.gettext_en_de.{name}", config=None, overrides=[])


@pytest.mark.parametrize(("name", "parameters"), _MODELS)
def test_number_of_parameters(name, parameters):
    """The experiment's description states the number."""
    loaded = experiment(name)
    task = Translation(loaded.task.translation, Place(seed=1), input_spec=SPEC)
    assert sum(variable.shape.num_elements() for variable in task.variables) == parameters
    assert loaded.description.endswith(f" {parameters:,} parameters.")


@pytest.fixture
def pairs_input(tmp_path):
    """The Dev input with two pairs, tokenized into words."""
    config = experiment("TransformerTiny").inputs["Dev"].pipeline
    with _core.RecordWriter(tmp_path / "pairs") as writer:
        writer.write("open the file\tDatei öffnen".encode())
        writer.write(b"file\tdie Datei")
    (tmp_path / "words").write_text("".join(f"{word}\n" for word in _WORDS), encoding="utf-8")
    config.source.files.files.patterns[:] = [str(tmp_path / "pairs")]
    for step in config.processor.steps:
        if step.HasField("tokenize"):
            step.tokenize.tokenizer.word.vocabulary = str(tmp_path / "words")
    return PipelineInput(config, seed=1)


def test_the_pipeline_gives_what_the_task_takes(pairs_input):
    batches = list(pairs_input.dataset())
    assert len(batches) == 1
    expected = {
        "source": [[3, 4, 5, 2], [5, 2, 0, 0]],
        "source_length": [4, 2],
        "target": [[1, 6, 7], [1, 8, 6]],
        "target_length": [3, 3],
        "target_labels": [[6, 7, 2], [8, 6, 2]],
        "target_labels_length": [3, 3],
    }
    texts = {
        "source_text": [b"open the file", b"file"],
        "target_text": ["Datei öffnen".encode(), b"die Datei"],
    }
    assert set(batches[0]) == {*expected, *texts}
    for name, values in texts.items():
        assert batches[0][name].numpy().tolist() == values
    for name, values in expected.items():
        np.testing.assert_array_equal(batches[0][name], values, err_msg=name)
    message = experiment("TransformerTiny").task.translation
    task = Translation(message, Place(seed=1), input_spec=pairs_input.element_spec)
    loss, metrics = task.loss(batches[0], StepContext.for_evaluation(seed=1))
    assert float(metrics["num_words"][0]) == 6
    # The initial model gives all 8000 tokens about the same probability.
    assert float(loss.mean) == pytest.approx(np.log(8000), abs=1)
