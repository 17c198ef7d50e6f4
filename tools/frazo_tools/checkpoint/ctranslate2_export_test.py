"""CTranslate2 translates as we do, and what it cannot compute is refused by name."""

import ctranslate2
import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.restore import variable_key
from frazo.config import load_experiment
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import first_input
from frazo.proto import translation_pb2
from frazo_tools.checkpoint import checkpoint
from frazo_tools.checkpoint.ctranslate2_limits import limits
from frazo_tools.checkpoint.sample import write_checkpoint
from google.protobuf import text_format

VOCABULARY = 60
WORDS = ["<unk>", "<s>", "</s>", *(f"w{id}" for id in range(3, VOCABULARY))]
STACK = """
  num_layers: 2
  positions { sinusoidal {} }
  final_norm: true
  layer {
    self_attention { num_heads: 4 %s }
    %s
    feed_forward { hidden_units: 48 }
  }
"""
EXPERIMENT = f"""
task {{
  translation {{
    transformer {{
      source_embedding {{ vocab_size: {VOCABULARY} dim: 32 scale_by_sqrt_dim: true }}
      encoder {{ {STACK % ("", "")} }}
      decoder {{ {STACK % ("causal: true", "cross_attention { num_heads: 4 }")} }}
    }}
    search {{ greedy {{}} eos_id: 2 max_length: 12 }}
  }}
}}
inputs {{
  key: "Train"
  value {{
    pipeline {{
      source {{ files {{ files {{ patterns: "FOLDER/none" format: "text" }} }} }}
      processor {{
        raw {{ name: "source" }}
        steps {{ tokenize {{ field: "source" tokenizer {{ word {{ vocabulary: "FOLDER/words" }} }} }} }}
        steps {{ copy {{ field: "source" output: "target" }} }}
        steps {{ copy {{ field: "source" output: "target_labels" }} }}
        steps {{ append_eos {{ field: "source" }} }}
        steps {{ prepend_sos {{ field: "target" }} }}
        steps {{ append_eos {{ field: "target_labels" }} }}
      }}
      batcher {{ fixed {{ batch_size: 1 }} }}
    }}
  }}
}}
learner {{ learning_rate: 1 optimizer {{ sgd {{}} }} }}
train {{ max_steps: 1 }}
"""
MODEL = "task.translation.transformer"
ENCODER, DECODER = f"{MODEL}.encoder", f"{MODEL}.decoder"
SOURCES = [[5, 9, 31], [40], [7, 7, 8, 20, 50, 33, 3]]


@pytest.fixture
def config(tmp_path):
    (tmp_path / "words").write_text("".join(f"{word}\n" for word in WORDS))
    path = tmp_path / "experiment.textproto"
    path.write_text(EXPERIMENT.replace("FOLDER", str(tmp_path)))
    return path


def export(config, overrides, *options):
    """Returns the exit code, the folder of the export, and the model."""
    experiment = load_experiment(model=None, config=str(config), overrides=overrides)
    model = InferenceModel(experiment, first_input(experiment)[1].element_spec)
    variables = {variable_key(variable): variable for variable in model.task.variables}
    for index, variable in enumerate(variables.values()):
        # Biases and scales too, and all so large that the tokens' probabilities differ.
        variable.assign_add(tf.random.stateless_normal(variable.shape, [1, index], stddev=0.2))
    values = {name: variable.read_value() for name, variable in variables.items()}
    path = write_checkpoint(config.parent / "log" / "train", 7, values)
    out = config.parent / "out"
    arguments = ["ctranslate2", str(path), str(out), f"--config={config}", *options]
    code = checkpoint.main([*arguments, *(f"--set={override}" for override in overrides)])
    return code, out, model


def ours(model):
    rows = np.full([len(SOURCES), 8], 0, np.int32)
    for row, source in zip(rows, SOURCES, strict=True):
        row[: len(source) + 1] = [*source, 2]
    lengths = tf.constant([len(source) + 1 for source in SOURCES])
    results = model.task.decode(tf.constant(rows), lengths)
    found = []
    for tokens, length, score in zip(
        results.tokens.numpy()[:, 0],
        results.lengths.numpy()[:, 0],
        results.token_scores.numpy()[:, 0].sum(1),
        strict=True,
    ):
        found.append(([WORDS[id] for id in tokens[:length] if id != 2], score))
    return found


def theirs(out):
    translator = ctranslate2.Translator(str(out), device="cpu", intra_threads=1)
    results = translator.translate_batch(
        [[WORDS[id] for id in source] for source in SOURCES],
        beam_size=1,
        # Otherwise the first token has the probability that the end of the sentence would have.
        min_decoding_length=0,
        max_decoding_length=12,
        length_penalty=0,
        return_scores=True,
    )
    return [(result.hypotheses[0], result.scores[0]) for result in results]


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        (f"{MODEL}.target_embedding={{ vocab_size: {VOCABULARY} dim: 32 }}",),
        (f"{MODEL}.softmax={{ num_classes: {VOCABULARY} }}",),
        (f"{MODEL}.sampled_softmax={{ num_classes: {VOCABULARY} num_sampled: 4 bias: false }}",),
        tuple(
            f"{stack}.{field}"
            for stack in (ENCODER, DECODER)
            for field in ("layer.norm_place=AFTER", "final_norm=false")
        ),
        (f"{ENCODER}.final_norm=false", f"{DECODER}.final_norm=false"),
        tuple(
            f"{stack}.layer.norm.{norm}"
            for stack in (ENCODER, DECODER)
            for norm in ("rms_norm.epsilon=0.01",)
        ),
        tuple(
            f"{stack}.layer.norm.layer_norm={{ epsilon: 0.01 scale_is_offset_from_one: false }}"
            for stack in (ENCODER, DECODER)
        ),
        (
            f"{ENCODER}.layer.feed_forward.gated=true",
            f"{ENCODER}.layer.feed_forward.activation=GELU",
            f"{DECODER}.layer.feed_forward.activation=SILU",
        ),
        (
            f"{DECODER}.layer.feed_forward.gated=true",
            f"{DECODER}.layer.feed_forward.bias=false",
            f"{DECODER}.layer.feed_forward.activation=GELU_TANH",
            f"{ENCODER}.layer.feed_forward.activation=TANH",
        ),
        (
            f"{ENCODER}.layer.self_attention.per_dim_scale=true",
            f"{DECODER}.layer.self_attention.per_dim_scale=true",
            f"{DECODER}.layer.cross_attention.per_dim_scale=true",
        ),
        (
            f"{ENCODER}.layer.self_attention.bias=false",
            f"{DECODER}.layer.cross_attention.bias=false",
        ),
        (f"{ENCODER}.positions={{ learned {{ max_length: 20 }} }}",),
        (f"{DECODER}.positions={{ sinusoidal {{ max_timescale: 100 }} }}",),
    ],
)
def test_translations_and_scores_are_ours(config, overrides):
    code, out, model = export(config, overrides)
    assert code == 0
    expected, found = ours(model), theirs(out)
    assert [tokens for tokens, _ in found] == [tokens for tokens, _ in expected]
    # The source matters.
    assert np.ptp([score for _, score in found]) > 0.1
    np.testing.assert_allclose(
        [score for _, score in found], [score for _, score in expected], rtol=1e-4, atol=1e-4
    )


def test_trained_weights_or_their_averages(config, capsys):
    averages = "learner.ema_decay=0.9"
    assert export(config, (averages,), "--weights=averaged")[0] == 2
    assert "it has no moving averages of its weights" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        (
            [f"{ENCODER}.layer.attention_adds_to_normalized=true"],
            "transformer.encoder.layer.attention_adds_to_normalized: attention is added to what is "
            "not normalized",
        ),
        (
            [f"{ENCODER}.layer.self_attention.rotary={{}}"],
            "transformer.encoder.layer.self_attention.rotary: there is none",
        ),
        (
            [f"{DECODER}.layer.self_attention.num_key_value_heads=2"],
            "transformer.decoder.layer.self_attention.num_key_value_heads: all heads must have keys "
            "and values of their own",
        ),
        (
            [f"{DECODER}.layer.cross_attention.num_heads=2"],
            "transformer.decoder.layer.cross_attention.num_heads: it must be that of self_attention",
        ),
        (
            [f"{DECODER}.layer.self_attention.head_dim=16"],
            "transformer.decoder.layer.self_attention.head_dim: it must be the size of the input / "
            "num_heads, and not set",
        ),
        (
            [f"{DECODER}.layer.feed_forward.activation=IDENTITY"],
            "transformer.decoder.layer.feed_forward.activation: there is no IDENTITY",
        ),
        (
            [f"{ENCODER}.layer.norm_place=AFTER"],
            "transformer.encoder.final_norm: with norm_place AFTER there is none",
        ),
        (
            [f"{ENCODER}.layer.norm.layer_norm.epsilon=0.1"],
            "transformer.decoder.layer.norm: its epsilon is not that of the encoder",
        ),
        (
            [f"{ENCODER}.layer.mixture_of_experts={{ num_experts: 2 hidden_units: 8 }}"],
            "transformer.encoder.layer.mixture_of_experts: it must be feed_forward",
        ),
    ],
)
def test_what_differs_is_refused_by_its_name(config, overrides, problem, capsys):
    arguments = ["ctranslate2", "none", str(config.parent / "out"), f"--config={config}"]
    assert checkpoint.main([*arguments, *(f"--set={each}" for each in overrides)]) == 2
    assert capsys.readouterr().err.endswith(
        f"CTranslate2 cannot compute this model, so that its translations would differ:\n  {problem}\n"
    )


def test_recurrent_models_are_refused():
    message = text_format.Parse("rnmt_plus {}", translation_pb2.Translation())
    assert limits(message) == ["rnmt_plus: only a transformer can be exported"]


def test_other_weights_are_an_error(config, capsys):
    path = write_checkpoint(config.parent / "log" / "train", 1, {"transformer/a": tf.zeros([2])})
    out = config.parent / "out"
    assert checkpoint.main(["ctranslate2", str(path), str(out), f"--config={config}"]) == 2
    assert "missing: transformer/decoder/final_norm/bias float32 [32]\n" in capsys.readouterr().err
    assert not out.exists()
