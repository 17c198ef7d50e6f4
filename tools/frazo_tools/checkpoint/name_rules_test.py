"""New names of tensors."""

import pytest
from frazo_tools.checkpoint.name_rules import NameRuleError, parse_rules, renamed

NAMES = ["model.0.weight", "model.12.bias", "head.weight", "step"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("step=steps", {**{name: name for name in NAMES}, "step": "steps"}),
        (
            "model.*.weight=layer*/kernel,model.*=m/*",
            {
                "model.0.weight": "layer0/kernel",
                "model.12.bias": "m/12.bias",
                "head.weight": "head.weight",
                "step": "step",
            },
        ),
        ("model.*.*=*/*,head.*=,step=", {"model.0.weight": "0/weight", "model.12.bias": "12/bias"}),
        ("*=x/*", {name: f"x/{name}" for name in NAMES}),
    ],
)
def test_rules(text, expected):
    assert renamed(NAMES, parse_rules(text)) == expected


def test_only_a_star_is_special():
    assert renamed(["a.b", "axb"], parse_rules("a.b=c")) == {"a.b": "c", "axb": "axb"}


def test_without_rules_names_stay():
    assert renamed(NAMES, []) == {name: name for name in NAMES}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "'' is no rule; a rule is OLD=NEW, such as 'a.*=b/*'"),
        ("a", "'a' is no rule"),
        ("=a", "'=a' is no rule"),
        ("a=b,", "'' is no rule"),
        ("a.*=*/*", "'a.*=*/*': the new name has more * than the old one"),
    ],
)
def test_a_text_that_is_no_rule_is_an_error(text, error):
    with pytest.raises(NameRuleError) as failure:
        parse_rules(text)
    assert str(failure.value).startswith(error)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("nothing=x", "the rule 'nothing=x' matches no tensor"),
        ("model.*=x", "'model.0.weight' and 'model.12.bias' would both be 'x'"),
        ("head.weight=step", "'head.weight' and 'step' would both be 'step'"),
    ],
)
def test_rules_that_do_not_fit_are_errors(text, error):
    with pytest.raises(NameRuleError) as failure:
        renamed(NAMES, parse_rules(text))
    assert str(failure.value) == error


def test_a_rule_behind_one_that_counts_is_no_error():
    assert renamed(["a"], parse_rules("*=b,a=c")) == {"a": "b"}
