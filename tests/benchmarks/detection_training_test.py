import pytest
from detection_training_workload import CENTERS, POINTS, SCENES, forward_flops

from tests.benchmarks.detection_training import CASES, make_contenders


@pytest.mark.parametrize("installed", [False, True])
def test_contenders_are_measured_in_all_cases(tmp_path, installed):
    python = tmp_path / "lv13/bin/python"
    if installed:
        python.parent.mkdir(parents=True)
        python.touch()
    ours, peers = make_contenders(tmp_path)
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["Keras", "Lingvo 0.14"][: 1 + installed]
    assert set(CASES) == {"rate", "share"}


def test_flops_by_hand():
    # A point goes from 4 numbers to 32, and through blocks from 64 by 512 to 256, from 512 by 1,024
    # to 512, from 1,024 by 512 to 256, from 512 by 512 to 256, and from 512 by 256 to 128.
    points = 128 + 163_840 + 1_048_576 + 655_360 + 393_216 + 163_840
    # An offset goes from 1,440 means to 512 units, and from these to 4 anchors of 17 numbers.
    offsets = 25 * (1440 * 512 + 512 * 68)
    assert forward_flops() == 2 * SCENES * CENTERS * (POINTS * points + offsets)
