"""Trains the same small language models as stages of real processes."""

import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.experiment.model import Model
from frazo.proto import experiment_pb2
from frazo.shard.worker_processes import run_in_workers
from frazo.tasks.lm import small_language_modeling
from frazo.train.inner_loop import InnerLoop
from frazo.train.mesh_reduction import MeshReduction
from frazo.train.mesh_training import mesh_of, part_of, whole_variables
from google.protobuf import text_format

_ROWS, _TIME, _VOCAB, _BATCHES = 8, 5, 12, 5

_EXPERIMENT = """
task {{
  language_modeling {{
    model {{
      embedding {{ vocab_size: 12 dim: 8 scale_by_sqrt_dim: true }}
      body {{
        transformer_stack {{
          num_layers: 4 positions {{ {positions} }} final_norm: true
          layer {{
            self_attention {{ num_heads: 2 causal: true }}
            feed_forward {{ hidden_units: 16 activation: RELU }}
          }}
          {alternating}
        }}
      }}
      {softmax}
    }}
    search {{ eos_id: 2 max_length: 4 }}
  }}
}}
learner {{ learning_rate: 0.02 clip_global_norm: 0.5 {learner} }}
"""

_EXPERTS = """
    alternating_with {
      self_attention { num_heads: 2 causal: true }
      mixture_of_experts {
        num_experts: 4 hidden_units: 8 experts_per_token: 2 dropless: true
        router_z_loss_weight: 0.1 balance_loss_weight: 0
      }
    }
"""

_EXPERIMENTS = {
    # The table of the tokens is the softmax, too: the first and the last stage have it.
    "tied, adam": {"softmax": "", "learner": "optimizer { adam { epsilon: 1e-3 } }"},
    "adafactor": {
        "softmax": "softmax { num_classes: 12 bias: true }",
        "learner": "optimizer { adafactor { min_factored_dim: 4 } } ema_decay: 0.9",
        "positions": "learned { max_length: 5 }",
    },
    "lamb, accumulation": {
        "softmax": "softmax { num_classes: 12 }",
        "learner": "optimizer { lamb {} } l2_weight: 0.01 accumulation_steps: 2",
    },
    "muon": {
        "softmax": "softmax { num_classes: 12 bias: true }",
        "learner": "optimizer { muon { others { epsilon: 1e-3 } } }",
    },
    "experts": {
        "softmax": "",
        "learner": "optimizer { adam { epsilon: 1e-3 } }",
        "alternating": _EXPERTS,
    },
}

_STEPS = {"tied, adam": 50, "experts": 20}
# Stages compute their layers again, which must change nothing.
_RECOMPUTED = ("tied, adam",)


def experiment(name):
    parts = {"positions": "sinusoidal {}", "alternating": "", **_EXPERIMENTS[name]}
    return text_format.Parse(_EXPERIMENT.format(**parts), experiment_pb2.Experiment())


def batches():
    random = np.random.default_rng(3)
    shape = (_BATCHES, _ROWS, _TIME)
    tokens, labels = (random.integers(3, _VOCAB, shape, np.int32) for _ in range(2))
    lengths = random.integers(2, _TIME + 1, (_BATCHES, _ROWS), np.int32)
    tokens[:, :, 0] = 1
    batch = {"tokens": tokens, "labels": labels}
    return batch | {f"{name}_length": lengths for name in batch}


def _train(rank, count, axes, fields, names):
    """Returns for each experiment the losses, the norms, the metrics and the parts of variables."""
    del count
    mesh = mesh_of(rank, axes, fields)
    return {name: _train_one(mesh, name) for name in names}


def _train_one(mesh, name):
    data, size = mesh.coordinates.get("data", 0), mesh.sizes.get("data", 1)
    own = slice(data, None, size)
    dataset = tf.data.Dataset.from_tensor_slices({k: v[:, own] for k, v in batches().items()})
    message = experiment(name)
    stack = message.task.language_modeling.model.body.transformer_stack
    stack.recompute_layers = name in _RECOMPUTED and mesh.pipeline is not None
    model = Model(message, small_language_modeling.SPEC, mesh)
    reduction = MeshReduction(mesh, 1000, tf.float32)
    loop = InnerLoop(model, iter(dataset.repeat()), 3, reduction, data)
    losses, norms = [], []
    for _ in range(_STEPS.get(name, 10)):
        result = loop.run(1)
        assert result.nonfinite == 0
        losses.append(result.totals["loss"] / result.weights["loss"])
        norms.append(result.scalars["grad_norm"])
    metrics = {k: (v / result.weights[k]) for k, v in result.totals.items() if result.weights[k]}
    return losses, norms, metrics, {k: part_of(v) for k, v in model.variables.items()}


_ALL = tuple(_EXPERIMENTS)
# Processes that build graphs take long on a small machine: each gets few.
_CASES = [
    ({"stage": 2}, "", ("tied, adam", "experts")),
    (
        {"stage": 3},
        "pipeline { micro_batches: 4 schedule: GPIPE layers: [1, 2, 1] }",
        ("lamb, accumulation",),
    ),
    ({"data": 2, "stage": 2}, "cut_optimizer: true", ("tied, adam",)),
    ({"stage": 2, "model": 2}, "pipeline { micro_batches: 4 }", ("adafactor", "muon")),
]


@pytest.fixture(scope="module")
def alone():
    """What one process gives."""
    (results,) = run_in_workers(1, _train, {"data": 1}, "", _ALL)
    for losses, *_ in results.values():
        assert losses[-1] < losses[0]
    return results


@pytest.mark.parametrize(("axes", "fields", "names"), _CASES, ids=str)
def test_stages_learn_what_one_process_learns(axes, fields, names, alone):
    workers = run_in_workers(math.prod(axes.values()), _train, axes, fields, names)
    for name in names:
        expected_losses, expected_norms, expected_metrics, expected_parts = alone[name]
        results = [worker[name] for worker in workers]
        for losses, norms, metrics, parts in results:
            np.testing.assert_allclose(losses, expected_losses, rtol=2e-4, err_msg=name)
            np.testing.assert_allclose(norms, expected_norms, rtol=2e-3, err_msg=name)
            assert metrics.keys() == expected_metrics.keys()
            for metric in ("log_pplx", "num_predictions", "num_examples_in_batch"):
                np.testing.assert_allclose(metrics[metric], expected_metrics[metric], rtol=1e-3)
            held = sum(value.size for _, _, value in parts.values())
            whole = sum(value.size for _, _, value in expected_parts.values())
            assert held < 0.8 * whole
        joined = whole_variables([parts for *_, parts in results])
        expected = whole_variables([expected_parts])
        assert joined.keys() == expected.keys()
        for variable, value in expected.items():
            np.testing.assert_allclose(
                joined[variable], value, rtol=0.02, atol=2e-3, err_msg=f"{name}: {variable}"
            )
