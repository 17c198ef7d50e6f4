"""Fuzzes a parser in Python with atheris, which learns from what an input reaches.

    ./bazelw run //tests/fuzz:fuzz_python_parsers -- TARGET [-runs=1000000] [-OTHER=...] [FOLDER]

TARGET is mo, idx, manifest, safetensors or tokenizer; or bin, npy, pcd, ply, kitti_labels,
kitti_calibration, waymo_frame, waymo_image or waymo_example. New inputs are kept in FOLDER.
Options with one dash are libFuzzer's.
atheris is none of the locked packages: put it where Python finds it, as by
pip install --target=FOLDER atheris==3.0.0 and PYTHONPATH=FOLDER.
"""

import os
import sys
import tempfile
from pathlib import Path


def main(arguments: list[str]) -> None:
    try:
        import atheris
    except ImportError:
        sys.exit(
            "fuzz_python_parsers: atheris is missing; pip install --target=FOLDER atheris==3.0.0, "
            "and set PYTHONPATH=FOLDER"
        )
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    # Modules that are imported here report which of their branches run.
    with atheris.instrument_imports(
        include=["frazo.checkpoint.manifest", "frazo_tools", "gettext", "json"]
    ):
        from tests.fuzz.python_parsers import TARGETS
    if not arguments or arguments[0] not in TARGETS:
        sys.exit(f"fuzz_python_parsers: name one of {', '.join(TARGETS)}\n{__doc__}")
    target = TARGETS[arguments[0]]
    seeds = Path(tempfile.mkdtemp(prefix="frazo_fuzz_"))
    for number, seed in enumerate(target.seeds):
        (seeds / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *arguments[1:], str(seeds)], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
