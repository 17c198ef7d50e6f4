"""Decoding beside a training and in the trainer's own process."""

import json

import pytest
from tiny_experiment import train, write_experiment
from translation_experiment import STEPS, TEST_PAIRS, translation_of, write_translation_experiment


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return f"--config={write_translation_experiment(tmp_path_factory.mktemp('pairs'))}"


@pytest.fixture(scope="module")
def trained(config, tmp_path_factory):
    """The log directory of a training that decoded Test itself."""
    logdir = tmp_path_factory.mktemp("trained")
    ended = train(config, f"--logdir={logdir}", "--set=decode.local_inputs=Test")
    assert ended.code == 0, ended.err
    assert f"decode_test: step: {STEPS}, bleu: " in ended.out
    return logdir


def decode(config, logdir, *flags):
    ended = train(config, f"--logdir={logdir}", "--job=decoder_test", *flags)
    assert ended.code == 0, ended.err
    assert f"decode_test: training has finished; its last checkpoint, of step {STEPS}" in ended.out
    return ended.out


def records(logdir):
    lines = (logdir / "decode_test" / f"{STEPS:08d}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def scores(logdir):
    lines = (logdir / "decode_test" / "scores.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_trainer_decodes_and_a_decoder_finds_that_done(config, trained):
    assert len(records(trained)) == TEST_PAIRS
    for record in records(trained):
        assert record["reference"] == translation_of(record["source"])
        first, second = record["hypotheses"]
        assert first["text"] == record["reference"]
        assert first["score"] >= second["score"]
        assert first["num_tokens"] == len(first["text"].split()) + 1
    (score,) = scores(trained)
    assert score["metrics"]["bleu"] == pytest.approx(100)
    assert "tok:13a" in score["signatures"]["bleu"]
    page = (trained / "decode_test" / f"attention_{STEPS:08d}.html").read_text()
    assert page.count("<table") == 8
    assert page.count(f"<dd>{records(trained)[0]['source']}</dd>") >= 1
    assert "bleu" not in decode(config, trained)
    assert scores(trained) == [score]


def test_another_search_decodes_again_with_the_same_weights(config, trained, tmp_path):
    (tmp_path / "train").symlink_to(trained / "train")
    beam = decode(config, tmp_path)
    # The weights of the checkpoint are those that the trainer had: the averages.
    assert records(tmp_path) == records(trained)
    greedy = decode(config, tmp_path, "--set=task.translation.search.greedy={}")
    assert "bleu: " in beam and "bleu: " in greedy
    assert {len(record["hypotheses"]) for record in records(tmp_path)} == {1}
    assert [score["search"].split(" ")[0] for score in scores(tmp_path)] == ["beam", "greedy"]
    decode(config, tmp_path, "--set=decode.max_examples=7")
    assert len(records(tmp_path)) == 7


def test_ids_become_texts_where_the_input_has_none(config, trained, tmp_path):
    (tmp_path / "train").symlink_to(trained / "train")
    ended = train(
        config, f"--logdir={tmp_path}", "--job=decoder_train", "--set=decode.max_examples=9"
    )
    assert ended.code == 0, ended.err
    lines = (tmp_path / "decode_train" / f"{STEPS:08d}.jsonl").read_text().splitlines()
    for record in map(json.loads, lines):
        assert record["reference"] == translation_of(record["source"])


def test_without_a_checkpoint_it_gives_up(config, tmp_path):
    ended = train(
        config,
        f"--logdir={tmp_path}",
        "--job=decoder_test",
        "--set=eval.checkpoint_timeout_seconds=0.5",
    )
    assert ended.code == 1
    assert f"error: {tmp_path}/train: no checkpoint after step -1 within 0.5 s" in ended.err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--job=decoder_tset"], 'input called "tset"; did you mean "decoder_test"?'),
        (["--set=decode.local_inputs=Tset"], "decode.local_inputs: the experiment has no input"),
    ],
)
def test_an_unknown_input_is_told_before_anything_starts(config, tmp_path, flags, message):
    ended = train(config, f"--logdir={tmp_path}", *flags)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


def test_an_input_without_references_is_named(config, tmp_path):
    words = config.removeprefix("--config=").replace("pairs.textproto", "words")
    without = (
        '--set=inputs.Test.pipeline={processor{raw{name:"source"} steps:[{tokenize{field:"source" '
        f'tokenizer{{word{{vocabulary:"{words}"}}}}}}}}]}} batcher{{buckets{{length_of:["source"]}}}}}}'
    )
    ended = train(config, f"--logdir={tmp_path}", "--job=decoder_test", without)
    assert ended.code == 1
    assert ended.err.startswith("error: task: ")
    assert "target" in ended.err


def test_a_task_without_outputs_is_named_before_a_checkpoint_is_waited_for(tmp_path):
    config = f"--config={write_experiment(tmp_path)}"
    ended = train(config, f"--logdir={tmp_path}", "--job=decoder_test")
    assert ended.code == 1
    assert ended.err == (
        "error: inputs.Test: ImageClassifier outputs nothing that could be decoded. Evaluate it "
        "instead (--job=evaler_NAME).\n"
    )


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            "task.translation.sos_id=5",
            "error: inputs.Train: 'target' begins with token 1, the sos_id of its tokenizer or of "
            "prepend_sos, but task.translation.sos_id is 5: ",
        ),
        (
            "task.translation.search.eos_id=7",
            "error: inputs.Train: 'target_labels' ends with token 2, the eos_id of its tokenizer or of "
            "append_eos, but task.translation.search.eos_id is 7: ",
        ),
        # The batches have up to 8 tokens.
        (
            "task.translation.transformer.encoder.positions.learned.max_length=7",
            "error: inputs.Train: the input gives 'source' of up to 8 tokens, but "
            "task.translation.transformer.encoder.positions.learned.max_length is 7. ",
        ),
    ],
    ids=["start", "end", "positions"],
)
def test_what_could_not_be_decoded_is_not_trained(config, tmp_path, setting, message):
    ended = train(config, f"--logdir={tmp_path}", f"--set={setting}")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(message)
    assert not list(tmp_path.glob("train/ckpt-*"))
