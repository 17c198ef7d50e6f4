import pytest
from frazo.layers.layer import constant
from frazo.layers.place import Place
from frazo.learn.variable_rules import trained_weights
from frazo.proto import learner_pb2
from google.protobuf import text_format

_NAMES = ["encoder/fc_0/kernel", "encoder/fc_0/bias", "embedding/table", "softmax/kernel"]
_DECAYING = ["encoder/fc_0/kernel", "softmax/kernel"]


def treated(text):
    """name: (learning_rate_scale, decays)"""
    place, init = Place(seed=1), constant(0)
    variables = [
        place.variable(name, (), axes=(), init=init, decays=name in _DECAYING) for name in _NAMES
    ]
    variables.append(place.variable("norm/moving_mean", (), axes=(), init=init, trainable=False))
    message = text_format.Parse(text, learner_pb2.Learner())
    return {
        weight.name: (weight.learning_rate_scale, weight.decays)
        for weight in trained_weights(variables, message.variable_rules)
    }


def test_without_rules_those_decay_that_declare_it():
    assert treated("") == {
        "encoder/fc_0/kernel": (1, True),
        "encoder/fc_0/bias": (1, False),
        "embedding/table": (1, False),
        "softmax/kernel": (1, True),
    }


def test_frozen_ones_are_left_out():
    assert list(treated("variable_rules { pattern: 'encoder/*' freeze: true }")) == [
        "embedding/table",
        "softmax/kernel",
    ]


def test_pattern_without_a_star_is_a_whole_name():
    text = "variable_rules { pattern: 'embedding/table' decay: true learning_rate_scale: 0.5 }"
    assert treated(text)["embedding/table"] == (0.5, True)


def test_star_passes_slashes_and_letter_case_counts():
    scales = treated("variable_rules { pattern: '*kernel' learning_rate_scale: 2 }")
    assert [scale for scale, _ in scales.values()] == [2, 1, 1, 2]
    with pytest.raises(ValueError, match="matches no trainable variable"):
        treated("variable_rules { pattern: '*Kernel' }")


def test_the_last_rule_that_sets_a_field_counts():
    text = """
        variable_rules { pattern: '*' learning_rate_scale: 0.25 decay: true freeze: true }
        variable_rules { pattern: 'encoder/*' freeze: false }
        variable_rules { pattern: '*/kernel' decay: false }
    """
    assert treated(text) == {
        "encoder/fc_0/kernel": (0.25, False),
        "encoder/fc_0/bias": (0.25, True),
    }


def test_pattern_that_matches_nothing_names_the_nearest():
    text = """
        variable_rules { pattern: '*' }
        variable_rules { pattern: 'encoder/fc_1/kernel' freeze: true }
    """
    with pytest.raises(ValueError, match="matches no") as error:
        treated(text)
    assert str(error.value) == (
        'variable_rules[1].pattern: "encoder/fc_1/kernel" matches no trainable variable; '
        'the nearest are "encoder/fc_0/kernel", "encoder/fc_0/bias", "softmax/kernel"'
    )


def test_untrained_variable_is_no_match():
    with pytest.raises(ValueError, match='"norm/\\*" matches no trainable variable'):
        treated("variable_rules { pattern: 'norm/*' freeze: true }")


def test_model_without_trainable_variables():
    rules = [learner_pb2.Learner().variable_rules.add(pattern="a")]
    with pytest.raises(ValueError, match='"a" matches no trainable variable; the model has none'):
        trained_weights([], rules)
    assert trained_weights([], []) == []


def test_all_frozen_is_an_error():
    with pytest.raises(ValueError) as error:
        treated("variable_rules { pattern: '*' freeze: true }")
    assert str(error.value) == (
        "variable_rules freeze all trainable variables, so there is nothing to train; let a rule "
        "with freeze: false follow for those that shall be trained"
    )
