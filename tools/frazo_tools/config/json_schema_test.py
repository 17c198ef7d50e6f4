import copy

import jsonschema
import pytest
from frazo.config import list_models, load_experiment
from frazo.proto import experiment_pb2
from frazo_tools.config.json_schema import json_schema
from google.protobuf import json_format

_SCHEMA = json_schema(experiment_pb2.Experiment.DESCRIPTOR)


def as_json(name):
    experiment = load_experiment(model=name, config=None, overrides=())
    return json_format.MessageToDict(experiment, preserving_proto_field_name=True)


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(_SCHEMA)
    return jsonschema.Draft202012Validator(_SCHEMA)


@pytest.fixture
def lenet():
    return copy.deepcopy(as_json("image.mnist.LeNet5"))


def problem(validator, value):
    """Returns the path of what is deepest wrong, and what the schema says of it."""
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return ".".join(map(str, error.absolute_path)), error.message


def test_every_model_obeys_the_schema(validator):
    names = [name for name, _ in list_models()]
    assert names
    for name in names:
        validator.validate(as_json(name))


def test_unknown_field(validator, lenet):
    lenet["train"]["max_step"] = 3
    path, message = problem(validator, lenet)
    assert path == "train"
    assert "'max_step' was unexpected" in message


def test_value_of_another_type(validator, lenet):
    lenet["learner"]["learning_rate"] = "fast"
    path, _ = problem(validator, lenet)
    assert path == "learner.learning_rate"


def test_value_beyond_its_rule(validator, lenet):
    lenet["learner"]["ema_decay"] = 1.5
    path, message = problem(validator, lenet)
    assert path == "learner.ema_decay"
    assert "1.5 is greater than or equal to the maximum of 1" in message


def test_two_members_of_a_oneof(validator, lenet):
    lenet["learner"]["optimizer"] = {"adam": {}, "sgd": {}}
    path, _ = problem(validator, lenet)
    assert path == "learner.optimizer"


def test_no_member_of_a_oneof_that_needs_one(validator, lenet):
    lenet["learner"]["optimizer"] = {}
    path, _ = problem(validator, lenet)
    assert path == "learner.optimizer"


def test_unknown_value_of_an_enum(validator, lenet):
    lenet["compute_dtype"] = "FLOAT8"
    path, message = problem(validator, lenet)
    assert path == "compute_dtype"
    assert "'FLOAT8' is not one of ['FLOAT32'" in message


def test_required_field_that_is_missing(validator, lenet):
    del lenet["task"]
    _, message = problem(validator, lenet)
    assert message == "'task' is a required property"


def test_large_integers_may_be_texts(validator, lenet):
    lenet["train"]["max_steps"] = "1640"
    validator.validate(lenet)
    lenet["train"]["max_steps"] = "many"
    assert problem(validator, lenet)[0] == "train.max_steps"


def test_fields_have_comments_and_defaults():
    adam = _SCHEMA["$defs"]["Adam"]
    assert adam["description"].startswith("Kingma and Ba 2015")
    assert adam["properties"]["beta1"] == {
        "description": "Decay of the first moment. In [0, 1). Default: 0.9.",
        "type": "number",
        "minimum": 0,
        "exclusiveMaximum": 1,
        "default": 0.9,
    }
