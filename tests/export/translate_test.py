"""The program that translates lines, with a model whose translations are known."""

import json
import os
import pathlib
import pty
import re
import subprocess

import pytest

from tests.jobs.tiny_experiment import TIMEOUT_SECONDS, train
from tests.jobs.translation_experiment import translation_of, write_translation_experiment

TRANSLATE = pathlib.Path.cwd() / "tools/frazo_tools/translation/translate"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    directory = tmp_path_factory.mktemp("model")
    flags = [f"--config={write_translation_experiment(directory)}", f"--logdir={directory}/log"]
    for mode in ("sync", "write_inference_graph"):
        ended = train(*flags, f"--mode={mode}")
        assert ended.code == 0, ended.err
    return directory / "log" / "inference_graph"


def translate(model, text, *flags):
    content = text if isinstance(text, bytes) else text.encode()
    return subprocess.run(
        [TRANSLATE, f"--model={model}", *flags],
        input=content,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
    )


def lines_of(ran):
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode().split("\n")[:-1]


def test_lines_become_lines_whatever_they_are(model):
    lines = ["en1 en2", "", "en3", "  ", "en4 en5 en6 en7 en8 en9"]
    long = " ".join(f"en{number % 12}" for number in range(10_000))
    # A byte order mark belongs to no line.
    marked = b"\xef\xbb\xbf" + "".join(f"{line}\n" for line in [*lines, long]).encode()
    text = marked + b"en1 \xff\xfe\r\nen2"
    ran = translate(model, text, "--window=3")
    found = lines_of(ran)
    assert found[:5] == [translation_of(line).strip() for line in lines]
    assert len(found) == 8
    assert found[5] == translation_of(long)
    assert found[6] == "de1 <unk>"
    assert found[7] == "de2"
    summary = ran.stderr.decode().splitlines()
    assert re.fullmatch(r"8 lines in \d+:\d\d: [\d.]+ sentences/s", summary[0])
    assert summary[1] == "1 were too long for the model: translated in parts"
    assert summary[2] == "1 were not UTF-8: other bytes were read as U+FFFD"
    assert len(summary) == 3


def test_the_best_of_each_line_as_json(model):
    found = [json.loads(line) for line in lines_of(translate(model, "en1 en2\n\n", "--n_best=5"))]
    assert found[0]["source"] == "en1 en2"
    scores = [hypothesis["score"] for hypothesis in found[0]["hypotheses"]]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert found[0]["hypotheses"][0]["text"] == "de1 de2"
    assert found[1] == {"source": "", "hypotheses": []}


@pytest.mark.parametrize("flags", [["--beam=1"], ["--beam=2", "--n_best=4"]])
def test_every_width_of_the_beam(model, flags):
    (line,) = lines_of(translate(model, "en7 en7 en1", *flags))
    best = json.loads(line)["hypotheses"][0]["text"] if "--n_best=4" in flags else line
    assert best == "de7 de7 de1"


def test_translations_begin_with_the_prefix(model):
    found = lines_of(translate(model, "en1 en2\n\nen3 en4\n", "--prefix=de7"))
    # The model chooses each word by its position, so that it goes on with the second word.
    assert found == ["de7 de2", "", "de7 de4"]


def test_the_same_seed_draws_the_same(model):
    lines = "".join(f"en{number % 12} en{number % 5}\n" for number in range(30))
    drawn = lines_of(translate(model, lines, "--seed=5", "--n_best=3"))
    assert lines_of(translate(model, lines, "--seed=5", "--n_best=3", "--window=7")) == drawn
    assert [len(json.loads(line)["hypotheses"]) for line in drawn] == [3] * 30


def test_given_translations_are_scored(model):
    text = "en1 en2\tde1 de2\nen3\tde4 de4\nen3\tde3\n"
    found = [json.loads(line) for line in lines_of(translate(model, text, "--score"))]
    assert [(each["source"], each["target"]) for each in found] == [
        ("en1 en2", "de1 de2"),
        ("en3", "de4 de4"),
        ("en3", "de3"),
    ]
    # Each word, and the token that ends a sentence.
    assert [len(each["token_scores"]) for each in found] == [3, 3, 2]
    for each in found:
        assert each["score"] == pytest.approx(sum(each["token_scores"]), abs=1e-4)
    # The probability of the right word is over 0.99, that of a wrong one below 0.01.
    right, wrong, short = (each["token_scores"] for each in found)
    assert min(right + short) > -0.02
    assert wrong[0] < -4
    ran = translate(model, "en1\n", "--score")
    assert ran.returncode == 1
    assert ran.stderr.decode().startswith("translate: line 1: it has 0 tabs. With --score each")


def test_no_lines_are_no_error(model):
    ran = translate(model, "")
    assert lines_of(ran) == []
    assert ran.stderr.decode().startswith("0 lines in 0:00: 0.0 sentences/s")


def test_on_a_terminal_a_line_is_answered_at_once_and_progress_is_shown(model):
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [TRANSLATE, f"--model={model}"], stdin=terminal, stdout=subprocess.PIPE, stderr=terminal
    )
    os.close(terminal)
    os.write(controller, b"en1 en2\n")
    assert process.stdout.readline() == b"de1 de2\n"
    # The end of the input, as Ctrl+D at a terminal.
    os.write(controller, b"\x04")
    process.wait(TIMEOUT_SECONDS)
    assert process.returncode == 0
    shown = os.read(controller, 10_000)
    assert b"1 lines, " in shown
    os.close(controller)


def test_a_reader_that_leaves_is_no_traceback(model):
    process = subprocess.Popen(
        [TRANSLATE, f"--model={model}", "--window=1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    _, err = process.communicate(b"en1\n" * 3)
    assert process.returncode == 141
    assert b"Traceback" not in err


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (["--model=/none"], 1, "translate: /none: not a SavedModel: it has no file"),
        (["--model=/none", "--beam=0"], 2, "argument --beam: '0' is not a whole number >= 1"),
        (["--model=/none", "--n_best=x"], 2, "argument --n_best: 'x' is not a whole number"),
        (["--model=/none", "--seed=-1"], 2, "argument --seed: '-1' is not a whole number from 0"),
        (
            ["--model=/none", "--seed=1", "--beam=2"],
            2,
            "--seed draws translations, --beam searches",
        ),
        (
            ["--model=/none", "--score", "--prefix=a"],
            2,
            "--score searches nothing. Remove --prefix.",
        ),
        ([], 2, "required: --model"),
    ],
)
def test_a_wrong_command_line(flags, code, message):
    ran = subprocess.run([TRANSLATE, *flags], input=b"", capture_output=True)
    assert ran.returncode == code
    assert message in ran.stderr.decode()
