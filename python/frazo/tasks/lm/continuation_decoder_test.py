"""Tests of prompts and records of continuations that a script makes, and of a small model."""

import numpy as np
import pytest
import tensorflow as tf
from frazo import _core
from frazo.decode.search import Results
from frazo.input.input_texts import InputTexts
from frazo.layers.step_context import StepContext
from frazo.proto import pipeline_pb2
from frazo.tasks.lm.continuation_decoder import ContinuationDecoder
from frazo.tasks.lm.small_language_modeling import make_batch, make_task
from google.protobuf import text_format

WORDS = ["<unk>", "<s>", "</s>", "the", "file", "is", "open", "here", "and", "now", "it"]
STEPS = """
processor {{
  raw {{ name: "tokens" }}
  steps {{ tokenize {{ field: "tokens" tokenizer {{ word {{ vocabulary: "{}" }} }} }} }}
  steps {{ copy {{ field: "tokens" output: "labels" }} }}
  steps {{ prepend_sos {{ field: "tokens" }} }}
  steps {{ append_eos {{ field: "labels" }} }}
}}
batcher {{ fixed {{ batch_size: 1 }} }}
"""
# The prompts are of 2 of 5, 0 of 1 and, of a text longer than 6 tokens, 3 of 7 tokens.
TEXTS = [[3, 4, 5, 6, 7], [3], [3, 4, 5, 3, 4, 5, 6]]
MAX_LENGTH = 6
SCORES = -np.float32([[1, 2, 3, 4, 5, 6, 0, 0], [7, 8, 0, 0, 0, 0, 0, 0], [1] * 8])
# The second search finds one hypothesis, the third one cuts its best.
TOKENS = [
    [[3, 4, 6, 2, 0, 0], [3, 4, 5, 7, 7, 2]],
    [[3, 4, 2, 0, 0, 0], [0] * 6],
    [[3, 4, 5, 7, 8, 9], [3, 4, 5, 2, 0, 0]],
]
LENGTHS = [[4, 6], [3, 0], [6, 4]]
NORMALIZED = np.float32([[-0.5, -1.5], [-2.5, -np.inf], [-1.0, -3.0]])


@pytest.fixture
def texts(tmp_path):
    """What the steps of an input say about its texts."""
    (tmp_path / "words").write_text("".join(f"{word}\n" for word in WORDS))
    return InputTexts(text_format.Parse(STEPS.format(tmp_path / "words"), pipeline_pb2.Pipeline()))


@pytest.fixture
def decoder(texts):
    def generate(given):
        assert given.prefixes.shape == [3, 8]
        assert given.prefix_lengths.numpy().tolist() == [2, 0, 3]
        return Results(
            tokens=tf.constant(TOKENS),
            token_scores=tf.zeros([3, 2, 6]),
            lengths=tf.constant(LENGTHS),
            totals=tf.zeros([3, 2]),
            normalized=tf.constant(NORMALIZED),
            reasons=tf.constant([[1, 1], [1, 0], [3, 1]]),
            attention=tf.zeros([3, 2, 6, 0]),
        )

    return ContinuationDecoder(
        generate,
        lambda batch: tf.constant(SCORES),
        "sampling",
        _core.Tokenizer(texts.tokenizer("labels").SerializeToString()),
        prompt_share=0.5,
        max_length=MAX_LENGTH,
    )


def outputs_of(decoder, batch):
    return {name: tensor.numpy() for name, tensor in decoder.decode(batch).items()}


def test_records(decoder):
    assert decoder.records(outputs_of(decoder, make_batch(TEXTS))) == [
        {
            "prompt": "the file",
            "reference": " is open here",
            "hypotheses": [
                {"text": " open", "score": -0.5, "num_tokens": 2},
                {"text": " is here here", "score": -1.5, "num_tokens": 4},
            ],
        },
        {
            "prompt": "",
            "reference": "the",
            "hypotheses": [{"text": "the file", "score": -2.5, "num_tokens": 3}],
        },
        {
            "prompt": "the file is",
            "reference": " the file is open",
            "hypotheses": [
                {"text": " here and now", "score": -1.0, "num_tokens": 3},
                {"text": "", "score": -3.0, "num_tokens": 1},
            ],
        },
    ]


def test_scores_are_those_of_the_rests_and_of_the_best_hypotheses(decoder):
    outputs = outputs_of(decoder, make_batch(TEXTS))
    scorer = decoder.scorer()
    scorer.add(outputs, decoder.records(outputs))
    scores = scorer.result().metrics
    # The rests have 4, 2 and 5 tokens, with the one that ends each.
    total = (3 + 4 + 5 + 6) + (7 + 8) + 5 * 1
    assert scores["log_pplx"] == pytest.approx(total / (4 + 2 + 5))
    assert scores["mean_tokens"] == pytest.approx((2 + 3 + 3) / 3)


def test_packed_batches_are_an_error(decoder):
    packed = {"labels": tf.constant([[3, 4, 2]]), "labels_segment_ids": tf.constant([[1, 1, 1]])}
    with pytest.raises(ValueError, match=r"packed texts cannot be continued\. Give"):
        decoder.decode(packed)


def test_a_model_continues_the_first_half_of_each_text(texts):
    task = make_task()
    decoder = task.decoder(texts)
    assert decoder.search == "beam { width: 4 } eos_id: 2 max_length: 20 prompt_share: 0.5"
    outputs = outputs_of(decoder, make_batch(TEXTS))
    # The texts have 5, 1 and 7 tokens.
    assert outputs["prompt_lengths"].tolist() == [2, 0, 3]
    for text, tokens, length in zip(
        TEXTS, outputs["tokens"], outputs["prompt_lengths"], strict=True
    ):
        for hypothesis in tokens:
            assert hypothesis[:length].tolist() == text[:length]


def test_without_prompts_the_loss_is_that_of_an_evaluation(texts):
    task = make_task(extra="prompt_share: 0")
    batch = make_batch(TEXTS, padding=9)
    outputs = outputs_of(task.decoder(texts), batch)
    scorer = task.decoder(texts).scorer()
    scorer.add(outputs, [{}] * len(TEXTS))
    metrics = task.evaluate(batch, StepContext.for_evaluation(seed=0)).metrics
    assert scorer.result().metrics["log_pplx"] == pytest.approx(float(metrics["log_pplx"][0]))


def test_prompt_and_rest_cost_what_the_text_costs(texts):
    batch = make_batch(TEXTS)
    whole = outputs_of(make_task(extra="prompt_share: 0").decoder(texts), batch)
    rests = outputs_of(make_task(extra="prompt_share: 0.5").decoder(texts), batch)
    tokens = batch["labels"][:, :-1] * tf.cast(batch["labels"][:, :-1] != 2, tf.int32)
    scores = make_task().score(tokens, batch["labels_length"] - 1).scores.scores.numpy()
    for row, length in enumerate(rests["prompt_lengths"]):
        prompt = scores[row, :length].sum()
        total = prompt + rests["reference_totals"][row]
        assert total == pytest.approx(whole["reference_totals"][row], rel=1e-5)


def test_a_search_that_scores_targets_is_an_error(texts):
    task = make_task(extra="search { scoring {} }")
    with pytest.raises(ValueError, match=r"^language_modeling: search\.scoring continues no text"):
        task.decoder(texts)


def test_a_tokenizer_that_lacks_tokens_is_an_error(texts):
    with pytest.raises(ValueError, match=r"the model outputs 12 tokens, but .* knows 11"):
        make_task(vocab_size=12).decoder(texts)
