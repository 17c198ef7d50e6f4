"""Sound files to samples to features, in a graph and outside of one."""

import io
import wave

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import _core, ops
from frazo.proto import log_mel_pb2, spec_augment_pb2


def wav(samples, rate=16000) -> bytes:
    """The content of a WAV file with 16 bits for each sample."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.asarray(samples) * 32768).astype("<i2").tobytes())
    return content.getvalue()


def reference(samples, config):
    """The message's formulas, frame by frame, in double precision."""
    length = round(config.frame_ms * config.sample_rate / 1000)
    step = round(config.step_ms * config.sample_rate / 1000)
    extra = 1 if config.pre_emphasis else 0
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    weights = tf.signal.linear_to_mel_weight_matrix(
        config.num_bins,
        config.fft_size // 2 + 1,
        config.sample_rate,
        config.low_hz,
        config.high_hz,
        dtype=tf.float64,
    ).numpy()
    frames = []
    for begin in range(0, len(samples) - length - extra + 1, step):
        x = np.asarray(samples[begin : begin + length + extra], np.float64) * config.sample_scale
        y = x[1:] - config.pre_emphasis * x[:-1] if extra else x
        spectrum = np.abs(np.fft.rfft(y * window, config.fft_size))
        if config.spectrum == log_mel_pb2.LogMel.POWER:
            spectrum = spectrum**2
        frames.append(np.log(np.maximum(config.floor, spectrum @ weights)))
    return np.reshape(frames, [-1, config.num_bins])


def test_the_same_samples_in_a_graph_and_outside():
    sounds = [wav([0.5, -0.25]), wav([0.125])]
    decoded = ops.decode_sounds(tf.constant(sounds))
    assert decoded.samples.numpy().tolist() == [[0.5, -0.25], [0.125, 0]]
    assert decoded.lengths.numpy().tolist() == [2, 1]
    assert _core.decode_sound(sounds[0]).tolist() == [0.5, -0.25]


def test_another_rate_is_resampled():
    content = wav(np.zeros(4410), 44100)
    assert _core.decode_sound(content).shape == (1600,)
    assert ops.decode_sounds(tf.constant([content]), sample_rate=8000).samples.shape == [1, 800]
    header = _core.read_sound_header(content)
    assert (header.sample_rate, header.channels, header.length) == (44100, 1, 4410)
    assert header.format == "WAV (Microsoft), Signed 16 bit PCM"


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2000),
    st.sampled_from([0.0, 0.97]),
    st.sampled_from([log_mel_pb2.LogMel.MAGNITUDE, log_mel_pb2.LogMel.POWER]),
    st.sampled_from([(16000, 25, 10, 512), (16000, 20, 7.5, 400), (8000, 32, 16, 300)]),
    st.integers(0, 2**32 - 1),
)
def test_features_are_those_of_the_formulas(count, pre_emphasis, spectrum, sizes, seed):
    rate, frame_ms, step_ms, fft_size = sizes
    config = log_mel_pb2.LogMel(
        sample_rate=rate,
        frame_ms=frame_ms,
        step_ms=step_ms,
        fft_size=fft_size,
        pre_emphasis=pre_emphasis,
        spectrum=spectrum,
        num_bins=20,
        high_hz=rate / 2,
    )
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, count).astype(np.float32)
    frontend = _core.LogMelFrontend(config.SerializeToString())
    features = frontend.compute(samples)
    assert features.shape == (frontend.count_frames(count), frontend.frame_size)
    np.testing.assert_allclose(features, reference(samples, config), atol=2e-3)
    in_graph = ops.log_mel(
        tf.constant(samples[None]), tf.constant([count]), config.SerializeToString()
    )
    np.testing.assert_array_equal(in_graph.features[0], features)
    assert in_graph.frames.numpy().tolist() == [len(features)]


def test_padding_changes_nothing():
    config = log_mel_pb2.LogMel(zero_frames=1, left_frames=1, stride=2).SerializeToString()
    samples = np.random.default_rng(3).uniform(-1, 1, [2, 3000]).astype(np.float32)
    both = ops.log_mel(tf.constant(samples), tf.constant([3000, 1500]), config)
    frontend = _core.LogMelFrontend(config)
    for row, length in enumerate([3000, 1500]):
        alone = frontend.compute(samples[row, :length])
        assert both.frames[row] == len(alone)
        np.testing.assert_array_equal(both.features[row, : len(alone)], alone)
        assert not both.features[row, len(alone) :].numpy().any()


SAMPLES = np.random.default_rng(4).uniform(-0.5, 0.5, [2, 1000]).astype(np.float32)
LENGTHS = [1000, 600]


def test_speed_in_a_graph_and_outside():
    found = ops.speed_perturb(tf.constant(SAMPLES), tf.constant(LENGTHS), tf.constant([0.5, 1.25]))
    assert found.lengths.numpy().tolist() == [2000, 480]
    for row, factor in enumerate([0.5, 1.25]):
        alone = _core.speed_perturb(SAMPLES[row, : LENGTHS[row]], factor)
        np.testing.assert_array_equal(found.samples[row, : len(alone)], alone)
        assert not found.samples[row, len(alone) :].numpy().any()


def test_noise_in_a_graph_and_outside():
    seeds = tf.constant([3, -4], tf.int64)
    found = ops.add_noise(
        tf.constant(SAMPLES), tf.constant(LENGTHS), tf.constant([10.0, 20.0]), seeds
    ).numpy()
    for row, (snr_db, seed) in enumerate([(10, 3), (20, -4)]):
        sound = SAMPLES[row, : LENGTHS[row]]
        alone = _core.add_noise(sound, snr_db=snr_db, seed=seed)
        np.testing.assert_array_equal(found[row, : len(alone)], alone)
        ratio = np.mean(sound**2) / np.mean((alone - sound) ** 2)
        # The mean square of n normal numbers has a relative deviation of sqrt(2 / n) < 0.06.
        assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=1.5)
        assert (alone != _core.add_noise(sound, snr_db=snr_db, seed=7)).any()
    np.testing.assert_array_equal(found[1, 600:], SAMPLES[1, 600:])


def test_masks_in_a_graph_and_outside():
    config = spec_augment_pb2.SpecAugment(most_bands=5, most_of_utterance=0.5).SerializeToString()
    features = np.ones([2, 40, 20], np.float32)
    seeds = tf.constant([5, 6], tf.int64)
    found = ops.spec_augment(tf.constant(features), tf.constant([40, 25]), config, seeds).numpy()
    for row, (frames, seed) in enumerate([(40, 5), (25, 6)]):
        alone = _core.spec_augment(features[row, :frames], config, seed=seed)
        np.testing.assert_array_equal(found[row, :frames], alone)
        assert 0 < (alone == 0).mean() < 1
    assert found[1, 25:].all()


def test_shapes_are_known_as_far_as_they_are():
    config = log_mel_pb2.LogMel(num_bins=40, left_frames=2).SerializeToString()

    @tf.function(input_signature=[tf.TensorSpec([3], tf.string)])
    def shapes(contents):
        decoded = ops.decode_sounds(contents)
        assert decoded.samples.shape.as_list() == [3, None]
        features = ops.log_mel(decoded.samples, decoded.lengths, config)
        assert features.features.shape.as_list() == [3, None, 120]
        assert features.frames.shape == [3]
        seeds = tf.constant([1, 2, 3], tf.int64)
        noisy = ops.add_noise(decoded.samples, decoded.lengths, tf.zeros([3]), seeds)
        assert noisy.shape.as_list() == [3, None]
        faster = ops.speed_perturb(noisy, decoded.lengths, tf.ones([3]))
        assert faster.samples.shape.as_list() == [3, None]
        masked = ops.spec_augment(features.features, features.frames, b"", seeds)
        assert masked.shape.as_list() == [3, None, 120]

    shapes.get_concrete_function()


def test_changes_that_are_none_are_named():
    with pytest.raises(_core.InvalidArgumentError, match=r"factor 11; expected a number from 0\.1"):
        _core.speed_perturb(SAMPLES[0], 11)
    with pytest.raises(
        _core.InvalidArgumentError, match=r"snr_db nan; expected a number from -100"
    ):
        _core.add_noise(SAMPLES[0], snr_db=float("nan"), seed=1)
    with pytest.raises(_core.InvalidArgumentError, match=r"not a serialized frazo\.SpecAugment"):
        _core.spec_augment(SAMPLES, b"\xff", seed=1)
    with pytest.raises(_core.InvalidArgumentError, match=r"a frame has no values"):
        _core.spec_augment(SAMPLES[:, :0], b"", seed=1)
    config = spec_augment_pb2.SpecAugment(most_of_utterance=2).SerializeToString()
    with pytest.raises(_core.InvalidArgumentError, match=r"config\.most_of_utterance: 2; expected"):
        _core.spec_augment(SAMPLES, config, seed=1)


def test_what_is_wrong_is_named():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"contents, row 1: these 5 bytes"):
        ops.decode_sounds(tf.constant([wav([0]), b"hello"]))
    with pytest.raises(_core.InvalidArgumentError, match=r"these 5 bytes are no sound"):
        _core.decode_sound(b"hello")
    with pytest.raises(_core.InvalidArgumentError, match=r"longer than 1"):
        _core.decode_sound(wav(np.zeros(16001)), max_seconds=1)
    with pytest.raises(_core.InvalidArgumentError, match=r"must be above 0"):
        _core.decode_sound(wav([0]), sample_rate=0)
    with pytest.raises(_core.InvalidArgumentError, match=r"config\.stride: expected"):
        _core.LogMelFrontend(log_mel_pb2.LogMel(stride=0).SerializeToString())
    with pytest.raises(_core.InvalidArgumentError, match=r"not a serialized frazo\.LogMel"):
        _core.LogMelFrontend(b"\xff")
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"samples, row 0: length 2; expected 0 .. 1"
    ):
        ops.log_mel(tf.zeros([1, 1]), tf.constant([2]), b"")
