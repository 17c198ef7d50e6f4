"""Compares tensors with the weights of a model."""

from collections.abc import Mapping

from frazo.program.errors import JobError
from frazo_tools.checkpoint.experiment_model import ExperimentModel, shown
from frazo_tools.checkpoint.safetensors_file import Form


def check_model(forms: Mapping[str, Form], model: ExperimentModel) -> None:
    """Raises JobError, which lists what differs, if tensors are not the weights of a model."""
    problems = [
        f"missing: {name} float32 {list(model.shapes[name])}"
        for name in sorted(model.shapes.keys() - forms.keys())
    ]
    problems += [
        f"unexpected: {name} {forms[name].dtype} {list(forms[name].shape)}"
        for name in sorted(forms.keys() - model.shapes.keys())
    ]
    for name in sorted(forms.keys() & model.shapes.keys()):
        found = f"{forms[name].dtype} {list(forms[name].shape)}"
        expected = f"float32 {list(model.shapes[name])}"
        if found != expected:
            problems.append(f"different: {name} is {found}, in the model {expected}")
    if problems:
        raise JobError(f"the tensors are not those of the model:\n{shown(problems)}")
