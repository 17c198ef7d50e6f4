"""Pages for the Python interface. What stands on them is taken from the sources by mkdocstrings."""

import shutil
from pathlib import Path

# Modules by the page that describes them, in the order of the site's navigation.
PAGES = {
    "frazo": ("frazo",),
    "runtime": ("frazo._core",),
    "ops": ("frazo.ops",),
    "config": ("frazo.config",),
    "input": ("frazo.input.input", "frazo.input.graph_tokenizer", "frazo.input.share"),
    "layers": (
        "frazo.layers.layer",
        "frazo.layers.place",
        "frazo.layers.declaration",
        "frazo.layers.sequence_layer",
        "frazo.layers.sequence_layout",
        "frazo.layers.step_context",
    ),
    "tasks": (
        "frazo.tasks.task",
        "frazo.tasks.decoder",
        "frazo.tasks.servable",
        "frazo.learn.loss",
    ),
    "sysconfig": ("frazo.sysconfig",),
}


def pages() -> dict[str, str]:
    """Returns the pages by their names."""
    return {name: _page(name, modules) for name, modules in PAGES.items()}


def title(name: str) -> str:
    """The name of a page in the navigation."""
    modules = PAGES[name]
    return modules[0] if len(modules) == 1 else f"frazo.{name}"


def write_sources(python: Path, folder: Path) -> None:
    """Copies the sources that are described.

    mkdocstrings looks into folders that have an __init__.py. Ours need none.

    Args:
      python: The folder that Python imports `frazo` from.
      folder: Gets the sources.
    """
    for source in (*python.rglob("*.py"), *python.rglob("*.pyi")):
        copied = folder / source.relative_to(python)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copied)
    for package in folder.rglob("*/"):
        (package / "__init__.py").touch()


def _page(name: str, modules: tuple[str, ...]) -> str:
    if len(modules) == 1:
        return f"::: {modules[0]}\n    options:\n      heading_level: 1\n"
    parts = [f"# {title(name)}", *(f"::: {module}" for module in modules)]
    return "\n\n".join(parts) + "\n"
