"""YAML that people like to read: texts of several lines are blocks, and nothing is an alias."""

from collections.abc import Sequence
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(documents: Sequence[Any]) -> str:
    """Returns documents of dictionaries, lists, texts and numbers as YAML."""
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, width=100)
