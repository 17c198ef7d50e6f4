from google.protobuf import text_format

from frazo.config.changes import changed_fields
from frazo.proto import experiment_pb2

BEFORE = """
description: "one"
task { image_classifier { network { layers { conv2d { filters: 2 activation: RELU } } } } }
inputs { key: "Train" value { image { batch_size: 4 records { files: "a" files: "b" } } } }
learner { learning_rate: 0.1 optimizer { sgd {} } }
train { max_steps: 10 }
"""


def changes(after):
    def parse(text):
        return text_format.Parse(text, experiment_pb2.Experiment())

    return changed_fields(parse(BEFORE), parse(after))


def test_equal_experiments_have_no_changes():
    assert changes(BEFORE) == []


def test_a_description_is_no_change():
    assert changes(BEFORE.replace("one", "two")) == []


def test_each_changed_scalar_is_named_with_both_values():
    after = (
        BEFORE.replace("filters: 2", "filters: 3")
        .replace("RELU", "TANH")
        .replace("batch_size: 4", "batch_size: 8")
        .replace(' files: "b"', "")
        .replace("learning_rate: 0.1", "learning_rate: 0.2")
    )
    assert changes(after) == [
        ("inputs.Train.image.batch_size", "4", "8"),
        ("inputs.Train.image.records.files[1]", "'b'", "unset"),
        ("learner.learning_rate", "0.1", "0.2"),
        ("task.image_classifier.network.layers[0].conv2d.activation", "RELU", "TANH"),
        ("task.image_classifier.network.layers[0].conv2d.filters", "2", "3"),
    ]


def test_another_kind_without_fields_is_a_change():
    after = BEFORE.replace("sgd {}", "adam {}")
    assert changes(after) == [
        ("learner.optimizer.adam", "unset", "set"),
        ("learner.optimizer.sgd", "set", "unset"),
    ]
