import numpy as np
import pytest

from frazo import _core


def test_flac_of_samples_is_read_back():
    samples = np.array([0, 0.5, -0.25, 2, -2], np.float32)
    content = _core.encode_flac(samples, sample_rate=8000)
    assert _core.read_sound_header(content).sample_rate == 8000
    decoded = _core.decode_sound(content, sample_rate=8000)
    np.testing.assert_array_equal(decoded, np.float32([0, 0.5, -0.25, 32767 / 32768, -1]))


def test_a_rate_that_flac_has_not_is_refused():
    with pytest.raises(_core.InvalidArgumentError, match="at 0 Hz"):
        _core.encode_flac(np.zeros(3, np.float32), sample_rate=0)
