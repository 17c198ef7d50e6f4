"""Configuration: experiments as textproto files, checked before any graph is built.

Importing this package does not import TensorFlow, so that errors appear at once.
"""

from frazo.config.errors import ConfigError
from frazo.config.experiments import list_models, load_experiment
from frazo.config.resolved import resolved_text

__all__ = ["ConfigError", "list_models", "load_experiment", "resolved_text"]
