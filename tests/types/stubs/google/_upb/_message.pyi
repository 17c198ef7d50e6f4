# Protobuf's stubs describe two implementations of each descriptor, which exclude each other.
from typing import Any

def __getattr__(name: str) -> Any: ...
