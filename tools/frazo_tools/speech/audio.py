"""Shows sounds, and measures the features of a corpus.

    ./bazelw run -c opt //tools:audio -- show speech.flac --picture=speech.png
    ./bazelw run -c opt //tools:audio -- show /data/LibriSpeech/dev-clean
    ./bazelw run -c opt //tools:audio -- statistics '/data/speech/train-*.tfrecord-*' --log_mel='num_bins: 40'

PATHs are sound files (FLAC, WAV, Ogg, MP3), folders of them, globs, and the records that
//tools:librispeech writes. A sound that cannot be read is named, and the rest goes on; then the
program ends with code 1.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from frazo import _core
from frazo.program.durable_file import write_bytes
from frazo.program.errors import EXIT_FAILED
from frazo.proto import log_mel_pb2
from frazo_tools.documented_parser import documented_parser
from frazo_tools.found_files import NoFileError, find_files
from frazo_tools.interruptible import exit_code, run_interruptible
from frazo_tools.progress import Progress
from frazo_tools.records.input_files import whole_number
from frazo_tools.records.table import counted, table
from frazo_tools.speech.measures import FeatureStatistics, Level, measure_level
from frazo_tools.speech.stored_sounds import SOUND_FILES, StoredSound, read_sounds
from frazo_tools.speech.utterances import CorpusError
from google.protobuf import text_format


class _Sound(NamedTuple):
    stored: StoredSound
    samples: np.ndarray


class _Sounds:
    """Decodes sounds one after the other and counts those that cannot be read."""

    def __init__(self, patterns: Sequence[str], sample_rate: int) -> None:
        self._paths = find_files(patterns, SOUND_FILES)
        self._rate = sample_rate
        self.failures = 0

    def __iter__(self) -> Iterator[_Sound]:
        total = sum(path.stat().st_size for path in self._paths)
        with Progress("reading", total) as progress:
            for stored in read_sounds(self._paths):
                try:
                    samples = _core.decode_sound(stored.content, sample_rate=self._rate)
                except _core.FrazoError as error:
                    self.failures += 1
                    print(f"audio: {stored.name}: {error}", file=sys.stderr)
                    continue
                progress(stored.bytes_read)
                yield _Sound(stored, samples)


def show(options: argparse.Namespace) -> int:
    """Prints a table of the sounds. Returns the number that cannot be read."""
    frontend = _core.LogMelFrontend(options.log_mel.SerializeToString())
    sounds = _Sounds(options.paths, frontend.sample_rate)
    rows, seconds, levels, first = [], [], [], None
    for sound in sounds:
        first = first or sound
        seconds.append(len(sound.samples) / frontend.sample_rate)
        levels.append(measure_level(sound.samples))
        if len(rows) < options.most:
            rows.append(_row(sound, seconds[-1], levels[-1]))
    head = ("sound", "length", "rate", "channels", "peak", "level", "clipped", "format")
    if rows:
        print(table(head, rows))
        print(
            f"{counted(len(seconds), 'sound')}, {sum(seconds) / 3600:,.3f} hours; the shortest has "
            f"{min(seconds):.2f} s, the median {float(np.median(seconds)):.2f} s, the longest "
            f"{max(seconds):.2f} s"
        )
        silent = sum(level.is_silent for level in levels)
        clipped = sum(level.is_clipped for level in levels)
        if silent or clipped:
            print(f"silent: {silent:,}; clipped: {clipped:,}")
    if options.picture is not None and first is not None:
        _draw(options.picture, first, frontend)
        print(f"drew {first.stored.name} in {options.picture}")
    return sounds.failures


def _row(sound: _Sound, seconds: float, level: Level) -> tuple[str, ...]:
    header = _core.read_sound_header(sound.stored.content)
    return (
        sound.stored.name,
        f"{seconds:.2f} s",
        f"{header.sample_rate:,} Hz",
        str(header.channels),
        f"{level.peak_db:.1f} dB",
        f"{level.mean_db:.1f} dB",
        f"{level.clipped:.2%}",
        header.format,
    )


def _draw(path: Path, sound: _Sound, frontend: _core.LogMelFrontend) -> None:
    """Draws the samples of a sound and its features below them."""
    from frazo.program.picture import new_figure, png

    figure = new_figure(10, 5)
    seconds = len(sound.samples) / frontend.sample_rate
    samples, features = figure.subplots(2, 1, sharex=True)
    samples.plot(np.arange(len(sound.samples)) / frontend.sample_rate, sound.samples, linewidth=0.5)
    samples.set_ylabel("sample")
    samples.set_title(sound.stored.name)
    samples.grid(alpha=0.3)
    values = frontend.compute(sound.samples)
    features.imshow(
        values.T, origin="lower", aspect="auto", extent=(0, seconds, 0, frontend.frame_size)
    )
    features.set_xlabel("seconds")
    features.set_ylabel("mel band")
    write_bytes(path, png(figure))


def statistics(options: argparse.Namespace) -> int:
    """Prints the mean and deviation of each feature. Returns the number of unread sounds."""
    frontend = _core.LogMelFrontend(options.log_mel.SerializeToString())
    found = FeatureStatistics(frontend.frame_size)
    sounds = _Sounds(options.paths, frontend.sample_rate)
    for sound in sounds:
        found.add(frontend.compute(sound.samples))
    if found.frames == 0:
        raise CorpusError("the sounds have no frame; give more of them")
    if not (found.stddev > 0).all():
        raise CorpusError(
            f"{counted(int((found.stddev == 0).sum()), 'feature')} never changed, so that no deviation "
            "can divide them; give other sounds, or fewer bins"
        )
    print(f"# Over {found.frames:,} frames. For the message LogMel:")
    print(f"mean: [{', '.join(f'{value:.7g}' for value in found.mean)}]")
    print(f"stddev: [{', '.join(f'{value:.7g}' for value in found.stddev)}]")
    return sounds.failures


def _log_mel(text: str) -> log_mel_pb2.LogMel:
    try:
        return text_format.Parse(text, log_mel_pb2.LogMel())
    except text_format.ParseError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no frazo.LogMel: {error}") from error


def _statistics_log_mel(text: str) -> log_mel_pb2.LogMel:
    config = _log_mel(text)
    for field in (
        "mean",
        "stddev",
        "normalize_utterance",
        "zero_frames",
        "left_frames",
        "right_frames",
    ):
        config.ClearField(field)
    return config


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("audio", __doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    help_show = "lengths, rates and levels of sounds, and a picture of the first"
    shown = commands.add_parser("show", help=help_show, description=help_show.capitalize() + ".")
    shown.set_defaults(run=show)
    shown.add_argument(
        "--picture", type=Path, metavar="FILE.png", help="draw the first sound and its features"
    )
    shown.add_argument(
        "-n", "--most", type=whole_number(0), default=20, help="sounds in the table; default: 20"
    )
    help_statistics = "mean and deviation of each feature over all frames"
    measured = commands.add_parser(
        "statistics", help=help_statistics, description=help_statistics.capitalize() + "."
    )
    measured.set_defaults(run=statistics)
    for command, parse in ((shown, _log_mel), (measured, _statistics_log_mel)):
        command.add_argument("paths", nargs="+", metavar="PATH", help="what to read")
        command.add_argument(
            "--log_mel",
            type=parse,
            default="",
            metavar="TEXTPROTO",
            help="the features, a frazo.LogMel; default: those of Lingvo's LibriSpeech models",
        )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    failures = 0

    def run() -> None:
        nonlocal failures
        failures = options.run(options)

    errors = (NoFileError, CorpusError, _core.FrazoError, OSError)
    code = exit_code(f"audio {options.command}", run, errors)
    if failures:
        print(f"audio: {counted(failures, 'sound')} could not be read", file=sys.stderr)
    return code or (EXIT_FAILED if failures else 0)


if __name__ == "__main__":
    run_interruptible(main)
