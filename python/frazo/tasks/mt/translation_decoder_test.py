"""Tests of records, scores and figures of translations that a script makes."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.decode.search import Results
from frazo.input.input_texts import InputTexts
from frazo.proto import pipeline_pb2
from frazo.tasks.decoder import DecodingScores
from frazo.tasks.mt.translation_decoder import TranslationDecoder
from frazo.tasks.sequence.text_tokenizers import TextTokenizers
from frazo.tasks.sequence.token_search import NOTHING_GIVEN
from google.protobuf import text_format

WORDS = ["<unk>", "<s>", "</s>", "open", "file", "Datei", "öffnen"]
STEPS = """
processor {{
  tab_separated {{ columns: ["source", "target"] }}
  steps {{ tokenize {{ field: "source" tokenizer {{ word {{ vocabulary: "{0}" }} }} }} }}
  steps {{ tokenize {{ field: "target" tokenizer {{ word {{ vocabulary: "{0}" }} }} }} }}
  steps {{ copy {{ field: "target" output: "target_labels" }} }}
}}
batcher {{ fixed {{ batch_size: 1 }} }}
"""
# There are two sentences. The search finds one hypothesis of the second one and cuts it.
BATCH = {
    "source": [[3, 4, 2], [4, 2, 0]],
    "source_length": [3, 2],
    "target_labels": [[5, 6, 2], [0, 2, 9]],
    "target_labels_length": [3, 2],
}
RESULTS = {
    "tokens": [[[5, 6, 2], [5, 2, 0]], [[5, 5, 6], [0, 0, 0]]],
    "token_scores": np.zeros([2, 2, 3]),
    "lengths": [[3, 2], [3, 0]],
    "totals": np.zeros([2, 2]),
    "normalized": np.float32([[-0.5, -1.5], [-2.5, -np.inf]]),
    "reasons": [[1, 1], [3, 0]],
    "attention": np.float32(np.arange(36).reshape(2, 2, 3, 3) / 36),
}


@pytest.fixture
def source(tmp_path):
    (tmp_path / "words").write_text("".join(f"{word}\n" for word in WORDS), encoding="utf-8")
    return text_format.Parse(STEPS.format(tmp_path / "words"), pipeline_pb2.Pipeline())


@pytest.fixture
def decoder(source):
    def translate(ids, lengths, *, given):
        assert given == NOTHING_GIVEN
        assert (ids.numpy().tolist(), lengths.numpy().tolist()) == (
            BATCH["source"],
            BATCH["source_length"],
        )
        return Results(**{name: tf.constant(values) for name, values in RESULTS.items()})

    tokenizers = TextTokenizers(InputTexts(source), None, task="translation", vocab_size=len(WORDS))
    return TranslationDecoder(translate, "greedy", tokenizers)


def outputs(decoder, **texts):
    batch = {name: tf.constant(values) for name, values in (BATCH | texts).items()}
    return {name: tensor.numpy() for name, tensor in decoder.decode(batch).items()}


def test_records(decoder):
    assert decoder.records(outputs(decoder)) == [
        {
            "source": "open file",
            "reference": "Datei öffnen",
            "hypotheses": [
                {"text": "Datei öffnen", "score": -0.5, "num_tokens": 3},
                {"text": "Datei", "score": -1.5, "num_tokens": 2},
            ],
        },
        {
            "source": "file",
            "reference": "<unk>",
            "hypotheses": [{"text": "Datei Datei öffnen", "score": -2.5, "num_tokens": 3}],
        },
    ]


def test_packed_batches_are_an_error(decoder):
    packed = {"source": tf.constant([[3, 4, 2]]), "source_segment_ids": tf.constant([[1, 1, 1]])}
    with pytest.raises(ValueError, match=r"packed sentences cannot be decoded\. Give"):
        decoder.decode(packed)


def test_original_texts_come_before_detokenized_ids(decoder):
    texts = {
        "source_text": [b"Open  file", b"file"],
        "target_text": ["Öffne die Datei".encode(), b"\xff"],
    }
    records = decoder.records(outputs(decoder, **texts))
    assert [(record["source"], record["reference"]) for record in records] == [
        ("Open  file", "Öffne die Datei"),
        ("file", "\ufffd"),
    ]


def test_scores_are_those_of_the_best_hypotheses(decoder):
    found = outputs(decoder)
    records = decoder.records(found)
    scorer = decoder.scorer()
    scorer.add(found, records[:1])
    scores = scorer.result()
    assert scores.metrics["chrf"] == pytest.approx(100)
    assert "tok:13a" in scores.signatures["bleu"]
    nothing = {**records[0], "hypotheses": []}
    scorer = decoder.scorer()
    scorer.add(found, [nothing])
    assert scorer.result().metrics["bleu"] == 0


def test_the_figure_has_a_row_a_token_and_a_column_a_source_token(decoder):
    figures = decoder.figures(outputs(decoder), 1)
    assert list(figures) == ["attention"]
    figure = figures["attention"]
    page = decoder.page("attention", "decode_test, step 20", [figure], DecodingScores({}, {}))
    assert figure in page
    assert figure.count("<tr><th>") == 1 + 3
    assert figure.count("<td") == 3 * 2
    # Sentence 1, hypothesis 0, token 2, source position 1 has (18 + 6 + 1) / 36 = .694.
    assert 'title="öffnen &larr; &lt;/s&gt;: 0.694"' in figure
    assert "<dt>translation</dt><dd>Datei Datei öffnen</dd>" in figure


def given_to_a_search(source, *, scores_targets, **features):
    """Returns what a decoder tells a search of the outputs of BATCH with further features."""
    told = []

    def translate(ids, lengths, *, given):
        told.append(given)
        return Results(**{name: tf.constant(values) for name, values in RESULTS.items()})

    tokenizers = TextTokenizers(InputTexts(source), None, task="translation", vocab_size=len(WORDS))
    decoder = TranslationDecoder(translate, "", tokenizers, scores_targets=scores_targets)
    outputs(decoder, **features)
    (given,) = told
    return [None if each is None else each.numpy().tolist() for each in given]


def test_a_feature_has_what_hypotheses_begin_with(source):
    features = {"target_prefix": [[5, 6], [0, 0]], "target_prefix_length": [2, 0]}
    assert given_to_a_search(source, scores_targets=False, **features) == [
        features["target_prefix"],
        features["target_prefix_length"],
        None,
    ]


def test_references_are_scored(source):
    assert given_to_a_search(source, scores_targets=True) == [
        BATCH["target_labels"],
        BATCH["target_labels_length"],
        None,
    ]
    tokenizers = TextTokenizers(InputTexts(source), None, task="translation", vocab_size=len(WORDS))
    decoder = TranslationDecoder(lambda *_: None, "", tokenizers, scores_targets=True)
    scorer = decoder.scorer()
    scorer.add({"totals": np.float32([[-3], [-1]]), "lengths": np.int32([[3], [2]])}, [])
    # Four nats for five tokens.
    assert scorer.result().metrics == {"log_pplx": pytest.approx(4 / 5)}
