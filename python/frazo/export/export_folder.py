"""What the folder of an exported model holds beside TensorFlow's own files."""

import json
from collections.abc import Mapping
from pathlib import Path

# The export in a log directory.
DIRECTORY = "inference_graph"
# Every export has this file.
SAVED_MODEL = "saved_model.pb"
# TensorFlow leaves the folder assets.extra to others.
ROW_WISE = Path("assets.extra") / "row_wise_signatures.json"

RowWise = Mapping[str, Mapping[str, str]]


def write_row_wise(directory: Path, row_wise: RowWise) -> None:
    """Writes what Servable.row_wise() tells into an export."""
    path = directory / ROW_WISE
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(row_wise, indent=1, sort_keys=True) + "\n")


def read_row_wise(directory: Path) -> RowWise:
    """Returns what an export says of its signatures; nothing if it says nothing.

    Args:
      directory: The export's.

    Raises:
      ValueError: The file is damaged.
    """
    path = directory / ROW_WISE
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{path}: no JSON: {error}. Export the model again.") from None
    if not isinstance(found, dict) or not all(
        isinstance(padded, dict) and all(isinstance(length, str) for length in padded.values())
        for padded in found.values()
    ):
        raise ValueError(
            f'{path}: expected {{"SIGNATURE": {{"PADDED OUTPUT": "OUTPUT OF LENGTHS"}}}}. Export the '
            "model again."
        )
    return found
