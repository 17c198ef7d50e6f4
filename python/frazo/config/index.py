"""The experiments that come with Frazo: tasks/<domain>/configs/<folders>/NAME.textproto.

A known model's name is `<domain>.<folders>.<NAME>`: image/configs/mnist/LeNet5.textproto is
image.mnist.LeNet5.
"""

from pathlib import Path

from frazo.config.suggestions import nearest

# Relative to this file and not resolved: in Bazel's runfiles each file is a separate link.
TASKS_FOLDER = Path(__file__).parent.parent / "tasks"


def known_models(tasks_folder: Path = TASKS_FOLDER) -> dict[str, Path]:
    """Returns the files of the known models by model name, sorted by name."""
    models = {}
    for path in tasks_folder.glob("*/configs/**/*.textproto"):
        domain, _, *folders, _ = path.relative_to(tasks_folder).parts
        models[".".join([domain, *folders, path.stem])] = path
    return dict(sorted(models.items()))


def nearest_model(name: str, names: list[str]) -> str | None:
    """Returns the most similar known name. The last part is enough: "LeNet" finds
    image.mnist.LeNet5.
    """
    match = nearest(name, names)
    if match is not None:
        return match
    full_names = {full_name.rpartition(".")[2]: full_name for full_name in names}
    last_part = nearest(name.rpartition(".")[2], full_names)
    return full_names[last_part] if last_part is not None else None
