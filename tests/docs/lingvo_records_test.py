"""The overlay of docs/speech.md reads records as Lingvo's create_asr_features writes them."""

import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from frazo import _core
from frazo.config import load_experiment
from frazo.pipeline import Pipeline
from frazo.proto import log_mel_pb2
from frazo_tools.speech.sample import tone

PAGE = Path("docs/speech.md").read_text(encoding="utf-8")
SENTENCES = ("one two", "it's three")


def frames(number):
    """Returns what Lingvo computes of the utterance of this number, [frames, 80]."""
    samples = _core.decode_sound(tone(0.3 + 0.1 * number, 300))
    log_mel = log_mel_pb2.LogMel(fft_size=1024)
    return _core.LogMelFrontend(log_mel.SerializeToString()).compute(samples)


def write(path, records):
    """Writes records of (id, transcript, numbers), as Lingvo does: there is no length."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for name, transcript, numbers in records:
            features = {
                "uttid": tf.train.Feature(bytes_list=tf.train.BytesList(value=[name.encode()])),
                "transcript": tf.train.Feature(
                    bytes_list=tf.train.BytesList(value=[transcript.encode()])
                ),
                "frames": tf.train.Feature(float_list=tf.train.FloatList(value=numbers)),
            }
            example = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(example.SerializeToString())


@pytest.fixture
def inputs(tmp_path):
    """The inputs of the overlay, with /data moved aside."""
    (overlay,) = re.findall(r"```\n(# proto-file[^`]*Lingvo's create_asr[^`]*)```", PAGE)
    file = tmp_path / "lingvo.textproto"
    file.write_text(overlay.replace("/data/", f"{tmp_path}/"))
    return load_experiment(model=None, config=str(file), overrides=[]).inputs


def labels(text):
    """Lingvo's numbers of characters: a space is 3, a to z are 5 to 30, ' is 32."""
    return [{" ": 3, "'": 32}.get(letter, ord(letter) - ord("a") + 5) for letter in text]


def test_frames_are_those_of_the_sound_and_texts_become_lingvos_characters(inputs, tmp_path):
    records = [
        (f"84-121-{i:04}", text, frames(i).ravel().tolist()) for i, text in enumerate(SENTENCES)
    ]
    write(tmp_path / "lingvo/devtest/dev-clean.tfrecords-00000-of-00001", records)
    (batch,) = Pipeline(inputs["Dev"].pipeline)
    order = [batch["uttid"].tolist().index(name.encode()) for name, _, _ in records]
    # 25 ms of 0.3 s and 0.4 s of sound, every 10 ms: 1 + (4800 - 401) // 160 and so on.
    assert batch["frames_length"][order].tolist() == [28, 38]
    for i, text in enumerate(SENTENCES):
        length = batch["frames_length"][order[i]]
        np.testing.assert_array_equal(batch["frames"][order[i], :length], frames(i))
        count = batch["labels_length"][order[i]]
        assert batch["labels"][order[i], :count].tolist() == labels(text)


def test_the_training_reads_all_shards(inputs, tmp_path):
    for shard in range(2):
        record = (f"84-121-{shard:04}", SENTENCES[shard], frames(shard).ravel().tolist())
        write(tmp_path / f"lingvo/train/train.tfrecords-{shard:05}-of-00002", [record])
    batch = next(iter(Pipeline(inputs["Train"].pipeline)))
    assert set(batch) == {"frames", "frames_length", "labels", "labels_length"}
    assert set(batch["frames_length"].tolist()) == {28, 38}


def test_frames_of_another_width_are_told(inputs, tmp_path):
    record = ("84-121-0000", "one", [0.0] * 81)
    write(tmp_path / "lingvo/devtest/dev-clean.tfrecords-00000-of-00001", [record])
    with pytest.raises(_core.FrazoError, match=r"frames.*81"):
        list(Pipeline(inputs["Dev"].pipeline))
