import gzip
import shutil

import numpy as np
import pytest
from frazo_tools.debian.package_file import PackageFileError
from frazo_tools.debian.sample import write_package
from frazo_tools.speech.spoken.prompts import has_prompts, read_prompts
from G722 import G722

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
    tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    sound = bytes(G722(16000, 64000).encode(tone.astype(np.int16)))
    folder = "usr/share/asterisk/sounds/en_US_f_Allison"
    names = ("activated", "letters/at", "press", "beep", "unknown")
    texts, sounds = (
        tmp_path / f"asterisk-core-sounds-en{kind}_1_all.deb" for kind in ("", "-g722")
    )
    listing = {
        "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz": gzip.compress(TEXTS.encode())
    }
    write_package(texts, "asterisk-core-sounds-en", "1", listing)
    write_package(
        sounds,
        "asterisk-core-sounds-en-g722",
        "1",
        {f"{folder}/{name}.g722": sound for name in names},
    )
    return [texts, sounds]


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
    write_package(packages[1], "asterisk-core-sounds-en-g722", "1", {"usr/share/x": b"x"})
    shutil.rmtree(packages[1].with_suffix(".root"))
    write_package(packages[1], "asterisk-core-sounds-en-g722", "1", {"usr/share/x": b"x"})
    with pytest.raises(PackageFileError, match=r"has no file \*\.g722"):
        read_prompts(packages)
