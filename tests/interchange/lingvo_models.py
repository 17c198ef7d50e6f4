"""Models of Lingvo, by the checkpoints that Lingvo writes: their results and ours.

    ./bazelw run -c opt //tests/interchange:lingvo_models -- --peers=DIR

Lingvo makes small models of its WMT Transformer and of its word-level language model, draws all
weights, writes a checkpoint of each, and scores sentences. Our models start from these checkpoints
with the rules that come with Frazo, and score the same. docs/benchmarks.md says how DIR is made.
The exit code is 1 if results differ.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.warm_start import warm_start
from frazo.config import load_experiment
from frazo.layers.place import Place
from frazo.proto import warm_start_pb2
from frazo.tasks.lm.language_modeling import LanguageModeling
from frazo.tasks.mt.translation import Translation
from frazo.tasks.task import Task

_PROGRAM = Path(__file__).absolute().parent / "lingvo_checkpoint.py"
# As in lingvo_checkpoint.py.
_VOCABULARY, _DIM, _HIDDEN_UNITS, _HEADS, _LAYERS, _UNITS = 17600, 32, 48, 4, 2, 40
# Sums of the logarithms of some ten probabilities, in float32.
_TOLERANCE = 1e-4


def main(arguments: Sequence[str]) -> int:
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", type=Path, required=True, metavar="DIR")
    python = parser.parse_args(arguments).peers.absolute() / "lv13" / "bin" / "python"
    differs = False
    for kind, make, rules, score in (
        ("translation", _translation, "lingvo/transformer.textproto", _score_pairs),
        ("language_model", _language_model, "lingvo/one_billion_wds.textproto", _score_texts),
    ):
        with tempfile.TemporaryDirectory() as folder:
            _run_lingvo([str(python), str(_PROGRAM), kind, folder])
            task = make()
            message = warm_start_pb2.WarmStart(checkpoint=folder, rules_file=rules)
            print(warm_start(message, by_key(task.variables)).describe())
            sentences = np.load(f"{folder}/sentences.npz")
            difference = np.max(np.abs(score(task, sentences) + sentences["loss"]))
            print(
                f"{kind}: {len(sentences['loss'])} sentences, log-likelihoods by Lingvo "
                f"{np.round(-sentences['loss'], 4).tolist()}, largest difference {difference:.2g}"
            )
            differs |= not difference < _TOLERANCE
    return int(differs)


def _run_lingvo(command: Sequence[str]) -> None:
    # Its Python finds its own packages, not ours.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{ran.stderr[-2000:]}")


def _translation() -> Task:
    model = "task.translation.transformer"
    overrides = [
        f"{model}.{side}_embedding.{field}"
        for side in ("source", "target")
        for field in (f"vocab_size={_VOCABULARY}", f"dim={_DIM}")
    ]
    overrides += [
        f"{model}.{stack}.{field}"
        for stack in ("encoder", "decoder")
        for field in (
            f"num_layers={_LAYERS}",
            f"layer.feed_forward.hidden_units={_HIDDEN_UNITS}",
            f"layer.self_attention.num_heads={_HEADS}",
        )
    ]
    overrides += [
        f"{model}.decoder.layer.cross_attention.num_heads={_HEADS}",
        f"{model}.softmax.num_classes={_VOCABULARY}",
    ]
    experiment = load_experiment(
        model="mt.wmt14_en_de.WmtEnDeTransformerBase", config=None, overrides=overrides
    )
    spec = _spec("source", "target", "target_labels")
    return Translation(experiment.task.translation, Place(seed=1), input_spec=spec)


def _language_model() -> Task:
    model = "task.language_modeling.model"
    overrides = [
        f"{model}.{field}"
        for field in (
            f"embedding.vocab_size={_VOCABULARY}",
            f"embedding.dim={_DIM}",
            f"body.lstm_stack.layer.units={_UNITS}",
            f"body.lstm_stack.layer.projection={_DIM}",
            f"sampled_softmax.num_classes={_VOCABULARY}",
            "sampled_softmax.num_sampled=8",
        )
    ]
    experiment = load_experiment(
        model="lm.one_billion_wds.WordLevelOneBwdsSimpleSampledSoftmax",
        config=None,
        overrides=overrides,
    )
    message = experiment.task.language_modeling
    return LanguageModeling(message, Place(seed=1), input_spec=_spec("tokens", "labels"))


def _spec(*features: str) -> dict[str, tf.TensorSpec]:
    ids, lengths = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)
    return {
        name: spec
        for feature in features
        for name, spec in ((feature, ids), (f"{feature}_length", lengths))
    }


def _score_pairs(task: Translation, sentences: Mapping[str, np.ndarray]) -> np.ndarray:
    lengths = tf.constant(sentences["lengths"])
    source = tf.constant(sentences["source"])
    scored = task.score(source, lengths, _without_eos(sentences), lengths - 1)
    return tf.reduce_sum(scored.scores, 1).numpy()


def _score_texts(task: LanguageModeling, sentences: Mapping[str, np.ndarray]) -> np.ndarray:
    scored = task.score(_without_eos(sentences), tf.constant(sentences["lengths"]) - 1)
    return tf.reduce_sum(scored.scores.scores, 1).numpy()


def _without_eos(sentences: Mapping[str, np.ndarray]) -> tf.Tensor:
    ends = sentences["lengths"][:, np.newaxis] - 1
    labels = sentences["labels"][:, :-1]
    return tf.constant(np.where(np.arange(labels.shape[1]) < ends, labels, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
