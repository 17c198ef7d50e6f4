"""A model is written out and gives the same translations wherever it is used."""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys

import frazo
import pytest
import tensorflow as tf

from tests.jobs.tiny_experiment import train
from tests.jobs.translation_experiment import STEPS, translation_of, write_translation_experiment

RUNFILES = pathlib.Path.cwd()
LIBRARY = RUNFILES / "core/ops/libfrazo_ops.so"
TRANSLATE_LINES = RUNFILES / "tests/export/translate_lines"

# Nothing of Frazo but its library.
BARE = """
import json, sys
import tensorflow as tf

tf.load_op_library(sys.argv[1])
model = tf.saved_model.load(sys.argv[2])
outputs = model.signatures["serving_default"](tf.constant(json.loads(sys.argv[3])))
assert "frazo" not in sys.modules
print(json.dumps([text.decode() for text in outputs["hypotheses"].numpy()[:, 0]]))
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The experiment's flags and the log directory of its training, with Test decoded."""
    directory = tmp_path_factory.mktemp("trained")
    flags = [f"--config={write_translation_experiment(directory)}", f"--logdir={directory}/log"]
    ended = train(*flags, "--set=decode.local_inputs=Test")
    assert ended.code == 0, ended.err
    return flags, directory / "log"


@pytest.fixture(scope="module")
def decoded(trained):
    lines = (trained[1] / "decode_test" / f"{STEPS:08d}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    """An export that was moved away from where it was written, without the training data there."""
    flags, logdir = trained
    records = logdir.parent / "train"
    records.rename(records.with_suffix(".away"))
    ended = train(*flags, "--mode=write_inference_graph")
    records.with_suffix(".away").rename(records)
    assert ended.code == 0, ended.err
    assert ended.out.startswith(f"inference graph of step {STEPS}: {logdir}/inference_graph, ")
    moved = tmp_path_factory.mktemp("moved") / "model"
    shutil.copytree(logdir / "inference_graph", moved)
    shutil.rmtree(logdir / "inference_graph")
    return moved


@pytest.fixture(scope="module")
def predictor(exported):
    return frazo.Predictor(exported)


@pytest.fixture
def without_vocabulary(trained):
    """The file that training read is not there."""
    words = trained[1].parent / "words"
    words.rename(words.with_suffix(".away"))
    yield
    words.with_suffix(".away").rename(words)


def test_the_predictor_finds_what_the_decoder_found(predictor, decoded):
    """The weights are the averages in both."""
    for record in decoded:
        (found,) = predictor.predict([record["source"]])
        expected = record["hypotheses"]
        assert found[0][0] == translation_of(record["source"])
        assert [text for text, _ in found] == [hypothesis["text"] for hypothesis in expected]
        assert [score for _, score in found] == pytest.approx(
            [hypothesis["score"] for hypothesis in expected], abs=1e-4
        )
    sources = [record["source"] for record in decoded]
    batch = predictor.predict(sources)
    assert [found[0][0] for found in batch] == [
        record["hypotheses"][0]["text"] for record in decoded
    ]


def test_one_export_serves_every_search(predictor):
    search = predictor.search
    assert search.beam.width == 3
    search.greedy.SetInParent()
    ((greedy,),) = predictor.predict(["en1 en2 en3"], search)
    assert greedy[0] == predictor.predict(["en1 en2 en3"])[0][0][0] == "de1 de2 de3"
    search.beam.width = search.beam.n_best = 4
    assert len(predictor.predict(["en1 en2 en3"], search)[0]) == 4
    assert predictor.search.beam.n_best == 2


def test_a_forced_prefix_begins_every_hypothesis(predictor):
    sources = ["en1 en2 en3", "en4 en5", "en6"]
    found = predictor.predict(sources, prefixes=["de9", "", b"de6"])
    assert all(text.split()[0] == "de9" for text, _ in found[0])
    assert found[0][0][0] == "de9 de2 de3"
    assert found[1] == predictor.predict(sources)[1]
    assert found[2][0][0] == "de6"
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most max_length, 12"):
        predictor.predict(sources[:1], prefixes=["de1 " * 13])
    with pytest.raises(ValueError, match="prefixes: 1 of them for 3 texts; give one for each"):
        predictor.predict(sources, prefixes=["de9"])


def test_the_same_seed_draws_the_same_whatever_else_is_in_the_batch(predictor):
    search = predictor.search
    search.sampling.samples = 5
    # So hot that every word is nearly as probable.
    search.sampling.temperature = 50
    together = predictor.predict(["en1 en2", "en1 en2", "en3"], search, seeds=[4, 5, 6])
    assert predictor.predict(["en1 en2"], search, seeds=[5]) == [together[1]]
    assert together[0] != together[1]
    search.sampling.seed += 1
    assert predictor.predict(["en1 en2"], search, seeds=[5]) != [together[1]]


def test_the_score_of_a_target_is_that_of_its_search(predictor, decoded):
    sources = [record["source"] for record in decoded[:5]]
    targets = [record["hypotheses"][0]["text"] for record in decoded[:5]]
    scored = predictor.score(sources, targets)
    search = predictor.search
    search.length_normalization = 0
    for each, hypotheses in zip(scored, predictor.predict(sources, search), strict=True):
        # Without normalization the rank of a hypothesis is its logarithm.
        assert each.score == pytest.approx(hypotheses[0][1], abs=1e-4)
        assert len(each.tokens) == len(each.token_scores)
        assert each.tokens[-1] == 2
        assert each.score == pytest.approx(sum(each.token_scores), abs=1e-4)
    (empty,) = predictor.score([""], [""])
    assert empty.tokens == [2]
    assert predictor.score([], []) == []


def test_texts_of_every_kind_have_a_result(predictor):
    assert predictor.max_source_length == 8
    assert predictor.predict([]) == predictor.num_tokens([]) == []
    assert predictor.num_tokens(["en1 en2", "", b"\xff"]) == [3, 1, 2]
    empty, invalid, replaced, long, cut = predictor.predict(
        ["", b"en1 \xff", "en1 \ufffd", "en1 " * 10_000, "en1 " * 7]
    )
    assert len(empty) == 2
    assert [text for text, _ in invalid] == [text for text, _ in replaced]
    # What is over eight tokens is cut off.
    assert [text for text, _ in long] == [text for text, _ in cut]


def test_threads_may_share_a_predictor(predictor, decoded):
    sources = [record["source"] for record in decoded[:8]]
    expected = [predictor.predict([source])[0][0][0] for source in sources]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            found = threads.map(lambda source: predictor.predict([source])[0][0][0], sources)
            assert list(found) == expected


def test_a_bare_python_with_the_library_of_ops(exported, predictor, decoded, without_vocabulary):
    sources = [record["source"] for record in decoded[:5]]
    ran = subprocess.run(
        [sys.executable, "-c", BARE, LIBRARY, exported, json.dumps(sources)],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    found = predictor.predict(sources)
    assert json.loads(ran.stdout) == [hypotheses[0][0] for hypotheses in found]


def translate_lines(library, model, text):
    return subprocess.run(
        [TRANSLATE_LINES, library, model], input=text, capture_output=True, text=True
    )


def test_a_program_in_cpp(exported, predictor, decoded, without_vocabulary):
    sources = [record["source"] for record in decoded[:5]]
    ran = translate_lines(LIBRARY, exported, "".join(f"{source}\n" for source in sources))
    assert ran.returncode == 0, ran.stderr
    found = predictor.predict(sources)
    assert ran.stdout.splitlines() == [hypotheses[0][0] for hypotheses in found]
    assert translate_lines(LIBRARY, exported, "").stdout == ""
    nothing = translate_lines(LIBRARY, "/none", "")
    assert nothing.returncode == 1
    assert "translate_lines: loading the model: " in nothing.stderr


def test_an_export_takes_the_place_of_the_one_before(trained, tmp_path):
    flags, logdir = trained
    model = tmp_path / "new" / "model"
    flags = [*flags, "--mode=write_inference_graph", f"--export_dir={model}"]
    assert train(*flags).code == 0
    before = (model / "saved_model.pb").stat().st_ino
    assert train(*flags).code == 0
    assert (model / "saved_model.pb").stat().st_ino != before
    assert list(model.parent.iterdir()) == [model]
    assert not (logdir / "inference_graph").exists()


def export_fails(*flags):
    ended = train(*flags, "--mode=write_inference_graph")
    assert ended.code == 1
    assert ended.out == ""
    return ended.err


def test_what_cannot_be_exported_is_named(trained, tmp_path):
    flags, _ = trained
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a").touch()
    message = export_fails(*flags, f"--export_dir={tmp_path}/letters")
    assert message.startswith(
        f"error: {tmp_path}/letters: exists and is not a SavedModel. Remove it, or"
    )
    assert (tmp_path / "letters" / "a").exists()
    (tmp_path / "file").touch()
    message = export_fails(*flags, f"--export_dir={tmp_path}/file/model")
    assert message.startswith(f"error: {tmp_path}/file")
    message = export_fails(flags[0], f"--logdir={tmp_path}/empty")
    assert message.startswith(f"error: {tmp_path}/empty/train: there is no checkpoint to export")
    message = export_fails(*flags, f"--export_dir={tmp_path}/model[1]")
    assert message == (
        f"error: {tmp_path}/model[1]: TensorFlow, which takes *, ?, [ and \\ in a path for a pattern, "
        "could not load a SavedModel from there. Give an --export_dir without them.\n"
    )


def test_a_log_directory_may_look_like_a_pattern(trained, tmp_path):
    flags, logdir = trained
    renamed = tmp_path / "sweep[lr=0.1]"
    shutil.copytree(logdir, renamed)
    ended = train(flags[0], f"--logdir={renamed}", "--set", f"train.max_steps={STEPS + 2}")
    assert ended.code == 0, ended.err
    assert f"step {STEPS} of {STEPS + 2}" in ended.out
    model = tmp_path / "model"
    mode = ["--mode=write_inference_graph", f"--export_dir={model}"]
    ended = train(flags[0], f"--logdir={renamed}", *mode)
    assert ended.code == 0, ended.err
    model.rename(tmp_path / "model[1]")
    with pytest.raises(
        ValueError, match=r"/model\[1\]: TensorFlow, which takes .* Rename the folder"
    ):
        frazo.Predictor(tmp_path / "model[1]")


def test_what_is_no_export_is_named(predictor, tmp_path):
    with pytest.raises(FileNotFoundError) as failure:
        frazo.Predictor(tmp_path)
    assert str(failure.value) == (
        f"{tmp_path}: not a SavedModel: it has no file saved_model.pb. The trainer writes one "
        "with --mode=write_inference_graph."
    )
    module = tf.Module()
    tf.saved_model.save(module, str(tmp_path))
    with pytest.raises(ValueError, match="the SavedModel has no signature 'search'; it has none"):
        frazo.Predictor(tmp_path)
    module.search = tf.function(lambda: {"scores": tf.zeros([])}, input_signature=[])
    tf.saved_model.save(module, str(tmp_path), signatures={"search": module.search})
    with pytest.raises(
        ValueError, match="'search' of the SavedModel has no output hypotheses, num_tokens"
    ):
        frazo.Predictor(tmp_path)
    with pytest.raises(TypeError, match=r"expected a list of texts, found one text; pass \[text\]"):
        predictor.predict("en1")


def test_a_wrong_search_is_named(predictor):
    search = predictor.search
    search.max_length = 0
    with pytest.raises(tf.errors.InvalidArgumentError, match="max_length: 0; expected at least 1"):
        predictor.predict(["en1"], search)


def test_importing_frazo_imports_no_tensorflow():
    program = "import sys, frazo; assert 'tensorflow' not in sys.modules; print(frazo.__all__)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "Predictor" in ran.stdout, ran.stderr
