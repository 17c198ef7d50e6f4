import shutil

import numpy as np
import pytest
from frazo_tools.debian.package_file import PackageFileError
from frazo_tools.debian.sample import write_package
from frazo_tools.speech.spoken.prompts import has_prompts, read_prompts
from frazo_tools.speech.spoken.sample import write_prompts

TEXTS = """
; Core Asterisk Sounds in English

activated: Activated.
letters/at: at the rate...  of "it"
press: Please press 1.
beep: [a beep]
unspoken: there is no such sound
"""


@pytest.fixture
def packages(tmp_path):
    if shutil.which("dpkg-deb") is None:
        pytest.skip("packages are made with dpkg-deb")
    names = ("activated", "letters/at", "press", "beep", "unknown")
    return write_prompts(tmp_path, TEXTS, names)


def test_recordings_whose_words_are_known(packages):
    assert has_prompts(packages)
    assert not has_prompts(packages[:1])
    found, left_out = read_prompts(packages)
    assert [(prompt.name, prompt.text) for prompt in found] == [
        ("activated", "activated"),
        ("letters/at", "at the rate of it"),
    ]
    assert left_out == 3
    samples = found[0].samples
    assert samples.shape == (16000,)
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() == 440
    # The codec keeps the level.
    assert np.abs(samples).max() == pytest.approx(8000 / 32768, rel=0.1)


def test_a_package_without_recordings_is_an_error(packages):
    shutil.rmtree(packages[1].with_suffix(".root"))
    write_package(packages[1], "asterisk-core-sounds-en-g722", "1", {"usr/share/x": b"x"})
    with pytest.raises(PackageFileError, match=r"has no file \*\.g722"):
        read_prompts(packages)
