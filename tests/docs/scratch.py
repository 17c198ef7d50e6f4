"""Runs the commands of documents in a folder that takes the place of /tmp and of the checkout."""

import importlib.util
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
from background import Background
from documents import Command, PythonBlock
from frazo_tools.gettext.mo_file_writer import write_mo
from frazo_tools.gettext.sample import sample_messages
from frazo_tools.prose.sample import write_pages
from frazo_tools.speech.sample import write_set
from frazo_tools.speech.spoken.sample import write_prompts

PROGRAMS = {
    "//:trainer": "python/frazo/jobs/trainer",
    "//tools:audio": "tools/frazo_tools/speech/audio",
    "//tools:build_vocab": "tools/frazo_tools/vocab/build_vocab",
    "//tools:checkpoint": "tools/frazo_tools/checkpoint/checkpoint",
    "//tools:config": "tools/frazo_tools/config/config",
    "//tools:detect": "tools/frazo_tools/detection/detect",
    "//tools:generate": "tools/frazo_tools/generation/generate",
    "//tools:gettext_pairs": "tools/frazo_tools/gettext/gettext_pairs",
    "//tools:keras2ckpt": "tools/frazo_tools/images/keras2ckpt",
    "//tools:launch": "tools/frazo_tools/launch/launch",
    "//tools:librispeech": "tools/frazo_tools/speech/librispeech",
    "//tools:lidar_scenes": "tools/frazo_tools/detection/lidar_scenes",
    "//tools:lm1b_vocab": "tools/frazo_tools/vocab/lm1b_vocab",
    "//tools:lm_text": "tools/frazo_tools/prose/lm_text",
    "//tools:ngram": "tools/frazo_tools/ngram/ngram",
    "//tools:records": "tools/frazo_tools/records/records",
    "//tools:scenes": "tools/frazo_tools/detection/scenes",
    "//tools:serve": "tools/frazo_tools/serving/serve",
    "//tools:source_lines": "tools/frazo_tools/vocab/source_lines",
    "//tools:spoken_corpus": "tools/frazo_tools/speech/spoken/spoken_corpus",
    "//tools:status": "tools/frazo_tools/launch/status",
    "//tools:tokenizer": "tools/frazo_tools/tokenizer/tokenizer",
    "//tools:transcribe": "tools/frazo_tools/speech/transcribe",
    "//tools:translate": "tools/frazo_tools/translation/translate",
    "//tools:wer": "tools/frazo_tools/wer/wer",
    "//tests/export:translate_lines": "tests/export/translate_lines",
}
# They are no programs of ours.
_SHELL_COMMANDS = ("curl", "head", "kill", "paste", "printf")
# What the shell reads, and not the program.
_SHELL_WORDS = ("<", ">", "|")
# In the documents a server has its own ports; here it has free ones.
_PORTS = {"--port": 8500, "--rest_port": 8501}
_TRAINERS = ("//:trainer", "//tools:launch")
# Enough for two reports, two checkpoints and an evaluation.
_SHORT_STEPS = 20
_SHORT = [
    f"--set=train.{field}"
    for field in (f"max_steps={_SHORT_STEPS}", "save_interval_steps=10", "log_interval_steps=10")
]
# The same for translation, whose smallest model is too large for that.
_SMALL_TRANSFORMER = [
    f"--set=task.translation.transformer.{field}"
    for field in (
        "source_embedding.vocab_size=300",
        "source_embedding.dim=32",
        "encoder.num_layers=1",
        "decoder.num_layers=1",
    )
]
# The same for language models of real text.
_SMALL_LANGUAGE_MODEL = [
    f"--set=task.language_modeling.model.{field}"
    for field in (
        "embedding.vocab_size=300",
        "embedding.dim=32",
        "body.transformer_stack.num_layers=1",
    )
]
# The same for speech recognition, by the kind of the encoder.
_SMALL_RECOGNIZERS = {
    kind: [f"--set=task.speech_recognition.{field}" for field in ("subsampling.filters=4", *fields)]
    for kind, fields in {
        "transformer_stack": (
            "subsampling.units=32",
            "encoder.transformer_stack.num_layers=1",
            "encoder.transformer_stack.layer.feed_forward.hidden_units=64",
        ),
        "conformer_stack": (
            "subsampling.units=32",
            "encoder.conformer_stack.num_layers=1",
            "attention_decoder.search.max_length=8",
        ),
        "lstm_stack": ("encoder.lstm_stack.num_layers=1", "encoder.lstm_stack.layer.units=32"),
    }.items()
}
# The same for detectors.
_SMALL_DETECTOR = [
    "--set=task.point_detection.network.offset_units=8",
    "--set=inputs.Train.pipeline.batcher.fixed.batch_size=1",
]
# The same for language models of made-up texts.
_SMALL_BATCHES = [
    f"--set=inputs.Train.synthetic_tokens.{field}" for field in ("rows=4", "length=32")
]
_DECODED = re.compile(r"/\d{8}\.jsonl$")
_LOGDIR = "--logdir="
# What does not make another training: the log directory, and what is so by default.
_IGNORED = (_LOGDIR, "--mode=sync", "--run_locally=cpu")
# It has a paragraph for each reason in the report of //tools:lm_text.
_OTHER_PAGE = """
<p>Nicht jeder Absatz ist in englischer Sprache geschrieben worden, auch dieser kleine hier nicht.
<p>for (i = 0; i < 10; ++i) { a[i] += 12345; b[i] -= 67890; c[i] *= 13579 } // and so on, as it is
"""
# Recordings for //tools:spoken_corpus.
_PROMPTS = "hello: Hello, and welcome.\ngoodbye: Goodbye.\n"

# One for each reason in the report of //tools:gettext_pairs.
_LEFT_OUT_MESSAGES = {
    "nothing": "",
    "your names": "Ihre Namen",
    "a\x01b": "c",
    "12345": "54321",
    "the same": "the same",
    "open %s": "mache auf",
    " ".join(["word"] * 61): "ein Satz",
    "one": "sehr viel mehr als nur dieses eine einzelne Wort",
    "what is it and who": "this is the one that you have",
}


def can_run(command: Command) -> bool:
    """Returns whether a command is of a program that this module knows, and needs no network."""
    if command.target is None:
        return command.words[0] in _SHELL_COMMANDS
    if command.target == "//tools:keras2ckpt":
        return "--from=/tmp/mnist/idx" in command.arguments
    # Benchmarks take minutes and peers of their own; tests/benchmarks tests them.
    return not command.target.startswith("//tests/benchmarks")


class Scratch:
    """A folder in which the commands of the documents run.

    mnist/idx/ holds a small MNIST in the files that the documents name, catalogues/ some messages,
    pages/ some prose, LibriSpeech/ tones with texts, prompts/ packages of recordings, lm1b/ some
    words of the One Billion Word benchmark.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        runfiles: pathlib.Path,
        *,
        checkout: pathlib.Path | None = None,
        short: bool,
    ):
        """Prepares the folder.

        Args:
          folder: An empty folder.
          runfiles: Has the built programs and the documents.
          checkout: What the programs take for it; by default the runfiles.
          short: Whether trainings end after a few steps, with small data and a small Transformer,
            and a training with another log directory alone is a copy of the first.
        """
        self.folder = folder
        self._runfiles = runfiles
        self._checkout = checkout or runfiles
        self._short = short
        self._background = Background(folder)
        self._ports = {port: _free_port() for port in _PORTS.values()}
        # By the words of a training, without its log directory.
        self._trained: dict[tuple[str | None, frozenset[str]], tuple[pathlib.Path, str]] = {}
        for name in ("docs", "python"):
            (folder / name).symlink_to(runfiles / name)
        (folder / "bazel-bin").symlink_to(runfiles)
        _write_idx(folder / "mnist" / "idx")
        _write_lm1b(folder / "lm1b" / "1-billion-word-language-modeling-benchmark-r13output")
        write_pages(folder / "pages", 60)
        (folder / "pages" / "other.html").write_text(_OTHER_PAGE, encoding="utf-8")
        for name in ("train-clean-100", "dev-clean", "test-clean"):
            write_set(folder / "LibriSpeech" / name, 3, 8)
        write_prompts(folder / "prompts", _PROMPTS, ("hello", "goodbye"))
        (folder / "catalogues").mkdir()
        (folder / "catalogues" / "de.mo").write_bytes(write_mo(_messages()))

    def moved(self, text: str) -> str:
        """Returns the text with the paths below /tmp moved into the folder."""
        for port, free in self._ports.items():
            text = text.replace(f":{port}", f":{free}")
        return text.replace("/tmp/", f"{self.folder}/")

    def moved_back(self, text: str) -> str:
        """Undoes moved(), and leaves the runfiles out of paths."""
        for port, free in self._ports.items():
            text = text.replace(f":{free}", f":{port}")
        return text.replace(f"{self.folder}/", "/tmp/").replace(f"{self._runfiles}/", "")

    def end_servers(self) -> None:
        """Ends the servers that a document started and did not end."""
        self._background.end_all()

    def run(self, command: Command, timeout_seconds: float) -> "subprocess.CompletedProcess[str]":
        """Runs a command. Its standard error is part of stdout.

        One that ends with & is a server, of which only the start is waited for; kill ends it.
        """
        if command.words[0] == "kill":
            return self._background.end_newest(timeout_seconds)
        line = self._command_line(command)
        if command.is_in_background:
            return self._background.start(line, self._environment(), timeout_seconds)
        logdir = self._new_logdir(command)
        if logdir is None:
            return self._run(line, timeout_seconds)
        words = frozenset(word for word in command.arguments if not word.startswith(_IGNORED))
        training = command.target, words
        if training in self._trained:
            before, printed = self._trained[training]
            shutil.copytree(before, logdir)
            printed = printed.replace(str(before), str(logdir))
            return subprocess.CompletedProcess(line, 0, printed)
        ran = self._run(line, timeout_seconds)
        if ran.returncode == 0:
            self._trained[training] = logdir, ran.stdout
        return ran

    def _new_logdir(self, command: Command) -> pathlib.Path | None:
        """Returns the log directory of a training that is cut short and begins in it."""
        found = [word for word in command.arguments if word.startswith(_LOGDIR)]
        if not self._short or command.target not in _TRAINERS or not found:
            return None
        logdir = pathlib.Path(self.moved(found[0]).removeprefix(_LOGDIR))
        return None if logdir.exists() else logdir

    def _run(
        self, line: Sequence[str], timeout_seconds: float
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            line,
            env=self._environment(),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_seconds,
        )

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "BUILD_WORKING_DIRECTORY": str(self.folder),
            "BUILD_WORKSPACE_DIRECTORY": str(self._checkout),
        }

    def run_python(
        self, blocks: Sequence[PythonBlock], timeout_seconds: float
    ) -> dict[PythonBlock, list[str]]:
        """Runs blocks as one program; those on PyTorch only where there is PyTorch.

        Returns:
          The lines on standard output of each block that ran.

        Raises:
          AssertionError: A block failed.
        """
        has_torch = importlib.util.find_spec("torch") is not None
        blocks = [block for block in blocks if has_torch or "import torch" not in block.text]
        program = "\n".join(f"print({block.place!r}, flush=True)\n{block.text}" for block in blocks)
        ran = subprocess.run(
            [sys.executable, "-c", self.moved(program)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
        )
        if ran.returncode != 0:
            raise AssertionError(ran.stdout + ran.stderr)
        by_place = {block.place: block for block in blocks}
        printed: dict[PythonBlock, list[str]] = {}
        lines: list[str] = []
        for line in self.moved_back(ran.stdout).splitlines():
            if line in by_place:
                lines = printed.setdefault(by_place[line], [])
            else:
                lines.append(line)
        return printed

    def _command_line(self, command: Command) -> list[str]:
        if command.target is None:
            return ["bash", "-c", self.moved(" ".join(map(_shell_word, command.words)))]
        program = str(self._runfiles / PROGRAMS[command.target])
        words = [program, *self._arguments(command)]
        # What comes from a file or goes into one is the shell's business.
        is_redirected = not {"<", ">"}.isdisjoint(command.words)
        return ["bash", "-c", " ".join(words)] if is_redirected else words

    def _arguments(self, command: Command) -> list[str]:
        arguments = list(map(self.moved, command.arguments))
        if command.target == "//tools:wer" and self._short:
            # What a decoder writes is named for the last step.
            arguments = [_DECODED.sub(f"/{_SHORT_STEPS:08}.jsonl", word) for word in arguments]
        if command.target == "//tools:keras2ckpt":
            return [*arguments, f"--out={self.folder}/mnist/mnist"]
        if command.target == "//tools:source_lines":
            return [*arguments, f"--output={self.folder}/source_lines"]
        if command.target == "//tools:gettext_pairs" and self._short:
            return [
                *arguments,
                f"--from={self.folder}/catalogues",
                "--held_out=5",
                "--vocab_size=300",
            ]
        if command.target == "//tools:spoken_corpus" and self._short:
            sources = [f"{self.folder}/{name}" for name in ("pages", "prompts")]
            return [*arguments, "--from", *sources, "--utterances=8", "--held_out=2"]
        if command.target == "//tools:lidar_scenes" and self._short:
            return [*arguments, "--scenes=4", "--heldout=2", "--shards=1", "--processes=1"]
        if command.target == "//tools:lm_text" and self._short:
            return [
                *arguments,
                f"--from={self.folder}/pages",
                "--held_out=0.2",
                "--passage_bytes=400",
                "--vocab_size=300",
            ]
        if command.target == "//tools:serve":
            return [*arguments, *(f"{flag}={self._ports[port]}" for flag, port in _PORTS.items())]
        if command.target == "//tools:checkpoint":
            if self._short and any(word.startswith("--model=mt.") for word in arguments):
                arguments += _SMALL_TRANSFORMER
            return list(map(self._moved_model, arguments))
        if command.target not in _TRAINERS:
            return arguments
        if self._short and any(word.startswith("--logdir") for word in arguments):
            arguments += _SHORT
            if any(word.startswith("--model=mt.") for word in arguments):
                arguments += _SMALL_TRANSFORMER
            if any(word.startswith("--model=lm.text.") for word in arguments):
                arguments += _SMALL_LANGUAGE_MODEL
            if any(word.startswith("--model=car.") for word in arguments):
                arguments += _SMALL_DETECTOR
            for word in command.arguments:
                if word.startswith("--model=asr."):
                    text = self._configuration(word).read_text(encoding="utf-8")
                    for kind, words in _SMALL_RECOGNIZERS.items():
                        arguments += words if f" {kind} {{" in text else []
            if any(word.startswith("--model=lm.synthetic") for word in arguments):
                arguments += _SMALL_BATCHES
        return list(map(self._moved_model, arguments))

    def _moved_model(self, word: str) -> str:
        """Returns the experiment of --model= as a file that reads from the folder, if it reads from
        /tmp.
        """
        if not word.startswith("--model=") or word == "--model=list":
            return word
        configuration = self._configuration(word)
        text = configuration.read_text(encoding="utf-8")
        if "/tmp/" not in text:
            return word
        moved = self.folder / configuration.name
        moved.write_text(self.moved(text), encoding="utf-8")
        return f"--config={moved}"

    def _configuration(self, word: str) -> pathlib.Path:
        """Returns the file of the experiment of --model=."""
        domain, data, name = word.removeprefix("--model=").split(".")
        return self._runfiles / f"python/frazo/tasks/{domain}/configs/{data}/{name}.textproto"


def _shell_word(word: str) -> str:
    """Quotes a word as the document does."""
    if word in _SHELL_WORDS:
        return word
    return f'"{word}"' if "$(" in word else shlex.quote(word)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _messages() -> dict[str, str]:
    """Returns messages of which some are left out for each of the reasons."""
    messages = dict(_LEFT_OUT_MESSAGES)
    for source, target in sample_messages(80).items():
        messages[source] = target
        # Whatever is held out: another spelling, a copy of a side, and a near-copy.
        messages[source.title()] = f"{target} zz"
        messages[f"{source} zza zzb zzc"] = target
        messages[f"{source}zz"] = f"zzd {target[::-1]} zze"
    return messages


def _write_lm1b(folder: pathlib.Path) -> None:
    training = folder / "training-monolingual.tokenized.shuffled"
    training.mkdir(parents=True)
    (training / "news.en-00001-of-00100").write_text("the dog and the cat\n" * 3)


def _write_idx(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    for name, count in (("train", 60000), ("t10k", 10000)):
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = random.integers(0, 10, count, dtype=np.uint8)
        shape = b"".join(size.to_bytes(4, "big") for size in images.shape)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(
            b"\0\0\x08\x03" + shape + images.tobytes()
        )
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(
            b"\0\0\x08\x01" + count.to_bytes(4, "big") + labels.tobytes()
        )
