"""Frazo: sequence models on TensorFlow, described by protobuf messages.

Importing this package does not import TensorFlow: a wrong configuration is told in well under a second.
"""

from frazo.registry import build, register, unwrap

__all__ = ["build", "register", "unwrap"]
