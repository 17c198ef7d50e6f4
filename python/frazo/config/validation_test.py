"""Tests of the field rules and of the checks that concern several fields."""

import pytest

from frazo.config import validation
from frazo.config.config_text import ConfigText
from frazo.config.errors import ConfigError
from frazo.config.reader import read
from frazo.config.validation import validate
from frazo.proto import experiment_pb2

_TASK = (
    "task { image_classifier { network { layers { flatten {} } } softmax { num_classes: 10 } } }"
)
_INPUT = "image { records { files: 'a' } batch_size: 1 height: 2 width: 3 }"
_INPUTS = f"inputs {{ key: 'Train' value {{ {_INPUT} }} }}"
_LEARNER = "learner { learning_rate: 1 optimizer { sgd {} } }"
_TRAIN = "train { max_steps: 1 }"


@pytest.fixture(autouse=True)
def _no_comments(monkeypatch):
    """The comments of the .proto files may change without changing these tests."""
    monkeypatch.setattr(validation, "meaning", lambda field_name: None)


def _experiment(**parts: str) -> str:
    """Returns a valid experiment, one part per line. `parts` replace the parts of the same name."""
    valid = {"task": _TASK, "inputs": _INPUTS, "learner": _LEARNER, "train": _TRAIN}
    return "\n".join({**valid, **parts}.values())


def _validate(text: str) -> None:
    validate(read(ConfigText("e.textproto", text), experiment_pb2.Experiment))


def _error(**parts: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _validate(_experiment(**parts))
    return str(caught.value)


def _first_line(**parts: str) -> str:
    return _error(**parts).splitlines()[0]


def _layers_error(layers: str) -> str:
    network = f"network {{ {layers} }} softmax {{ num_classes: 10 }}"
    return _first_line(task=f"task {{ image_classifier {{ {network} }} }}")


def _schedule_error(schedule: str) -> str:
    learner = f"schedule {{ {schedule} }} learning_rate: 1 optimizer {{ sgd {{}} }}"
    return _first_line(learner=f"learner {{ {learner} }}")


def test_a_valid_experiment_passes():
    _validate(_experiment())


def test_missing_scalar_is_told_where_its_message_opens():
    assert _error(learner="\n  learner {\n optimizer { sgd {} } }") == (
        "e.textproto:4:3: learner.learning_rate: required, but missing; add learning_rate: VALUE "
        "to learner (Learner), where VALUE is a number >= 0\n"
        "  4 |   learner {\n"
        "    |   ^"
    )


def test_missing_message_at_the_top():
    assert _error(train="") == (
        "e.textproto:1:1: train: required, but missing; add train { ... } to the experiment\n"
        f"  1 | {_TASK}\n"
        "    | ^"
    )


def test_missing_map_says_how_an_entry_is_written():
    assert _first_line(inputs="") == (
        "e.textproto:1:1: inputs: required, but missing; "
        'add inputs { key: "NAME" value { ... } } to the experiment'
    )


def test_missing_element_of_a_required_list():
    assert _first_line(task="task { image_classifier { network {} softmax {} } }") == (
        "e.textproto:1:27: task.image_classifier.network.layers: required, but missing; "
        "add layers { ... } to task.image_classifier.network (Sequential)"
    )


def test_missing_field_in_a_map_entry_is_told_where_the_entry_opens():
    inputs = "inputs { key: 'Train' value { image { records { files: 'a' } height: 1 width: 1 } } }"
    assert _first_line(inputs=inputs) == (
        "e.textproto:2:31: inputs.Train.image.batch_size: required, but missing; "
        "add batch_size: VALUE to inputs.Train.image (ImageInput), where VALUE is a whole number >= 1"
    )


def test_meaning_of_a_missing_field_is_its_comment(monkeypatch):
    monkeypatch.setattr(validation, "meaning", {"frazo.TrainLoop.max_steps": "Steps in all."}.get)
    assert _error(train="train {}").splitlines()[-1] == "  max_steps: Steps in all."


def test_empty_required_oneof_lists_its_members(monkeypatch):
    comments = {"frazo.Optimizer.custom": "An optimizer of your own."}
    monkeypatch.setattr(validation, "meaning", comments.get)
    assert _error(learner="learner { learning_rate: 1 optimizer {} }") == (
        "e.textproto:3:28: learner.optimizer: empty; one of its members must be set: "
        "adam, sgd, momentum, adam_w, adafactor, adagrad, lamb, muon, custom\n"
        "  3 | learner { learning_rate: 1 optimizer {} }\n"
        "    |                            ^\n"
        "  custom: An optimizer of your own."
    )


# Contents of the learner, column, rest of the line.
_OUT_OF_RANGE = [
    ("learning_rate: -1", 26, "learning_rate: -1.0 is out of range; expected a number >= 0"),
    ("learning_rate: nan", 26, "learning_rate: nan is out of range; expected a number >= 0"),
    (
        "optimizer { adam { beta1: 1 } } learning_rate: 1",
        37,
        "optimizer.adam.beta1: 1.0 is out of range; expected a number >= 0 and < 1",
    ),
    (
        "optimizer { adam { epsilon: 0 } } learning_rate: 1",
        39,
        "optimizer.adam.epsilon: 0.0 is out of range; expected a number > 0",
    ),
    (
        "max_nonfinite_steps: 0",
        32,
        "max_nonfinite_steps: 0 is out of range; expected a whole number >= 1",
    ),
    (
        "schedule { linear_rampup { warmup_steps: 1 start: 1.5 } }",
        61,
        "schedule.linear_rampup.start: 1.5 is out of range; expected a number from 0 to 1",
    ),
    (
        "schedule { piecewise { values: [1, -0.1] } }",
        46,
        "schedule.piecewise.values[1]: -0.1 is out of range; expected a number >= 0",
    ),
]


@pytest.mark.parametrize(("fields", "column", "expected"), _OUT_OF_RANGE)
def test_value_out_of_range(fields, column, expected):
    rest = "" if "learning_rate" in fields else " learning_rate: 1"
    optimizer = "" if "optimizer" in fields else " optimizer { sgd {} }"
    learner = f"learner {{ {fields}{rest}{optimizer} }}"
    assert _error(learner=learner) == (
        f"e.textproto:3:{column}: learner.{expected}\n  3 | {learner}\n    | {' ' * (column - 1)}^"
    )


def test_bounds_are_compared_in_the_precision_of_the_field():
    # As a float32, 0.99999999 is 1.
    assert "1.0 is out of range" in _layers_error("layers { dropout { rate: 0.99999999 } }")


def test_value_in_a_custom_message_is_checked():
    custom = "[type.googleapis.com/frazo.Dropout] { rate: 2 }"
    assert _layers_error(f"layers {{ custom {{ {custom} }} }}") == (
        "e.textproto:1:99: task.image_classifier.network.layers[0].custom.rate: 2.0 is out of range; "
        "expected a number >= 0 and < 1"
    )


def test_empty_custom_message():
    assert _layers_error("layers { custom { } }") == (
        "e.textproto:1:46: task.image_classifier.network.layers[0].custom: it is empty; "
        "write [type.googleapis.com/my.Type] { ... }"
    )


def test_enum_by_a_number_that_is_none_of_its_values():
    assert _layers_error("layers { max_pool2d { window: 1 padding: 7 } }") == (
        "e.textproto:1:78: task.image_classifier.network.layers[0].max_pool2d.padding: "
        "7 is not a value of Padding; expected one of SAME, VALID"
    )


def test_inputs_without_train_names_what_is_there():
    inputs = f"inputs {{ key: 'Test' value {{ {_INPUT} }} }} inputs {{ key: 'train' value {{ {_INPUT} }} }}"
    assert _first_line(inputs=inputs) == (
        'e.textproto:2:8: inputs: there is no input named "Train" to train on; '
        'the inputs are: "Test", "train"; rename "train" to "Train"'
    )
    assert _first_line(inputs=f"inputs {{ key: 'Eval' value {{ {_INPUT} }} }}") == (
        'e.textproto:2:8: inputs: there is no input named "Train" to train on; '
        'the inputs are: "Eval"; add one'
    )


def test_layer_names_differ():
    assert _layers_error("layers { name: 'a' flatten {} } layers { name: 'a' flatten {} }") == (
        "e.textproto:1:84: task.image_classifier.network.layers[1].name: "
        'the name "a" is already used by layers[0]; give each layer its own name'
    )


def test_a_layer_name_differs_from_the_default_names_too():
    assert _layers_error("layers { name: 'flatten_1' flatten {} } layers { flatten {} }") == (
        "e.textproto:1:84: task.image_classifier.network.layers[1]: "
        'the name "flatten_1" is already used by layers[0]; give each layer its own name'
    )


@pytest.mark.parametrize("name", ["", "a/b", "a b", "ä"])
def test_layer_name_of_wrong_characters(name):
    assert _layers_error(f"layers {{ name: '{name}' flatten {{}} }}") == (
        "e.textproto:1:52: task.image_classifier.network.layers[0].name: "
        f'"{name}" is not a valid layer name; use letters, digits and underscores'
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "num_heads: 4 num_key_value_heads: 3",
            "num_key_value_heads: 3 does not divide num_heads (4); use a divisor",
        ),
        (
            "num_heads: 4 causal: true tokens_after: 2",
            "tokens_after: causal attention does not see later tokens; remove causal or tokens_after",
        ),
        (
            "num_heads: 4 block_length: 8 probability_dropout: 0.5",
            "block_length: block_length and probability_dropout cannot be combined; remove one of them",
        ),
    ],
)
def test_attention_that_contradicts_itself(fields, expected):
    custom = f"[type.googleapis.com/frazo.MultiHeadAttention] {{ {fields} }}"
    error = _layers_error(f"layers {{ custom {{ {custom} }} }}")
    assert error.endswith(f"task.image_classifier.network.layers[0].custom.{expected}")


_SELF = "self_attention { num_heads: 1 }"
_CAUSAL = "self_attention { num_heads: 1 causal: true }"
_CROSS = "cross_attention { num_heads: 1 }"


@pytest.mark.parametrize(
    ("encoder", "decoder", "classes", "expected"),
    [
        (_SELF, f"{_CAUSAL} {_CROSS}", 7, None),
        (
            _SELF,
            f"{_SELF} {_CROSS}",
            7,
            "decoder.layer.self_attention: a decoder must not see the tokens that it predicts; set "
            "causal: true",
        ),
        (
            _SELF,
            _CAUSAL,
            7,
            "decoder.layer: a decoder attends to the encoder's output; add cross_attention { ... }",
        ),
        (
            f"{_SELF} {_CROSS}",
            f"{_CAUSAL} {_CROSS}",
            7,
            "encoder.layer.cross_attention: an encoder attends to its own input only; "
            "remove cross_attention",
        ),
        (
            _SELF,
            f"{_CAUSAL} {_CROSS} }} alternating_with {{ {_CAUSAL} feed_forward {{ hidden_units: 4 }}",
            7,
            "decoder.alternating_with[0]: a decoder attends to the encoder's output; add "
            "cross_attention { ... }",
        ),
        (
            f"{_SELF} }} alternating_with {{ {_SELF} mixture_of_experts {{ num_experts: 1 "
            "hidden_units: 4 }",
            f"{_CAUSAL} {_CROSS}",
            7,
            "encoder.alternating_with[0].mixture_of_experts.experts_per_token: 2 experts for each "
            "token are more than num_experts, 1; lower it, or add experts",
        ),
        (
            _SELF,
            f"{_CAUSAL} {_CROSS}",
            8,
            "softmax.num_classes: 8 classes for 7 target ids (source_embedding.vocab_size); "
            "the two numbers must be equal",
        ),
    ],
)
def test_parts_of_a_transformer_fit(encoder, decoder, classes, expected):
    stack = "num_layers: 1 layer { feed_forward { hidden_units: 4 }"
    transformer = (
        f"source_embedding {{ vocab_size: 7 dim: 4 }} softmax {{ num_classes: {classes} }} "
        f"encoder {{ {stack} {encoder} }} }} decoder {{ {stack} {decoder} }} }}"
    )
    custom = f"[type.googleapis.com/frazo.Transformer] {{ {transformer} }}"
    layers = f"layers {{ custom {{ {custom} }} }}"
    if expected is None:
        task = f"image_classifier {{ network {{ {layers} }} softmax {{ num_classes: 10 }} }}"
        _validate(_experiment(task=f"task {{ {task} }}"))
    else:
        field_path = "task.image_classifier.network.layers[0].custom."
        assert _layers_error(layers).endswith(field_path + expected)


@pytest.mark.parametrize(
    ("decoder", "classes", "expected"),
    [
        ("", 7, None),
        (
            "reverse: true",
            7,
            "decoder.layer.reverse: a decoder goes from the first token to the last; remove reverse",
        ),
        (
            "",
            8,
            "softmax.num_classes: 8 classes for 7 target ids (source_embedding.vocab_size); "
            "the two numbers must be equal",
        ),
    ],
)
def test_parts_of_rnmt_plus_fit(decoder, classes, expected):
    model = (
        f"source_embedding {{ vocab_size: 7 dim: 4 }} softmax {{ num_classes: {classes} }} "
        "encoder { layers { num_layers: 1 layer { units: 4 } } projection { units: 4 } } "
        f"decoder {{ num_layers: 1 layer {{ units: 4 {decoder} }} "
        "attention { additive { hidden_units: 4 } } }"
    )
    layers = f"layers {{ custom {{ [type.googleapis.com/frazo.RnmtPlus] {{ {model} }} }} }}"
    if expected is None:
        task = f"image_classifier {{ network {{ {layers} }} softmax {{ num_classes: 10 }} }}"
        _validate(_experiment(task=f"task {{ {task} }}"))
    else:
        field_path = "task.image_classifier.network.layers[0].custom."
        assert _layers_error(layers).endswith(field_path + expected)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "source_features: 3",
            "the source is frames: the target's ids need a table of their own; ",
        ),
        (
            "source_embedding { vocab_size: 7 dim: 4 } "
            "sampled_softmax { num_classes: 8 num_sampled: 2 }",
            "sampled_softmax.num_classes: 8 classes for 7 target ids",
        ),
    ],
)
def test_a_source_and_an_output_of_another_kind_fit_too(fields, expected):
    stack = "num_layers: 1 layer { feed_forward { hidden_units: 4 }"
    model = f"{fields} encoder {{ {stack} {_SELF} }} }} decoder {{ {stack} {_CAUSAL} {_CROSS} }} }}"
    layers = f"layers {{ custom {{ [type.googleapis.com/frazo.Transformer] {{ {model} }} }} }}"
    assert expected in _layers_error(layers)


def test_labels_are_not_smoothed_over_sampled_classes():
    stack = "num_layers: 1 layer { feed_forward { hidden_units: 4 }"
    model = (
        "source_embedding { vocab_size: 7 dim: 4 } sampled_softmax { num_classes: 7 num_sampled: 2 } "
        f"encoder {{ {stack} {_SELF} }} }} decoder {{ {stack} {_CAUSAL} {_CROSS} }} }}"
    )
    task = f"transformer {{ {model} }} label_smoothing: 0.1 search {{ greedy {{}} eos_id: 2 max_length: 9 }}"
    error = _first_line(task=f"task {{ translation {{ {task} }} }}")
    assert "task.translation.label_smoothing: a sampled softmax knows" in error


def test_learned_positions_reach_the_end_of_a_search():
    positions = "positions { learned { max_length: 9 } }"
    stack = f"num_layers: 1 {positions} layer {{ feed_forward {{ hidden_units: 4 }}"
    model = (
        f"source_embedding {{ vocab_size: 7 dim: 4 }} encoder {{ {stack} {_SELF} }} }} "
        f"decoder {{ {stack} {_CAUSAL} {_CROSS} }} }}"
    )
    task = "task {{ translation {{ transformer {{ {} }} search {{ greedy {{}} eos_id: 2 max_length: {} }} }} }}"
    _validate(_experiment(task=task.format(model, 9)))
    error = _first_line(task=task.format(model, 10))
    assert error.endswith(
        "task.translation.search.max_length: 10 tokens are more than "
        "transformer.decoder.positions.learned.max_length, 9; make it at most that, or make the table "
        "larger"
    )


def _language_modeling(fields: str = "", model: str = "", positions: str = "") -> str:
    body = f"transformer_stack {{ num_layers: 1 {positions} layer {{ feed_forward {{ hidden_units: 4 }} {_CAUSAL} }} }}"
    return (
        f"task {{ language_modeling {{ model {{ embedding {{ vocab_size: 7 dim: 4 }} body {{ {body} }} {model} }} "
        f"search {{ greedy {{}} eos_id: 2 max_length: 9 }} {fields} }} }}"
    )


_SAMPLED = "sampled_softmax { num_classes: 7 num_sampled: 2 }"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"model": "softmax { num_classes: 8 }"},
            "model.softmax.num_classes: 8 classes for 7 ids (embedding.vocab_size); the two numbers "
            "must be equal",
        ),
        (
            {"model": _SAMPLED, "fields": "z_loss: 0.1"},
            "z_loss: a sampled softmax knows the logits of a few classes, but this takes all of them; "
            "remove this, or use softmax",
        ),
        (
            {"model": _SAMPLED, "fields": "label_smoothing: 0.1"},
            "label_smoothing: a sampled softmax knows the logits of a few classes, but this takes all "
            "of them; remove this, or use softmax",
        ),
        (
            {"positions": "positions { learned { max_length: 8 } }"},
            "search.max_length: 9 tokens are more than "
            "model.body.transformer_stack.positions.learned.max_length, 8; make it at most that, or "
            "make the table larger",
        ),
    ],
)
def test_a_language_model_fits_its_task(parts, expected):
    _validate(_experiment(task=_language_modeling()))
    error = _first_line(task=_language_modeling(**parts))
    assert error.endswith(f"task.language_modeling.{expected}")


_ATTENDING = (
    "embedding { vocab_size: 4 dim: 2 } softmax { num_classes: 4 } "
    "recurrent { num_layers: 1 layer { units: 2 } attention { additive { hidden_units: 2 } } } "
    "search { eos_id: 2 max_length: 3 greedy {} }"
)


def _speech_error(task: str) -> str:
    body = f"encoder {{ lstm_stack {{ num_layers: 1 layer {{ units: 2 }} }} }} {task}"
    return _first_line(task=f"task {{ speech_recognition {{ {body} }} }}")


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            "ctc { vocab_size: 4 search { width: 2 n_best: 3 } }",
            "ctc.search.n_best: 3 texts are more than width, 2; lower it, or raise width",
        ),
        (
            f"ctc {{ vocab_size: 4 search {{}} }} attention_decoder {{ {_ATTENDING} }}",
            "ctc.search: attention_decoder finds the texts; remove this, or attention_decoder",
        ),
        (
            f"attention_decoder {{ {_ATTENDING} ctc_search_weight: 0.3 }}",
            "attention_decoder.ctc_search_weight: there is no CTC; remove this, or set ctc",
        ),
    ],
)
def test_a_speech_recogniser_has_one_search(task, expected):
    assert _speech_error(task).endswith(f"task.speech_recognition.{expected}")


_SCHEDULES = [
    (
        "piecewise { boundaries: [1, 2] values: [1, 2] }",
        61,
        "piecewise.values: 2 values for 2 boundaries; expected one value more than boundaries, 3",
    ),
    (
        "piecewise { boundaries: [1, 3, 3] values: [1, 2, 3, 4] }",
        53,
        "piecewise.boundaries[2]: 3 comes after 3; boundaries must increase",
    ),
    (
        "linear_rampup_exponential_decay { warmup_steps: 5 decay_start: 4 decay_end: 9 }",
        85,
        "linear_rampup_exponential_decay.decay_start: the decay starts at batch 4, within the warm-up "
        "of 5 batches; expected decay_start >= replicas^2 warmup_steps",
    ),
    (
        "linear_rampup_exponential_decay { warmup_steps: 5 decay_start: 19 decay_end: 99 replicas: 2 }",
        85,
        "linear_rampup_exponential_decay.decay_start: the decay starts at batch 19, within the "
        "warm-up of 20 batches; expected decay_start >= replicas^2 warmup_steps",
    ),
    (
        "linear_rampup_exponential_decay { decay_start: 4 decay_end: 4 }",
        82,
        "linear_rampup_exponential_decay.decay_end: the decay ends at batch 4 but starts at 4; "
        "expected decay_end > decay_start",
    ),
    (
        "cosine_decay { warmup_steps: 5 decay_end: 5 }",
        64,
        "cosine_decay.decay_end: the decay ends at step 5, within the warm-up of 5 steps; "
        "expected decay_end > warmup_steps",
    ),
]


@pytest.mark.parametrize(("schedule", "column", "expected"), _SCHEDULES)
def test_schedules_that_contradict_themselves(schedule, column, expected):
    assert _schedule_error(schedule) == f"e.textproto:3:{column}: learner.schedule.{expected}"


_LEGAL_SCHEDULES = [
    "piecewise { values: 1 }",
    "piecewise { boundaries: [1, 2] values: [1, 2, 3] }",
    "linear_rampup_exponential_decay { warmup_steps: 4 decay_start: 4 decay_end: 5 }",
    "linear_rampup_exponential_decay { warmup_steps: 4 decay_start: 36 decay_end: 37 replicas: 3 }",
    "cosine_decay { decay_end: 1 }",
]


@pytest.mark.parametrize("schedule", _LEGAL_SCHEDULES)
def test_schedules_at_their_limits(schedule):
    _validate(
        _experiment(
            learner=f"learner {{ schedule {{ {schedule} }} learning_rate: 1 optimizer {{ sgd {{}} }} }}"
        )
    )
