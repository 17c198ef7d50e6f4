"""Rules in files."""

import pytest
from frazo.checkpoint.warm_start_rules import TensorForm, assign, read_rules
from frazo.config import ConfigError
from frazo.program.errors import JobError
from frazo.proto import warm_start_pb2

RULES = """
known_tensor: "enc/w_0"
other_tensors: "*/Adam"
name_rules { variables: "table" parts { tensors: "enc/w_#" join: ROW_BY_ROW } }
name_rules { variables: "layer*/bias" tensor: "enc/layer_*/b" }
name_rules { variables: "new/*" skip: true }
"""
TENSORS = {
    "net/enc/w_0": [2, 3],
    "net/enc/w_0/Adam": [2, 3],
    "net/enc/w_1": [2, 3],
    "net/enc/layer_7/b": [5],
    "rest": [1],
}
VARIABLES = {"table": [4, 3], "layer7/bias": [5], "new/scale": [9]}


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.textproto"
    path.write_text(RULES)
    return path


def forms(shapes):
    return {name: TensorForm(tuple(shape), "float32") for name, shape in shapes.items()}


def assigned(rules, *, tensors=TENSORS, variables=VARIABLES, inline=()):
    message = warm_start_pb2.WarmStart(
        rules_file=str(rules),
        name_rules=[warm_start_pb2.WarmStartRule(**rule) for rule in inline],
    )
    return assign(message, forms(tensors), forms(variables), "ckpt-1")


def problem(rules, **changes):
    with pytest.raises(JobError) as failure:
        assigned(rules, **changes)
    return str(failure.value)


def test_each_variable_has_a_rule_and_other_tensors_are_told(rules):
    found = assigned(rules)
    assert {name: recipe.tensors for name, recipe in found.recipes.items()} == {
        "table": ("net/enc/w_0", "net/enc/w_1"),
        "layer7/bias": ("net/enc/layer_7/b",),
    }
    assert found.left == ("new/scale",)
    assert found.untaken == ("rest",)


def test_rules_of_the_message_come_first(rules):
    found = assigned(rules, inline=[{"variables": "layer*", "skip": True}])
    assert found.left == ("layer7/bias", "new/scale")
    assert found.untaken == ("net/enc/layer_7/b", "rest")


def test_a_variable_without_a_rule_is_an_error(rules):
    assert "\n  other: no rule matches it\n" in problem(
        rules, variables={**VARIABLES, "other": [1]}
    )


def test_shapes_that_differ_are_named(rules):
    text = problem(rules, variables={**VARIABLES, "table": [5, 3], "layer7/bias": [6]})
    assert text.splitlines()[:3] == [
        "warm_start: ckpt-1 does not fit:",
        "  table: net/enc/w_0 and net/enc/w_1 would give shape [4, 3], the variable [5, 3]",
        "  layer7/bias: net/enc/layer_7/b has shape [5], the variable [6]",
    ]


def test_a_missing_tensor_is_named(rules):
    text = problem(rules, variables={**VARIABLES, "layer8/bias": [5]})
    assert (
        "  layer8/bias: there is no net/enc/layer_8/b in the checkpoint (the nearest is "
        "net/enc/layer_7/b)\n"
    ) in text


def test_a_rule_that_matches_nothing_is_none_of_the_users(rules):
    assert assigned(rules, variables={"table": [4, 3]}).untaken == ("net/enc/layer_7/b", "rest")


def test_another_programs_checkpoint_is_an_error(rules):
    assert problem(rules, tensors={"a": [1]}) == (
        "warm_start: ckpt-1: no tensor's name ends in enc/w_0, by which "
        f"{rules} finds its model. The checkpoint has a; take the rules_file of the program that "
        "wrote it."
    )
    assert "2 tensors' names end in enc/w_0" in problem(
        rules, tensors={**TENSORS, "net2/enc/w_0": [2, 3]}
    )


def test_tensor_and_parts_exclude_each_other(rules):
    rule = {"variables": "table", "tensor": "a", "parts": {"tensors": ["b"]}}
    assert problem(rules, inline=[rule]) == (
        "warm_start.name_rules[0]: it has both tensor and parts. Remove one of them."
    )


def test_what_is_no_file_of_rules_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no file lingvo/none.textproto; those that"):
        read_rules("lingvo/none.textproto")
    path = tmp_path / "rules.textproto"
    path.write_text("name_rules { variable: 1 }")
    with pytest.raises(ConfigError, match=r"rules.textproto:1:14: name_rules\[0\].variable: "):
        read_rules(str(path))
    path.write_text("")
    with pytest.raises(ConfigError, match="name_rules"):
        read_rules(str(path))


@pytest.mark.parametrize("name", ["transformer", "one_billion_wds"])
def test_ours_can_be_read(name):
    assert len(read_rules(f"lingvo/{name}.textproto").name_rules) > 5
