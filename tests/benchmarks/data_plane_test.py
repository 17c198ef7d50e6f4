"""The programs of data_plane.py that need no environment of their own, on small files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import data_plane_files

HERE = Path(__file__).absolute().parent
RECORDS, PAIRS = 2000, 2000


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name in ("records", "pairs"):
        (folder / name).mkdir()
    data_plane_files.write_records(folder / "records", RECORDS)
    data_plane_files.write_pairs(folder / "pairs", PAIRS)
    return folder


def figures(*command: str | Path) -> dict[str, float]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    report = json.loads(run.stdout.splitlines()[-1])
    assert report["peak_memory_mb"] > 3
    return report["figures"]


@pytest.mark.parametrize("how", ["in_order", "shuffled", "limit"])
def test_records_are_read_in_cpp(folder, how):
    command = (HERE / "record_reading", how, folder / "records", str(RECORDS))
    assert figures(*command)["records_per_second"] > 0


@pytest.mark.parametrize(
    ("program", "how"),
    [
        ("frazo_records.py", "in_order"),
        ("frazo_records.py", "shuffled"),
        ("peers/tfdata_records.py", "dropped"),
        ("peers/tfdata_records.py", "in_order"),
        ("peers/tfdata_records.py", "interleaved_dropped"),
    ],
)
def test_records_are_handed_to_python(folder, program, how):
    command = (sys.executable, HERE / program, how, folder / "records", str(RECORDS))
    assert figures(*command)["records_per_second"] > 0


def test_frazo_pads_no_more_than_tfdata_with_the_same_buckets(folder):
    ours = figures(sys.executable, HERE / "frazo_pairs.py", folder / "pairs")
    peers = figures(
        sys.executable, HERE / "peers/tfdata_pairs.py", "whole_batches", folder / "pairs"
    )
    # The buckets are the same, so only the chance of who is in a batch together is left.
    assert ours["real_share"] == pytest.approx(peers["real_share"], abs=0.02)
    assert 0.7 < ours["real_share"] < 0.9


def test_a_shape_of_records_is_the_same_on_every_machine(folder):
    # 992 bytes in the mean, and 16 of TFRecord's own.
    size = sum(file.stat().st_size for file in (folder / "records").iterdir())
    assert size / RECORDS == pytest.approx(1008, rel=0.02)
