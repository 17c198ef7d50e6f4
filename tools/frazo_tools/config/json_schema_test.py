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
    return as_json("image.mnist.LeNet5")


def problem(validator, value):
    """Returns the path of what is deepest wrong, and what the schema says of it."""
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return ".".join(map(str, error.absolute_path)), error.message


def test_every_model_obeys_the_schema(validator):
    names = [name for name, _ in list_models()]
    assert names
    for name in names:
        validator.validate(as_json(name))


@pytest.mark.parametrize(
    ("field", "value", "path", "message"),
    [
        ("train.max_step", 3, "train", "'max_step' was unexpected"),
        ("learner.learning_rate", "fast", "learner.learning_rate", ""),
        (
            "learner.ema_decay",
            1.5,
            "learner.ema_decay",
            "1.5 is greater than or equal to the maximum of 1",
        ),
        # Two members of a oneof, and none of one that needs one.
        ("learner.optimizer", {"adam": {}, "sgd": {}}, "learner.optimizer", ""),
        ("learner.optimizer", {}, "learner.optimizer", ""),
        ("compute_dtype", "FLOAT8", "compute_dtype", "'FLOAT8' is not one of ['FLOAT32'"),
    ],
)
def test_wrong_value(validator, lenet, field, value, path, message):
    *parents, name = field.split(".")
    owner = lenet
    for parent in parents:
        owner = owner[parent]
    owner[name] = value
    found_path, found_message = problem(validator, lenet)
    assert found_path == path
    assert message in found_message


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
