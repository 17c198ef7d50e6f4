"""Which tensors of a checkpoint each variable of a model is made of."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from frazo.checkpoint.tensor_recipe import Recipe, RecipeError, numbered
from frazo.config import ConfigError
from frazo.config.config_text import ConfigText
from frazo.config.reader import read
from frazo.config.suggestions import nearest
from frazo.config.text_file import existing_file, read_text
from frazo.config.validation import validate
from frazo.program.errors import JobError
from frazo.proto import warm_start_pb2

# The files that come with Frazo.
_RULES = Path(__file__).absolute().parent / "rules"
_NAMES_TO_SHOW = 5


@dataclasses.dataclass(frozen=True)
class TensorForm:
    """The shape of a tensor or a variable, and the name of its type."""

    shape: tuple[int, ...]
    dtype: str


@dataclasses.dataclass(frozen=True)
class Assignment:
    """What becomes of a checkpoint.

    Attributes:
      recipes: How each variable that takes something is made.
      left: The variables that keep their initial values.
      untaken: The tensors that no variable takes and of which no rule says so; empty without a
        rules_file.
    """

    recipes: Mapping[str, Recipe]
    left: tuple[str, ...]
    untaken: tuple[str, ...]


def assign(
    message: warm_start_pb2.WarmStart,
    tensors: Mapping[str, TensorForm],
    variables: Mapping[str, TensorForm],
    prefix: str,
) -> Assignment:
    """Decides which tensors the variables take.

    Args:
      message: The rules.
      tensors: The checkpoint's tensors by name.
      variables: The model's variables by name.
      prefix: The checkpoint, for errors.

    Raises:
      ConfigError: The rules_file cannot be read.
      JobError: A rule matches no variable, a variable has no rule of a rules_file, a tensor is
        missing or has another shape or type, or no variable takes a tensor.
    """
    rules, other_tensors = _rules_of(message, tensors), ()
    if message.rules_file:
        from_file = read_rules(message.rules_file)
        known = _path_of_model(from_file.known_tensor, tensors, message.rules_file, prefix)
        rules += _rules_of_file(from_file, message.rules_file, known, tensors)
        other_tensors = from_file.other_tensors
    if rules:
        recipes, unmatched = _recipes(rules, list(variables))
    else:
        recipes = {name: Recipe((name,)) for name in variables if name in tensors}
        unmatched = []
    problems = [
        problem
        for name, recipe in recipes.items()
        if (problem := _misfit(name, variables[name], recipe, tensors))
    ]
    if message.rules_file:
        problems += [f"{name}: no rule matches it" for name in unmatched]
    if not recipes:
        problems.append(
            f"no tensor has the name of a variable; the model has {shown(variables)}, the checkpoint "
            f"{shown(tensors)}"
        )
    if problems:
        raise JobError(
            f"warm_start: {prefix} does not fit:\n"
            + "".join(f"  {problem}\n" for problem in problems)
            + "Correct warm_start.name_rules: `tensor` must name a tensor of the checkpoint; with `skip: true` "
            "variables keep their initial values."
        )
    left = tuple(name for name in variables if name not in recipes)
    if not message.rules_file:
        return Assignment(recipes, left, ())
    return Assignment(recipes, left, _untaken(recipes, tensors, other_tensors))


def read_rules(name: str) -> warm_start_pb2.WarmStartRules:
    """Returns the rules of a file.

    Args:
      name: The file's path, or the name of one that comes with Frazo.

    Raises:
      ConfigError: It cannot be read.
    """
    path = _RULES / name
    if not path.is_file():
        path = Path(name)
        if not path.exists():
            own = sorted(str(file.relative_to(_RULES)) for file in _RULES.rglob("*.textproto"))
            raise ConfigError(
                f"warm_start.rules_file: there is no file {name}; those that come with Frazo are "
                f"{', '.join(own)}"
            )
    file = existing_file(path, str(path), "warm_start.rules_file")
    text = ConfigText(name, read_text(file, "rules_file"))
    document = read(text, warm_start_pb2.WarmStartRules)
    validate(document)
    return document.message


def shown(names: Sequence[str] | Mapping[str, object]) -> str:
    """Returns the first names, in alphabetical order."""
    listed = sorted(names)
    return ", ".join(listed[:_NAMES_TO_SHOW]) + (", ..." if len(listed) > _NAMES_TO_SHOW else "")


@dataclasses.dataclass(frozen=True)
class _Rule:
    """A rule and what its errors need.

    Attributes:
      message: The rule.
      path: Where it is: "warm_start.name_rules[0]".
      must_match: Whether it must match a variable.
      prefix: What comes before its names of tensors.
      tensors: Those of the checkpoint.
    """

    message: warm_start_pb2.WarmStartRule
    path: str
    must_match: bool
    prefix: str
    tensors: Mapping[str, TensorForm]

    def matches(self, names: Sequence[str]) -> dict[str, Recipe]:
        """Returns the recipe for each of the names that match the rule."""
        message = self.message
        pattern = _pattern(message.variables)
        if message.HasField("parts") and message.tensor:
            raise JobError(f"{self.path}: it has both tensor and parts. Remove one of them.")
        sources = list(message.parts.tensors) or [message.tensor or message.variables]
        for source in sources:
            if source.count("*") > message.variables.count("*"):
                raise JobError(
                    f'{self.path}.tensor: "{source}" has more `*` than variables, '
                    f'"{message.variables}"; each `*` in tensor must have one in variables'
                )
        found = {}
        for name in names:
            if match := pattern.fullmatch(name):
                found[name] = self._recipe(sources, match.groups())
        if not found and self.must_match:
            suggestion = nearest(message.variables, names)
            hint = (
                f'; the nearest is "{suggestion}"' if suggestion else f"; there are {shown(names)}"
            )
            raise JobError(
                f'{self.path}.variables: "{message.variables}" matches no variable of the model{hint}'
            )
        return found

    def _recipe(self, sources: Sequence[str], stars: Sequence[str]) -> Recipe:
        filled = [self.prefix + _filled(source, stars) for source in sources]
        if not self.message.HasField("parts"):
            return Recipe((filled[0],))
        expanded = [each for name in filled for each in numbered(name, self.tensors)]
        return Recipe(tuple(expanded), self.message.parts)


def _rules_of(message: warm_start_pb2.WarmStart, tensors: Mapping[str, TensorForm]) -> list[_Rule]:
    return [
        _Rule(rule, f"warm_start.name_rules[{index}]", True, "", tensors)
        for index, rule in enumerate(message.name_rules)
    ]


def _rules_of_file(
    message: warm_start_pb2.WarmStartRules,
    file: str,
    prefix: str,
    tensors: Mapping[str, TensorForm],
) -> list[_Rule]:
    return [
        _Rule(rule, f"{file}: name_rules[{index}]", False, prefix, tensors)
        for index, rule in enumerate(message.name_rules)
    ]


def _recipes(rules: Sequence[_Rule], names: Sequence[str]) -> tuple[dict[str, Recipe], list[str]]:
    """Returns the recipe of each variable that takes something, and the variables without a rule.

    Raises:
      JobError: A rule matches no variable.
    """
    matches = [rule.matches(names) for rule in rules]
    recipes, unmatched = {}, []
    for name in names:
        for rule, rule_matches in zip(rules, matches, strict=True):
            if name in rule_matches:
                if not rule.message.skip:
                    recipes[name] = rule_matches[name]
                break
        else:
            unmatched.append(name)
    return recipes, unmatched


def _untaken(
    recipes: Mapping[str, Recipe], tensors: Mapping[str, TensorForm], other_tensors: Sequence[str]
) -> tuple[str, ...]:
    """Returns the tensors that no variable takes and that are not among `other_tensors`."""
    taken = {name for recipe in recipes.values() for name in recipe.tensors}
    others = [_pattern(name) for name in other_tensors]
    return tuple(
        name
        for name in sorted(tensors)
        if name not in taken and not any(other.fullmatch(name) for other in others)
    )


def _misfit(
    name: str, variable: TensorForm, recipe: Recipe, tensors: Mapping[str, TensorForm]
) -> str | None:
    """Returns why the tensors do not fit the variable, or None if they fit."""
    for tensor in recipe.tensors:
        if tensor not in tensors:
            suggestion = nearest(tensor, list(tensors))
            hint = f" (the nearest is {suggestion})" if suggestion else ""
            return f"{name}: there is no {tensor} in the checkpoint{hint}"
    try:
        recipe.check({tensor: tensors[tensor].shape for tensor in recipe.tensors}, variable.shape)
    except RecipeError as error:
        return f"{name}: {error}"
    for tensor in recipe.tensors:
        if tensors[tensor].dtype != variable.dtype:
            return f"{name}: {tensor} is {tensors[tensor].dtype}, the variable {variable.dtype}"
    return None


def _path_of_model(known: str, tensors: Mapping[str, TensorForm], file: str, prefix: str) -> str:
    """Returns what comes before `known` in the name of a tensor. Raises JobError without one."""
    if not known:
        return ""
    found = [
        name.removesuffix(known)
        for name in sorted(tensors)
        if name == known or name.endswith(f"/{known}")
    ]
    if len(found) != 1:
        problem = "no tensor's name ends" if not found else f"{len(found)} tensors' names end"
        raise JobError(
            f"warm_start: {prefix}: {problem} in {known}, by which {file} finds its model. The "
            f"checkpoint has {shown(tensors)}; take the rules_file of the program that wrote it."
        )
    return found[0]


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(re.escape(part) for part in name.split("*")), re.DOTALL)


def _filled(name: str, stars: Sequence[str]) -> str:
    """Returns a name with what its `*` stand for."""
    parts = name.split("*")
    pairs = zip(parts, (*stars[: len(parts) - 1], ""), strict=True)
    return "".join(text for pair in pairs for text in pair)
