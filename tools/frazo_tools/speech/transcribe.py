"""Writes down what is said in sound files, with an exported model.

    ./bazelw run -c opt //tools:transcribe -- --model=/tmp/asr/log/inference_graph speech.flac
    ./bazelw run -c opt //tools:transcribe -- --model=MODEL --json /data/test-clean >found.jsonl
    cat speech.wav | ./bazelw run -c opt //tools:transcribe -- --model=MODEL -
    ./bazelw run -c opt //tools:transcribe -- --model=MODEL --stream --chunk_ms=200 speech.flac
    arecord -q -t raw -f S16_LE -r 16000 -c 1 |
        ./bazelw run -c opt //tools:transcribe -- --model=MODEL --stream --raw -
    ffmpeg -loglevel error -i INPUT -ar 16000 -f wav - |
        ./bazelw run -c opt //tools:transcribe -- --model=MODEL --stream -

--model is the folder that the trainer writes with --mode=write_inference_graph. PATHs are sound
files (FLAC, WAV, Ogg, MP3), folders of them, globs, the records that //tools:librispeech writes,
and - for standard input. Each sound gives a line: its name, a tab and the text; or with --json

    {"id": "84-121123-0000.flac", "hypothesis": "go do you hear", "score": -3.2, "seconds": 2.01}

which //tools:wer reads. If the model finds several texts, "hypotheses" has them, best first, as
[{"text": "go do you hear", "score": -3.2}, ...]. With --stream the model gets each sound chunk by
chunk, as a microphone gives it, if it is a model that streams; standard error has the text so far
whenever it has grown. Standard input is then read as it comes: a WAV file whose head need not know
its length, or with --raw samples of 16 bits, the lower byte first, of one channel, at the rate of
the model. Ctrl+C ends it, and the line of what was said until then is written. A sound that cannot
be read is named, and the rest goes on; then the program ends with code 1. At the end standard
error says how many seconds of sound it was, how long that took, and the real-time factor: the time
that a second of sound took, in seconds.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from frazo import _core
from frazo.program.errors import EXIT_FAILED
from frazo.program.tensorflow_start import start_tensorflow
from frazo_tools.documented_parser import documented_parser
from frazo_tools.found_files import NoFileError, find_files
from frazo_tools.interruptible import exit_code, run_interruptible
from frazo_tools.records.input_files import whole_number
from frazo_tools.records.table import counted
from frazo_tools.speech.sound_pipe import SoundPipe
from frazo_tools.speech.stored_sounds import SOUND_FILES, StoredSound, read_sounds
from frazo_tools.speech.utterances import CorpusError

_STANDARD_INPUT = "-"
_NAME_OF_STANDARD_INPUT = "standard input"


class Transcribed(Protocol):
    """What a recogniser has found in a sound; frazo.export.predictor.Transcript."""

    @property
    def text(self) -> str: ...

    @property
    def score(self) -> float: ...

    @property
    def seconds(self) -> float: ...

    @property
    def hypotheses(self) -> Sequence[tuple[str, float]]: ...


class Stream(Protocol):
    """A sound that comes chunk by chunk; frazo.export.sound_stream.SoundStream."""

    sample_rate: int

    def feed(self, samples: np.ndarray, /, *, is_last: bool = False) -> Transcribed: ...


class Recognizer(Protocol):
    """An exported model; frazo.Predictor."""

    def transcribe(self, sounds: Sequence[bytes], /) -> Sequence[Transcribed]: ...

    def stream_sound(self) -> Stream: ...


class Transcriber:
    """Transcribes sounds, some at a time, and counts them.

    Attributes:
      seconds: Of all sounds so far.
      sounds: How many were transcribed.
      failures: How many could not be read.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        *,
        batch_size: int,
        as_json: bool,
        refusal: type[Exception],
        chunk_ms: int | None = None,
    ) -> None:
        """Counts from 0.

        Args:
          recognizer: The model.
          batch_size: Sounds that it gets together.
          as_json: Whether lines are JSON.
          refusal: What the model raises if one of the sounds that it gets together is none.
          chunk_ms: It gets each sound in chunks of this length. None: it gets whole sounds.
        """
        self._recognizer = recognizer
        self._batch_size = batch_size
        self._as_json = as_json
        self._refusal = refusal
        self._chunk_ms = chunk_ms
        self.seconds = 0.0
        self.sounds = 0
        self.failures = 0

    def run(self, sounds: Iterable[StoredSound]) -> Iterator[str]:
        """Yields a line for each sound that can be read, in order."""
        waiting: list[StoredSound] = []
        for sound in sounds:
            waiting.append(sound)
            if len(waiting) == self._batch_size:
                yield from self._transcribe(waiting)
                waiting = []
        yield from self._transcribe(waiting)

    def _transcribe(self, sounds: Sequence[StoredSound]) -> Iterator[str]:
        find = self._found_together if self._chunk_ms is None else self._found_by_chunks
        for sound, transcript in find(sounds):
            yield self._line(sound.name, transcript)

    def _fail(self, sound: StoredSound, error: _core.FrazoError) -> None:
        self.failures += 1
        print(f"transcribe: {sound.name}: {error}", file=sys.stderr)

    def _is_sound(self, sound: StoredSound) -> bool:
        try:
            _core.decode_sound(sound.content)
        except _core.FrazoError as error:
            self._fail(sound, error)
            return False
        return True

    def _line(self, name: str, transcript: Transcribed) -> str:
        """Counts a sound, and returns its line."""
        self.seconds += transcript.seconds
        self.sounds += 1
        if not self._as_json:
            return f"{name}\t{transcript.text}"
        return json.dumps(_record(name, transcript), ensure_ascii=False)

    def _found_together(
        self, sounds: Sequence[StoredSound]
    ) -> Iterator[tuple[StoredSound, Transcribed]]:
        # The model decodes the sounds. They are decoded here, too, only to find out which is none.
        try:
            found = self._found(sounds)
        except self._refusal:
            readable = [sound for sound in sounds if self._is_sound(sound)]
            if len(readable) == len(sounds):
                raise
            sounds, found = readable, self._found(readable)
        yield from zip(sounds, found, strict=True)

    def _found(self, sounds: Sequence[StoredSound]) -> Sequence[Transcribed]:
        if not sounds:
            return []
        return self._recognizer.transcribe([sound.content for sound in sounds])

    def _found_by_chunks(
        self, sounds: Sequence[StoredSound]
    ) -> Iterator[tuple[StoredSound, Transcribed]]:
        assert self._chunk_ms is not None
        for sound in sounds:
            try:
                yield sound, stream_sound(self._recognizer, sound, self._chunk_ms)
            except _core.FrazoError as error:
                self._fail(sound, error)

    def run_pipe(self, read: Callable[[int], bytes], *, is_raw: bool) -> Iterator[str]:
        """Yields the line of a sound that comes through a pipe, when it ends or is interrupted.

        Args:
          read: Reads from the pipe, as SoundPipe takes it.
          is_raw: As SoundPipe takes it.

        Raises:
          KeyboardInterrupt: After the line.
          CorpusError: There is no sound, or it is of another form.
        """
        assert self._chunk_ms is not None
        stream = self._recognizer.stream_sound()
        # A model takes seconds to load: whoever speaks waits for this.
        print(f"transcribe: listens to {_NAME_OF_STANDARD_INPUT}", file=sys.stderr, flush=True)
        sound = SoundPipe(read, sample_rate=stream.sample_rate, is_raw=is_raw)
        texts = _TextsSoFar(_NAME_OF_STANDARD_INPUT)
        interruption: KeyboardInterrupt | None = None
        try:
            for samples in sound.chunks(_chunk_length(stream, self._chunk_ms)):
                texts.show(stream.feed(samples))
        except KeyboardInterrupt as interrupted:
            interruption = interrupted
        yield self._line(_NAME_OF_STANDARD_INPUT, stream.feed(sound.rest(), is_last=True))
        if interruption is not None:
            raise interruption
        if sound.problem is not None:
            self.failures += 1
            print(f"transcribe: {sound.problem}", file=sys.stderr)


def _record(name: str, transcript: Transcribed) -> dict[str, Any]:
    """Returns the object of a line."""
    record = {
        "id": name,
        "hypothesis": transcript.text,
        "score": round(transcript.score, 4),
        "seconds": round(transcript.seconds, 3),
    }
    if len(transcript.hypotheses) > 1:
        record["hypotheses"] = [
            {"text": text, "score": round(score, 4)} for text, score in transcript.hypotheses
        ]
    return record


class _TextsSoFar:
    """Prints the text so far whenever it has grown."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._before = ""

    def show(self, found: Transcribed) -> None:
        if found.text != self._before:
            print(f"{self._name}\t{found.seconds:.2f} s\t{found.text}", file=sys.stderr, flush=True)
        self._before = found.text


def _chunk_length(stream: Stream, chunk_ms: int) -> int:
    """Returns the samples of a chunk."""
    return max(stream.sample_rate * chunk_ms // 1000, 1)


def stream_sound(recognizer: Recognizer, sound: StoredSound, chunk_ms: int) -> Transcribed:
    """Feeds a sound chunk by chunk, and prints the text so far whenever it has grown.

    Returns:
      What was found in the whole sound.
    """
    stream = recognizer.stream_sound()
    samples = _core.decode_sound(sound.content, sample_rate=stream.sample_rate)
    size = _chunk_length(stream, chunk_ms)
    texts = _TextsSoFar(sound.name)
    for begin in range(0, len(samples) - size, size):
        texts.show(stream.feed(samples[begin : begin + size]))
    rest = (len(samples) - 1) // size * size if len(samples) else 0
    return stream.feed(samples[rest:], is_last=True)


def run(options: argparse.Namespace) -> int:
    """Returns the number of sounds that cannot be read.

    Raises:
      NoFileError, CorpusError, ValueError, OSError.
    """
    paths = find_files([path for path in options.paths if path != _STANDARD_INPUT], SOUND_FILES)
    start_tensorflow()
    import tensorflow as tf
    from frazo.export.predictor import Predictor

    transcriber = Transcriber(
        Predictor(options.model),
        # A stream has but one sound, and its line is written when it ends.
        batch_size=1 if options.stream else options.batch_size,
        as_json=options.json,
        refusal=tf.errors.InvalidArgumentError,
        chunk_ms=options.chunk_ms if options.stream else None,
    )
    began = time.monotonic()
    try:
        for line in _lines(transcriber, paths, options):
            print(line, flush=True)
    finally:
        report(transcriber, time.monotonic() - began)
    return transcriber.failures


def _lines(
    transcriber: Transcriber, paths: Sequence[Path], options: argparse.Namespace
) -> Iterator[str]:
    """Yields the lines of all sounds, standard input last."""
    yield from transcriber.run(read_sounds(paths))
    if _STANDARD_INPUT not in options.paths:
        return
    if options.stream:
        yield from transcriber.run_pipe(_read_standard_input, is_raw=options.raw)
    else:
        content = sys.stdin.buffer.read()
        yield from transcriber.run([StoredSound(_NAME_OF_STANDARD_INPUT, content, len(content))])


def _read_standard_input(size: int) -> bytes:
    return os.read(sys.stdin.fileno(), size)


def report(transcriber: Transcriber, took: float) -> None:
    """Tells on standard error what was done in so many seconds."""
    if transcriber.sounds:
        print(
            f"transcribe: {counted(transcriber.sounds, 'sound')}, {transcriber.seconds:.1f} s, in "
            f"{took:.1f} s: real-time factor {took / max(transcriber.seconds, 1e-9):.3f}",
            file=sys.stderr,
        )
    if transcriber.failures:
        print(
            f"transcribe: {counted(transcriber.failures, 'sound')} could not be read",
            file=sys.stderr,
        )


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("transcribe", __doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="sounds; - for standard input")
    parser.add_argument(
        "--model", required=True, type=Path, metavar="FOLDER", help="the exported model"
    )
    parser.add_argument("--json", action="store_true", help="write JSON lines")
    parser.add_argument(
        "--batch_size",
        type=whole_number(1),
        default=8,
        help="sounds that are transcribed together; default: 8",
    )
    parser.add_argument("--stream", action="store_true", help="go through sounds chunk by chunk")
    parser.add_argument(
        "--chunk_ms",
        type=whole_number(1),
        default=300,
        help="length of a chunk of --stream in milliseconds; default: 300",
    )
    parser.add_argument(
        "--raw",
        action="store_true",
        help="with --stream: standard input has samples of 16 bits without a head",
    )
    options = parser.parse_args(arguments)
    if options.raw and not (options.stream and _STANDARD_INPUT in options.paths):
        parser.error("--raw is about standard input with --stream: give --stream --raw -")
    return options


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    failures = 0

    def transcribe() -> None:
        nonlocal failures
        failures = run(options)

    errors = (NoFileError, CorpusError, ValueError, _core.FrazoError, OSError)
    code = exit_code("transcribe", transcribe, errors)
    return code or (EXIT_FAILED if failures else 0)


if __name__ == "__main__":
    run_interruptible(main)
