# The type checker brings stubs of a part of TensorFlow's API, and takes for an error what they lack.
from typing import Any

def __getattr__(name: str) -> Any: ...
