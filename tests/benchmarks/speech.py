"""Speech recognition's parts beside their peers, in turns.

    ./bazelw run -c opt //tests/benchmarks:speech -- [--peers=DIR] [--json=FILE] [--rounds=3]

Log-mel features of a minute of sound on one thread, beside tf.signal and kaldi-native-fbank. Padded
batches of such features from FLAC records, beside tf.data with soundfile and tf.signal. The word
error rate of 40,000 sentences of 25 words, of which some tenth is wrong, beside jiwer; both get
lists of str and give substitutions, deletions and insertions. Losses of a transducer with their
gradients by the logits, 200 frames by 100 characters or 30 pieces of words, beside torchaudio and a
scan by TensorFlow's own ops. The search for CTC prefixes of eight utterances with a width of eight,
beside TensorFlow's. The search with the decoder of Listen, Attend and Spell, for as many utterances
and as wide, beside one in plain TensorFlow with the same weights, and with those rounded to int8.
Every measurement is a process of
its own. docs/benchmarks.md keeps the last table.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import side_by_side
from tests.benchmarks.figures_program import find_peer, make_contender, make_python_contender
from tests.benchmarks.side_by_side import Case, Comparison, Contender
from tests.benchmarks.utterance_records import write_utterances

WORD_ERROR_CASES = {
    "rate": Case("word error rate", "words/s", higher_is_better=True),
    "one_thread_rate": Case("word error rate, one thread", "words/s", higher_is_better=True),
}
FEATURE_CASES = {
    "features": Case("log-mel features, one thread", "times real time", higher_is_better=True)
}
BATCH_CASES = {
    "sound_batches": Case("FLAC records to batches", "times real time", higher_is_better=True)
}
TRANSDUCER_CASES = {
    "characters": Case("transducer loss, 77 classes", "utterances/s", higher_is_better=True),
    "pieces": Case("transducer loss, 1,025 classes", "utterances/s", higher_is_better=True),
}
CTC_SEARCH_CASES = {
    "ctc_search": Case("CTC prefix search, width 8", "utterances/s", higher_is_better=True)
}
# By decoding_weights. The peer's weights are float32 in both.
LAS_SEARCH_CASES = {
    weights: {
        "las_search": Case(f"LAS search, width 8{noted}", "utterances/s", higher_is_better=True)
    }
    for weights, noted in (("FLOAT32", ""), ("INT8", ", INT8"))
}
# Some 70 minutes.
UTTERANCES = 480

HERE = Path(__file__).absolute().parent


def make_contenders() -> tuple[Contender, list[Contender]]:
    """Returns us and the peers in word error rates."""
    return (
        make_python_contender("Frazo", HERE / "frazo_word_errors.py", WORD_ERROR_CASES),
        [make_python_contender("jiwer", HERE / "peers/jiwer_word_errors.py", WORD_ERROR_CASES)],
    )


def make_ctc_contenders() -> tuple[Contender, list[Contender]]:
    """Returns us and the peers in searches for CTC prefixes."""
    return (
        make_python_contender("Frazo", HERE / "frazo_ctc_search.py", CTC_SEARCH_CASES),
        [make_python_contender("TensorFlow", HERE / "peers/tf_ctc_search.py", CTC_SEARCH_CASES)],
    )


def make_feature_contenders(peers: Path | None) -> tuple[Contender, list[Contender]]:
    """Returns us and the peers in features.

    Args:
        peers: as in parse_arguments.
    """
    found = [make_python_contender("tf.signal", HERE / "peers/tf_sound_features.py", FEATURE_CASES)]
    kaldi = find_peer("kaldi-native-fbank", peers, "env")
    if kaldi is not None:
        command = [str(kaldi), str(HERE / "peers/kaldi_sound_features.py")]
        found.append(make_contender("kaldi-native-fbank", command, FEATURE_CASES))
    ours = make_python_contender("Frazo", HERE / "frazo_sound_features.py", FEATURE_CASES)
    return ours, found


def make_batch_contenders(folder: Path, peers: Path | None) -> tuple[Contender, list[Contender]]:
    """Returns us and the peers in batches of features.

    Args:
        folder: what write_utterances wrote to.
        peers: as in parse_arguments.
    """

    def in_this_environment(name: str, program: str, *packages: str) -> Contender:
        command = [sys.executable, str(HERE / program), str(folder)]
        modules = {"PYTHONPATH": os.pathsep.join([*sys.path, *packages])}
        return make_contender(name, command, BATCH_CASES, modules)

    ours = in_this_environment("Frazo", "frazo_sound_batches.py")
    soundfile = find_peer("soundfile", peers, "env")
    if soundfile is None:
        return ours, []
    # TensorFlow is this environment's.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = str(soundfile.parents[1] / "lib" / version / "site-packages")
    program = "peers/tfdata_sound_batches.py"
    return ours, [in_this_environment("tf.data with soundfile", program, packages)]


def make_las_contenders(weights: str) -> tuple[Contender, list[Contender]]:
    """Returns us and the peers in searches with an attention decoder.

    Args:
        weights: a key of LAS_SEARCH_CASES.
    """
    cases = LAS_SEARCH_CASES[weights]
    command = [sys.executable, str(HERE / "frazo_las_search.py"), weights]
    modules = {"PYTHONPATH": os.pathsep.join(sys.path)}
    peer = HERE / "peers/tf_las_search.py"
    return (
        make_contender("Frazo", command, cases, modules),
        [make_python_contender("plain TensorFlow", peer, cases)],
    )


def make_transducer_contenders(peers: Path | None) -> tuple[Contender, list[Contender]]:
    """Returns us and the peers in losses of transducers.

    Args:
        peers: as in parse_arguments.
    """
    program = HERE / "frazo_transducer_loss.py"

    def in_form(name: str, form: str) -> Contender:
        modules = {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, str(program), form]
        return make_contender(name, command, TRANSDUCER_CASES, modules)

    found = [in_form("plain TensorFlow", "GRAPH")]
    torchaudio = find_peer("torchaudio", peers, "torchaudio")
    if torchaudio is not None:
        command = [str(torchaudio), str(HERE / "peers/torchaudio_transducer_loss.py")]
        found.append(make_contender("torchaudio", command, TRANSDUCER_CASES))
    return in_form("Frazo", "KERNEL"), found


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_utterances(folder, UTTERANCES)
        parts = (
            make_feature_contenders(options.peers),
            make_batch_contenders(folder, options.peers),
            make_contenders(),
            make_ctc_contenders(),
            *(make_las_contenders(weights) for weights in LAS_SEARCH_CASES),
            make_transducer_contenders(options.peers),
        )

        def measure() -> list[Comparison]:
            return [
                comparison
                for ours, peers in parts
                for comparison in side_by_side.compare(ours, peers, options.rounds)
            ]

        return side_by_side.run(measure, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
