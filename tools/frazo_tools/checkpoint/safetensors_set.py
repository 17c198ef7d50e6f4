"""Weights in one safetensors file, or in several with an index.

The index of model-00001-of-00002.safetensors and so on is model.safetensors.index.json: JSON whose
weight_map has for each tensor the name of its file, in the same folder.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from frazo.checkpoint.new_logdir import require_new
from frazo.program import durable_file
from frazo_tools.checkpoint.safetensors_file import (
    SUFFIX,
    Form,
    SafetensorsError,
    SafetensorsFile,
    write_safetensors,
)

INDEX_SUFFIX = ".index.json"


def write_safetensors_set(
    path: Path,
    forms: Mapping[str, Form],
    read: Callable[[str], np.ndarray],
    metadata: Mapping[str, str],
    shard_bytes: int,
) -> list[Path]:
    """Writes FILE.safetensors, or, if it would be larger than a shard, shards and an index.

    Args:
      path: Ends in .safetensors.
      forms: The tensors by name.
      read: Returns the values of a tensor; called once for each.
      metadata: Texts by name, for each of the files.
      shard_bytes: The most bytes of values in a file, unless one tensor has more; > 0.

    Returns:
      The files, the index last. They appear when all are complete.

    Raises:
      FileExistsError: One of them exists; nothing is written.
      SafetensorsError, OSError: As write_safetensors. Nothing is left behind.
    """
    shards = _shards(forms, shard_bytes)
    stem = path.name.removesuffix(SUFFIX)
    names = [path.name]
    if len(shards) > 1:
        names = [f"{stem}-{i:05d}-of-{len(shards):05d}{SUFFIX}" for i in range(1, len(shards) + 1)]
    for name in {path.name, path.name + INDEX_SUFFIX, *names}:
        require_new(path.with_name(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + durable_file.TEMPORARY_SUFFIX)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        for name, shard in zip(names, shards, strict=True):
            write_safetensors(aside / name, {n: forms[n] for n in shard}, read, metadata)
        if len(shards) > 1:
            names.append(path.name + INDEX_SUFFIX)
            durable_file.write_text(aside / names[-1], _index_text(names, shards, forms))
        _move(aside, path.parent, names)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return [path.with_name(name) for name in names]


class SafetensorsSet:
    """The tensors of a file, or of all files of an index.

    Attributes:
      metadata: That of the first file.
      forms: The tensors by name.
    """

    def __init__(self, path: Path):
        """Reads the index and all headers.

        Args:
          path: A file, an index, or the file that an index beside it stands for.

        Raises:
          SafetensorsError: A file breaks its format, or the index does not fit the files.
          OSError: A file is missing or cannot be read.
        """
        index = path.with_name(path.name + INDEX_SUFFIX)
        if path.name.endswith(INDEX_SUFFIX):
            index = path
        self._files = [SafetensorsFile(path)] if path.exists() and path != index else _opened(index)
        self.metadata = self._files[0].metadata
        self._file_of = {name: file for file in self._files for name in file.forms}
        self.forms: Mapping[str, Form] = {
            name: self._file_of[name].forms[name] for name in sorted(self._file_of)
        }

    def read(self, name: str) -> np.ndarray:
        """Returns the values of a tensor; see SafetensorsFile.read."""
        return self._file_of[name].read(name)


def _shards(forms: Mapping[str, Form], shard_bytes: int) -> list[list[str]]:
    shards: list[list[str]] = [[]]
    size = 0
    for name in sorted(forms):
        more = forms[name].size_bytes
        if shards[-1] and size + more > shard_bytes:
            shards.append([])
            size = 0
        shards[-1].append(name)
        size += more
    return shards


def _index_text(
    names: Sequence[str], shards: Sequence[Sequence[str]], forms: Mapping[str, Form]
) -> str:
    index = {
        "metadata": {"total_size": sum(form.size_bytes for form in forms.values())},
        "weight_map": {n: file for file, shard in zip(names, shards, strict=False) for n in shard},
    }
    return json.dumps(index, indent=2, ensure_ascii=False) + "\n"


def _move(aside: Path, folder: Path, names: Sequence[str]) -> None:
    """Moves complete files to where they are wanted, all of them or none."""
    moved: list[Path] = []
    try:
        for name in names:
            require_new(folder / name)
            os.rename(aside / name, folder / name)
            moved.append(folder / name)
    except BaseException:
        for path in moved:
            path.unlink()
        raise
    durable_file.sync_directory(folder)


def _opened(index: Path) -> list[SafetensorsFile]:
    """Returns the files of an index, in the order of their names."""
    weight_map = _weight_map(index)
    files = []
    for file_name in sorted(set(weight_map.values())):
        if file_name != os.path.basename(file_name) or not file_name.endswith(SUFFIX):
            raise SafetensorsError(f"{index}: lists {file_name!r}, which is no file of its folder")
        file = SafetensorsFile(index.with_name(file_name))
        listed = {name for name, of in weight_map.items() if of == file_name}
        if odd := sorted(listed ^ file.forms.keys()):
            where = "is not in" if odd[0] in listed else "is by the index not in"
            raise SafetensorsError(f"{index}: '{odd[0]}' {where} {file_name}")
        files.append(file)
    return files


def _weight_map(index: Path) -> Mapping[str, str]:
    try:
        content: Any = json.loads(index.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{index.name.removesuffix(INDEX_SUFFIX)}: there is neither this file nor its "
            f"{index.name} in {index.parent}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise SafetensorsError(f"{index}: is no JSON: {error}") from error
    weight_map = content.get("weight_map") if isinstance(content, dict) else None
    if (
        not isinstance(weight_map, dict)
        or not weight_map
        or not all(isinstance(value, str) for value in weight_map.values())
    ):
        raise SafetensorsError(f"{index}: has no weight_map from tensors to files")
    return weight_map
