"""A WMT experiment, made small by --set, decodes and exports with a vocabulary of word pieces."""

import json

import frazo
import pytest
from tiny_experiment import train
from wmt_records import write_records

_LETTERS = "abcdefghij"
# As Lingvo's files: the special tokens, the beginning of a word, and pieces, the best first.
_PIECES = ["<unk>", "<s>", "</s>", "\u2581", *_LETTERS, *(f"\u2581{letter}" for letter in _LETTERS)]
_MODEL = "mt.wmt14_en_de.WmtEnDeTransformerSmall"


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    """Those of the experiment on random sentences of these pieces."""
    folder = tmp_path_factory.mktemp("wmt")
    (folder / "wpm-ende.voc").write_text("".join(f"{piece}\n" for piece in _PIECES))
    for split in ("train", "test"):
        write_records(folder, split, count=6, length=5, vocab_size=len(_PIECES))
    transformer = "task.translation.transformer"
    settings = {
        f"{transformer}.source_embedding.vocab_size": len(_PIECES),
        f"{transformer}.target_embedding.vocab_size": len(_PIECES),
        f"{transformer}.softmax.num_classes": len(_PIECES),
        "task.translation.tokenizer.word_piece.vocabulary": f'"{folder}/wpm-ende.voc"',
        "task.translation.search.max_length": 12,
        "train.max_steps": 2,
    }
    for name in ("Train", "Test"):
        pipeline = f"inputs.{name}.pipeline"
        settings |= {
            f"{pipeline}.source.files.files.patterns": f'["{folder}/{name.lower()}.tfrecords-*"]',
            f"{pipeline}.batcher.buckets.bounds": "[8]",
            f"{pipeline}.batcher.buckets.limits": "{examples: [6]}",
        }
    return [
        f"--model={_MODEL}",
        f"--logdir={folder}/log",
        *(f"--set={name}={value}" for name, value in settings.items()),
    ]


@pytest.fixture(scope="module")
def trained(flags):
    ended = train(*flags, "--job=controller,trainer")
    assert ended.code == 0, ended.err
    return flags


def test_the_sets_are_decoded_as_texts(trained, tmp_path):
    ended = train(*trained, "--job=decoder_test")
    assert ended.code == 0, ended.err
    logdir = trained[1].removeprefix("--logdir=")
    with open(f"{logdir}/decode_test/00000002.jsonl") as lines:
        records = [json.loads(line) for line in lines]
    assert len(records) == 6
    for record in records:
        assert set(record["source"] + record["reference"]) <= {*_LETTERS, " "}


def test_the_export_takes_text(trained, tmp_path):
    ended = train(*trained, "--mode=write_inference_graph", f"--export_dir={tmp_path}/model")
    assert ended.code == 0, ended.err
    predictor = frazo.Predictor(tmp_path / "model")
    # Two words, of two and one pieces, and the end.
    assert predictor.num_tokens(["ab c"]) == [4]
    assert predictor.max_source_length == 8
    ((text, _),) = predictor.predict(["ab c"])[0]
    assert set(text) <= {*_LETTERS, " "} | set("<unk>")


def test_without_the_vocabulary_it_trains_with_a_warning(flags, tmp_path):
    away = [
        f"--logdir={tmp_path}/log",
        '--set=task.translation.tokenizer.word_piece.vocabulary="/none/wpm-ende.voc"',
    ]
    ended = train(*flags, *away, "--job=controller,trainer")
    assert ended.code == 0, ended.err
    assert "the model can be trained, but neither decoded nor exported: " in ended.err
    ended = train(*flags, *away, "--mode=write_inference_graph")
    assert ended.code == 1
    assert "/none/wpm-ende.voc" in ended.err
