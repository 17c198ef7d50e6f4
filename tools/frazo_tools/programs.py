"""The programs of an installed Frazo: `frazo-records` runs what //tools:records is in a checkout.

Each program is an attribute of this module, made when it is asked for: `records()` runs
`frazo-records`, and imports no other.
"""

import runpy
from collections.abc import Callable

# By name, the module that is run.
PROGRAMS = {
    "audio": "frazo_tools.speech.audio",
    "build_vocab": "frazo_tools.vocab.build_vocab",
    "checkpoint": "frazo_tools.checkpoint.checkpoint",
    "completion": "frazo_tools.completion.completion",
    "config": "frazo_tools.config.config",
    "detect": "frazo_tools.detection.detect",
    "generate": "frazo_tools.generation.generate",
    "gettext_pairs": "frazo_tools.gettext.gettext_pairs",
    "keras2ckpt": "frazo_tools.images.keras2ckpt",
    "kitti": "frazo_tools.detection.kitti",
    "launch": "frazo_tools.launch.launch",
    "librispeech": "frazo_tools.speech.librispeech",
    "lidar_scenes": "frazo_tools.detection.lidar_scenes",
    "lm1b_vocab": "frazo_tools.vocab.lm1b_vocab",
    "lm_text": "frazo_tools.prose.lm_text",
    "mnist_digits": "frazo_tools.images.mnist_digits",
    "ngram": "frazo_tools.ngram.ngram",
    "records": "frazo_tools.records.records",
    "scenes": "frazo_tools.detection.scenes",
    "serve": "frazo_tools.serving.serve",
    "source_lines": "frazo_tools.vocab.source_lines",
    "spoken_corpus": "frazo_tools.speech.spoken.spoken_corpus",
    "status": "frazo_tools.launch.status",
    "tokenizer": "frazo_tools.tokenizer.tokenizer",
    "train": "frazo.jobs.trainer",
    "transcribe": "frazo_tools.speech.transcribe",
    "translate": "frazo_tools.translation.translate",
    "waymo": "frazo_tools.detection.waymo.waymo",
    "wer": "frazo_tools.wer.wer",
}


def __getattr__(name: str) -> Callable[[], object]:
    if name not in PROGRAMS:
        raise AttributeError(f"module 'frazo_tools.programs' has no attribute '{name}'")
    return lambda: runpy.run_module(PROGRAMS[name], run_name="__main__", alter_sys=True)
