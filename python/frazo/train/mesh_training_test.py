"""Trains the same small Transformer on meshes of real processes."""

import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.experiment.model import Model
from frazo.proto import experiment_pb2
from frazo.shard.worker_processes import run_in_workers
from frazo.tasks.mt import small_translation
from frazo.train.inner_loop import InnerLoop
from frazo.train.mesh_reduction import MeshReduction
from frazo.train.mesh_training import mesh_of, part_of, whole_variables
from google.protobuf import text_format

_ROWS, _TIME, _VOCAB, _BATCHES = 4, 5, 12, 5

_EXPERIMENT = """
task {{
  translation {{
    transformer {{
      source_embedding {{ vocab_size: 12 dim: 8 scale_by_sqrt_dim: true }}
      encoder {{
        num_layers: 1 positions {{ sinusoidal {{}} }} final_norm: true
        layer {{
          self_attention {{ num_heads: 4 num_key_value_heads: 2 relative_bias {{ num_buckets: 8 }} }}
          feed_forward {{ hidden_units: 16 gated: true activation: GELU }}
        }}
      }}
      decoder {{
        num_layers: 1 positions {{ sinusoidal {{}} }} final_norm: true
        layer {{
          self_attention {{ num_heads: 2 causal: true per_dim_scale: true }}
          cross_attention {{ num_heads: 2 bias: true }}
          feed_forward {{ hidden_units: 16 activation: RELU }}
        }}
      }}
      {softmax}
    }}
    label_smoothing: 0.1
    search {{ eos_id: 2 max_length: 20 }}
  }}
}}
learner {{ {learner} }}
"""
# The table of the tokens is the softmax, too.
_TIED = ""
_UNTIED = "softmax { num_classes: 12 bias: true }"


def experiment(softmax, learner, option):
    text = _EXPERIMENT.format(softmax=softmax, learner=learner)
    message = text_format.Parse(text, experiment_pb2.Experiment())
    transformer = message.task.translation.transformer
    for stack in (transformer.encoder, transformer.decoder):
        stack.recompute_layers = option == "recompute_layers"
    return message


def batches():
    """Rows of one length, so that processes with fewer rows see the same numbers."""
    random = np.random.default_rng(3)
    shape = (_BATCHES, _ROWS, _TIME)
    source, target, labels = (random.integers(3, _VOCAB, shape, np.int32) for _ in range(3))
    lengths = random.integers(2, _TIME + 1, (_BATCHES, _ROWS), np.int32)
    target[:, :, 0] = 1
    batch = {"source": source, "target": target, "target_labels": labels}
    return batch | {f"{name}_length": lengths for name in batch}


def _train(rank, count, grid, option, texts):
    """Returns for each experiment the losses, the norms of the gradients, and the part of each
    variable.
    """
    sizes = dict(zip(("data", "model"), grid, strict=True))
    mesh = mesh_of(rank, sizes, "cut_optimizer: true" if option == "cut_optimizer" else "")
    return {name: _train_one(mesh, *text_and_steps) for name, text_and_steps in texts.items()}


def _train_one(mesh, text, steps):
    data = mesh.coordinates["data"]
    own = slice(data, None, mesh.sizes["data"])
    dataset = tf.data.Dataset.from_tensor_slices({k: v[:, own] for k, v in batches().items()})
    message = text_format.Parse(text, experiment_pb2.Experiment())
    model = Model(message, small_translation.SPEC, mesh)
    reduction = MeshReduction(mesh, 1000, tf.float32)
    loop = InnerLoop(model, iter(dataset.repeat()), 3, reduction, data)
    losses, norms = [], []
    for _ in range(steps):
        result = loop.run(1)
        assert result.nonfinite == 0
        losses.append(result.totals["loss"] / result.weights["loss"])
        norms.append(result.scalars["grad_norm"])
    return losses, norms, {name: part_of(v) for name, v in model.variables.items()}


_ADAM = "learning_rate: 0.02 optimizer { adam { epsilon: 1e-3 } } clip_global_norm: 0.5"
_LEARNERS = {
    "adam, tied": (_TIED, _ADAM, 50),
    "adafactor": (
        _UNTIED,
        "learning_rate: 0.02 optimizer { adafactor { min_factored_dim: 4 } } ema_decay: 0.9",
        10,
    ),
    "lamb": (
        _UNTIED,
        "learning_rate: 0.01 optimizer { lamb {} } l2_weight: 0.01 accumulation_steps: 2 "
        "gradient_norm_tracker {}",
        10,
    ),
    "muon": (_UNTIED, "learning_rate: 0.02 optimizer { muon { others { epsilon: 1e-3 } } }", 10),
}


# The last item is an option that must change nothing. Four processes that build graphs take long on
# a small machine: each gets few.
_CASES = [
    ((2, 1), ("adam, tied",), "recompute_layers"),
    ((1, 2), ("adam, tied", "adafactor", "lamb", "muon"), ""),
    ((2, 2), ("adam, tied",), ""),
    ((2, 2), ("adafactor", "lamb", "muon"), "recompute_layers"),
    ((2, 2), ("adam, tied", "lamb"), "cut_optimizer"),
]


def experiments(learners, option=""):
    texts = {}
    for name in learners:
        softmax, text, steps = _LEARNERS[name]
        texts[name] = text_format.MessageToString(experiment(softmax, text, option)), steps
    return texts


@pytest.fixture(scope="module")
def alone():
    """What one process gives."""
    (results,) = run_in_workers(1, _train, (1, 1), "", experiments(_LEARNERS))
    for losses, _, _ in results.values():
        assert losses[-1] < losses[0]
    return results


@pytest.mark.parametrize(("grid", "learners", "option"), _CASES, ids=str)
def test_a_mesh_learns_what_one_process_learns(grid, learners, option, alone):
    texts = experiments(learners, option)
    workers = run_in_workers(math.prod(grid), _train, grid, option, texts)
    for learner in learners:
        expected_losses, expected_norms, expected_parts = alone[learner]
        results = [worker[learner] for worker in workers]
        for losses, norms, parts in results:
            np.testing.assert_allclose(losses, expected_losses, rtol=2e-4, err_msg=learner)
            np.testing.assert_allclose(norms, expected_norms, rtol=2e-3, err_msg=learner)
            table = "transformer/source_embedding/table"
            assert parts[table][2].shape == (_VOCAB // grid[1], 8)
            slot = parts.get(f"learner/adam/m/{table}")
            if slot is not None:
                pieces = grid[0] if option == "cut_optimizer" else 1
                assert slot[2].shape == (_VOCAB // grid[1] // pieces, 8)
        joined = whole_variables([parts for _, _, parts in results])
        expected = whole_variables([expected_parts])
        assert joined.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(
                joined[name], value, rtol=0.02, atol=2e-3, err_msg=f"{learner}: {name}"
            )
