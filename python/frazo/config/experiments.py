"""Loads experiments: from a name or a file, through `extends` and --set, to a checked message."""

from collections.abc import Sequence
from pathlib import Path

from frazo.config.config_text import ConfigText
from frazo.config.document import Document
from frazo.config.errors import ConfigError
from frazo.config.index import known_models, nearest_model
from frazo.config.overlay import overlay
from frazo.config.overrides import apply_override
from frazo.config.reader import read
from frazo.config.text_file import TextFile, existing_file, read_text
from frazo.config.validation import validate
from frazo.proto import experiment_pb2


def load_experiment(
    *, model: str | None, config: str | None, overrides: Sequence[str]
) -> experiment_pb2.Experiment:
    """Returns the checked experiment with `extends` and the overrides applied.

    Exactly one of `model` and `config` is given.

    Args:
      model: Name of a known model.
      config: Path of a textproto file.
      overrides: Assignments `path=value`, applied in order.

    Raises:
      ConfigError: The experiment cannot be read or breaks a rule.
    """
    document = _load(_chosen_file(model, config), ())
    for assignment in overrides:
        apply_override(document, assignment)
    if document.message.HasField("extends"):
        at = document.location.children["extends"].name
        problem = "cannot be overridden; choose another experiment with --model or --config"
        raise ConfigError.at(at, "extends", problem)
    validate(document)
    return document.message


def list_models() -> list[tuple[str, str]]:
    """Returns names and descriptions of the known models, sorted by name.

    The description of a model that cannot be read is the first line of the error.
    """
    return [(name, _description(path)) for name, path in known_models().items()]


def _description(path: Path) -> str:
    try:
        return _load(_model_file(path), ()).message.description
    except ConfigError as error:
        return f"cannot be read: {str(error).splitlines()[0]}"


def _chosen_file(model: str | None, config: str | None) -> TextFile:
    if model is not None and config is not None:
        raise ConfigError("--model and --config: give one of them, not both")
    if config is not None:
        return existing_file(Path(config), config, f"--config={config}")
    if model is None:
        raise ConfigError(
            "--model: no experiment is given; "
            "use --model=NAME (--model=list shows the names) or --config=FILE"
        )
    models = known_models()
    # The domain in front may be left out where the rest is one model's: mnist.LeNet5.
    named = [name for name in models if name == model or name.endswith(f".{model}")]
    if len(named) == 1:
        return _model_file(models[named[0]])
    if named:
        raise ConfigError(
            f"--model={model}: several models end so: {', '.join(named)}; give the whole name"
        )
    raise ConfigError(f"--model={model}: {_unknown_model(model, list(models))}")


def _model_file(path: Path) -> TextFile:
    # In Bazel's runfiles the file is a link; a person edits its target.
    resolved = path.resolve()
    return TextFile(resolved, str(resolved))


def _unknown_model(name: str, names: list[str]) -> str:
    match = nearest_model(name, names)
    remedy = (
        f'did you mean "{match}"?'
        if match
        else f"the known models are: {', '.join(names) or 'none'}"
    )
    if name.endswith(".textproto"):
        remedy = f"for a file use --config={name}, or a path with a / in extends"
    return f'no known model is named "{name}"; {remedy}'


def _load(file: TextFile, extending: tuple[TextFile, ...]) -> Document:
    """Reads a file and the experiments that it extends.

    Args:
      file: The file to read.
      extending: The files that extend it, in order.
    """
    above = read(ConfigText(file.shown, read_text(file)), experiment_pb2.Experiment)
    if not above.message.HasField("extends"):
        return above
    extending += (file,)
    below = _load(_extended_file(above, file, extending), extending)
    above.message.ClearField("extends")
    overlay(below, above)
    return below


def _extended_file(document: Document, file: TextFile, extending: tuple[TextFile, ...]) -> TextFile:
    name = document.message.extends
    at = document.location.children["extends"].value
    if "/" in name or name.endswith(".textproto"):
        try:
            base = existing_file(file.path.parent / name, str(Path(file.shown).parent / name), name)
        except ConfigError as error:
            note = "a path is relative to the file that contains it"
            raise ConfigError.at(at, "extends", str(error), note) from None
    else:
        models = known_models()
        if name not in models:
            raise ConfigError.at(at, "extends", _unknown_model(name, list(models)))
        base = _model_file(models[name])
    if any(other.path.resolve() == base.path.resolve() for other in extending):
        chain = " -> ".join(other.shown for other in (*extending, base))
        raise ConfigError.at(
            at, "extends", f"the experiments extend each other in a circle: {chain}"
        )
    return base
