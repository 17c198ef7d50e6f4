"""Which steps of an input an export takes."""

import io
import wave

import numpy as np
import pytest
import tensorflow as tf
from frazo.proto import processor_pb2
from frazo.tasks.asr.sound_preparation import SoundPreparation
from google.protobuf import text_format

DECODE = 'decode_audio { field: "audio" output: "samples" }'
LOG_MEL = 'log_mel { field: "samples" output: "frames" log_mel { num_bins: 8 } }'


def preparation(*steps):
    text = "raw {}" + "".join(f" steps {{ {step} }}" for step in steps)
    return SoundPreparation(text_format.Parse(text, processor_pb2.Processor()).steps, "frames")


def frames_of(*steps):
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((np.sin(np.arange(4000)) * 9999).astype("<i2").tobytes())
    made = preparation(*steps)
    return made.features(*made.decode(tf.constant([content.getvalue()]))).features.numpy()


@pytest.mark.parametrize(
    ("steps", "samples"),
    [
        ([], "samples"),
        (['speed_perturb { field: "samples" }'], "samples"),
        (['speed_perturb { field: "samples" factors: 1.1 output: "fast" }'], "fast"),
        (
            [
                'add_noise { field: "samples" output: "noisy" min_snr_db: 10 max_snr_db: 20 }',
                'speed_perturb { field: "noisy" output: "fast" }',
            ],
            "fast",
        ),
    ],
)
def test_random_steps_are_left_out(steps, samples):
    log_mel = LOG_MEL.replace('field: "samples"', f'field: "{samples}" dither: 3')
    np.testing.assert_array_equal(frames_of(DECODE, *steps, log_mel), frames_of(DECODE, LOG_MEL))


@pytest.mark.parametrize(
    "masks",
    [
        'spec_augment { field: "frames" }',
        'spec_augment { field: "plain" output: "frames" }',
    ],
)
def test_masks_are_left_out(masks):
    log_mel = LOG_MEL.replace('"frames"', '"plain"') if "plain" in masks else LOG_MEL
    np.testing.assert_array_equal(frames_of(DECODE, log_mel, masks), frames_of(DECODE, LOG_MEL))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((LOG_MEL,), "no decode_audio step"),
        ((DECODE,), "no decode_audio step"),
        ((LOG_MEL, DECODE), "no decode_audio step"),
        ((DECODE, 'truncate { field: "samples" length: 9 }', LOG_MEL), "cuts 'samples'"),
        ((DECODE, LOG_MEL, 'truncate { field: "frames" length: 9 }'), "cuts 'frames'"),
        (
            (
                DECODE,
                'speed_perturb { field: "samples" output: "fast" }',
                'truncate { field: "samples" length: 9 }',
                LOG_MEL.replace("samples", "fast"),
            ),
            "cuts 'samples'",
        ),
    ],
)
def test_what_an_export_does_not_do_is_refused(steps, message):
    with pytest.raises(ValueError, match=message):
        preparation(*steps)
