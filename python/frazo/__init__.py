"""Frazo: sequence models on TensorFlow, described by protobuf messages.

Importing this package imports neither TensorFlow nor the C++ runtime: a wrong configuration is told in well
under a second. The runtime comes with the first use of Pipeline, without TensorFlow; TensorFlow comes with the
first use of Predictor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from frazo.registry import build, register, unwrap

if TYPE_CHECKING:
    from frazo.export.predictor import Predictor
    from frazo.pipeline import Pipeline

__all__ = ["Pipeline", "Predictor", "build", "register", "unwrap"]


def __getattr__(name: str) -> Any:
    if name == "Pipeline":
        from frazo.pipeline import Pipeline

        return Pipeline
    if name == "Predictor":
        from frazo.export.predictor import Predictor

        return Predictor
    raise AttributeError(f"module 'frazo' has no attribute '{name}'")
