"""Frazo: sequence models on TensorFlow, described by protobuf messages.

Importing this package imports neither TensorFlow nor the C++ runtime, so that errors in a
configuration appear in well under a second. The first use of Pipeline, align or error_rates loads
the runtime without TensorFlow. The first use of Predictor loads TensorFlow.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from frazo.quiet_standard_error import quiet_standard_error
from frazo.registry import build, register, unwrap
from frazo.version import VERSION as __version__

if TYPE_CHECKING:
    from frazo.alignment import align, error_rates
    from frazo.export.predictor import Predictor
    from frazo.pipeline import Pipeline, divide_pipeline_states
    from frazo.plugin import load_plugin

__all__ = [
    "Pipeline",
    "Predictor",
    "__version__",
    "align",
    "build",
    "divide_pipeline_states",
    "error_rates",
    "load_plugin",
    "register",
    "unwrap",
]


def __getattr__(name: str) -> Any:
    if name == "_core":
        from frazo.tensorflow_version import check_tensorflow

        check_tensorflow()
        # TensorFlow's library, which the runtime is linked to, tells at its start that oneDNN is on.
        with quiet_standard_error():
            return importlib.import_module("frazo._core")
    if name in ("align", "error_rates"):
        from frazo import alignment

        return getattr(alignment, name)
    if name in ("Pipeline", "divide_pipeline_states"):
        from frazo import pipeline

        return getattr(pipeline, name)
    if name == "load_plugin":
        from frazo.plugin import load_plugin

        return load_plugin
    if name == "Predictor":
        from frazo.export.predictor import Predictor

        return Predictor
    raise AttributeError(f"module 'frazo' has no attribute '{name}'")
