"""The program on a pipe that somebody speaks into, with a model that counts samples."""

import json
import pathlib
import signal
import struct
import subprocess

import pytest
import tensorflow as tf
from frazo_tools.speech.sample import tone

TRANSCRIBE = pathlib.Path.cwd() / "tools/frazo_tools/speech/transcribe"
RATE = 16000
PATIENCE_SECONDS = 120
# A tenth of a second of sound.
CHUNK = struct.pack("<h", 1) * 1600


class Counter(tf.Module):
    """The signatures of a recogniser. The text is how many samples there were."""

    @tf.function(input_signature=[])
    def about(self):
        return {"sample_rate": tf.constant(RATE)}

    @tf.function(input_signature=[])
    def start_stream(self):
        return {"state_samples": tf.constant(0)}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.float32, name="samples"),
            tf.TensorSpec([], tf.bool, name="is_last"),
            tf.TensorSpec([], tf.int32, name="state_samples"),
        ]
    )
    def stream(self, samples, is_last, state_samples):
        count = state_samples + tf.size(samples)
        end = tf.where(is_last, " in all", "")
        text = tf.strings.join([tf.strings.as_string(count), end])
        return {"text": text, "score": tf.constant(-1.0), "state_samples": count}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="sounds")])
    def transcribe(self, sounds):
        zeros = tf.zeros_like(sounds, tf.float32)
        return {
            "texts": sounds,
            "scores": zeros,
            "num_tokens": zeros,
            "num_samples": zeros,
            "hypotheses": sounds[:, None],
            "hypothesis_scores": zeros[:, None],
        }


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    module = Counter()
    names = ("about", "start_stream", "stream", "transcribe")
    signatures = {name: getattr(module, name).get_concrete_function() for name in names}
    tf.saved_model.save(module, str(folder), signatures)
    return folder


def start(model, *words):
    return subprocess.Popen(
        [TRANSCRIBE, f"--model={model}", "--stream", "--chunk_ms=100", "--json", *words, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def next_text(process):
    """Waits for the next line on standard error that is of this program."""
    while line := process.stderr.readline().decode():
        if line.startswith(("standard input\t", "transcribe: ")):
            return line.rstrip("\n")
    return None


def end(process):
    """Returns the exit code, the object on standard output, and what standard error had yet."""
    out, error = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, json.loads(out), error.decode().splitlines()


def test_text_appears_while_somebody_speaks_and_an_interruption_ends_it(model):
    with start(model, "--raw") as process:
        try:
            assert next_text(process) == "transcribe: listens to standard input"
            for count in (1, 2):
                process.stdin.write(CHUNK)
                process.stdin.flush()
                # The pipe is open, and nothing more is in it.
                line = f"standard input\t{count / 10:.2f} s\t{1600 * count}"
                assert next_text(process) == line
            process.send_signal(signal.SIGINT)
            code, found, error = end(process)
        finally:
            process.kill()
    assert code == 130
    assert found["id"] == "standard input"
    assert found["hypothesis"] == "3200 in all"
    assert found["seconds"] == 0.2
    assert error[-1] == "transcribe: interrupted"


def test_the_end_of_a_pipe_ends_it_and_says_what_is_missing(model):
    # As arecord begins: the head of a file that is longer than any.
    head = tone(0)[:-4] + struct.pack("<I", 0x7FFFFF00)
    with start(model) as process:
        process.stdin.write(head + CHUNK + b"\1\0\1")
        code, found, error = end(process)
    assert code == 1
    assert found["hypothesis"] == "1601 in all"
    assert "transcribe: standard input ends within a sample: 1 of 2 bytes are missing" in error


def test_raw_is_for_a_stream_of_standard_input(model):
    ran = subprocess.run(
        [TRANSCRIBE, f"--model={model}", "--raw", "-"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 2
    assert "give --stream --raw -" in ran.stderr
