"""`checkpoint list`: what is in a checkpoint, or which checkpoints are in a folder."""

import argparse
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from frazo.checkpoint.manifest import Manifest, checkpoint_name
from frazo.program.errors import JobError
from frazo.program.number_format import format_bytes
from frazo_tools.checkpoint.kinds import Kind
from frazo_tools.checkpoint.source import (
    Source,
    TensorEntry,
    checkpoint_folder,
    damage_of,
    find_source,
    recorded,
)
from frazo_tools.records.table import counted, table

_UNKNOWN = "-"


def run(options: argparse.Namespace) -> int:
    source = find_source(options.checkpoint)
    if source is None:
        if options.filter is not None:
            raise JobError(
                f"{options.checkpoint}: --filter chooses among the tensors of one checkpoint; give "
                "LOGDIR/train/ckpt-NUMBER"
            )
        return _list_folder(checkpoint_folder(options.checkpoint), options)
    if source.manifest is not None:
        damage = damage_of(source.folder, source.manifest.files, reads=options.verify)
        if damage is not None:
            raise JobError(damage)
    elif options.verify:
        # TensorFlow verifies what it reads.
        for name in source.tensors:
            source.read(name)
    entries = chosen(list(source.tensors.values()), options.filter)
    if options.json:
        print(json.dumps(_as_json(source, entries), indent=2))
    else:
        print(_as_text(source, entries, options.verify))
    return 0


def chosen(entries: Sequence[TensorEntry], pattern: re.Pattern[str] | None) -> list[TensorEntry]:
    """Returns the tensors in whose names the pattern is found; all without a pattern.

    Raises:
      JobError: There is none.
    """
    found = [entry for entry in entries if pattern is None or pattern.search(entry.name)]
    if pattern is not None and not found:
        raise JobError(f"--filter={pattern.pattern}: no tensor's name has it")
    return found


def part_sums(weights: Sequence[TensorEntry]) -> dict[str, int]:
    """Returns the number of values of each top part of a model: "task/encoder" and the like.

    Parts are told apart by the first component in which the names differ.
    """
    paths = [entry.name.split("/") for entry in weights]
    depth = 0
    while all(len(path) > depth + 1 for path in paths) and len({p[depth] for p in paths}) == 1:
        depth += 1
    sums: dict[str, int] = {}
    for path, entry in zip(paths, weights, strict=True):
        part = "/".join(path[: depth + 1])
        sums[part] = sums.get(part, 0) + entry.count
    return sums


def _list_folder(folder: Path, options: argparse.Namespace) -> int:
    """Returns 2 if a checkpoint is damaged."""
    rows, objects, damages = [], [], []
    for step, manifest in recorded(folder):
        name = checkpoint_name(step)
        if isinstance(manifest, str):
            damage: str | None = manifest
            rows.append((name, *[_UNKNOWN] * 3))
            objects.append({"name": name, "step": step, "damage": damage})
        else:
            damage = damage_of(folder, manifest.files, reads=options.verify)
            rows.append((name, _time(manifest), str(len(manifest.files)), _size(manifest)))
            objects.append({"name": name, "damage": damage, **_manifest_json(manifest)})
        if damage is not None:
            damages.append(damage)
    if not rows:
        raise JobError(f"{folder}: there is no checkpoint")
    if options.json:
        print(json.dumps({"folder": str(folder), "checkpoints": objects}, indent=2))
    else:
        print(f"{folder}: {counted(len(rows), 'checkpoint')}{_verified(options.verify)}\n")
        print(table(("checkpoint", "saved (UTC)", "files", "size"), rows))
        if damages:
            print("\ndamaged:\n" + "\n".join(f"  {damage}" for damage in damages))
    return 2 if damages else 0


def _as_text(source: Source, entries: Sequence[TensorEntry], verified: bool) -> str:
    head = f"{source.prefix}: step {source.step}"
    if source.manifest is not None:
        files = counted(len(source.manifest.files), "file")
        head += f", saved {_time(source.manifest)} UTC, {files}, {_size(source.manifest)}"
    rows = [
        (e.name, e.kind, e.dtype.name, str(list(e.shape)), f"{e.count:,}", _bytes_text(e))
        for e in entries
    ]
    blocks = [
        head + _verified(verified),
        table(("tensor", "kind", "type", "shape", "values", "size"), rows),
        table(("kind", "tensors", "values", "size"), _kind_rows(entries)),
    ]
    if weights := [entry for entry in entries if entry.kind == Kind.WEIGHT]:
        sums = part_sums(weights)
        total = sum(sums.values())
        parts = [(part, f"{count:,}", _share(count, total)) for part, count in sums.items()]
        parts.append(("total", f"{total:,}", _share(total, total)))
        blocks.append(table(("part", "parameters", "share"), parts))
    return "\n\n".join(blocks)


def _kind_rows(entries: Sequence[TensorEntry]) -> list[tuple[str, str, str, str]]:
    rows = []
    for kind in Kind:
        found = [entry for entry in entries if entry.kind == kind]
        if found:
            values = sum(entry.count for entry in found)
            size = format_bytes(sum(entry.size_bytes or 0 for entry in found))
            rows.append((str(kind), f"{len(found):,}", f"{values:,}", size))
    return rows


def _as_json(source: Source, entries: Sequence[TensorEntry]) -> dict[str, Any]:
    weights = [entry for entry in entries if entry.kind == Kind.WEIGHT]
    sums = part_sums(weights) if weights else {}
    return {
        "checkpoint": source.prefix,
        "step": source.step,
        **(_manifest_json(source.manifest) if source.manifest else {}),
        "parameters": sum(sums.values()),
        "parts": sums,
        "tensors": [
            {
                "name": entry.name,
                "kind": str(entry.kind),
                "type": entry.dtype.name,
                "shape": list(entry.shape),
                "size_bytes": entry.size_bytes,
            }
            for entry in entries
        ],
    }


def _manifest_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "step": manifest.step,
        "saved_unix_seconds": manifest.saved_unix_seconds,
        "files": len(manifest.files),
        "size_bytes": manifest.size_bytes,
    }


def _time(manifest: Manifest) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(manifest.saved_unix_seconds))


def _size(manifest: Manifest) -> str:
    return format_bytes(manifest.size_bytes)


def _bytes_text(entry: TensorEntry) -> str:
    return _UNKNOWN if entry.size_bytes is None else format_bytes(entry.size_bytes)


def _share(count: int, total: int) -> str:
    return f"{count / max(total, 1):.1%}"


def _verified(verified: bool) -> str:
    return ", every byte verified" if verified else ""
