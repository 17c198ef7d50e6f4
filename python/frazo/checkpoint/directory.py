"""Finds whole checkpoints in a directory, for readers and for the writer."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from frazo.checkpoint.manifest import (
    MANIFEST_SUFFIX,
    DamagedCheckpointError,
    Manifest,
    checkpoint_name,
    read_manifest,
    step_of,
    verify_files,
)
from frazo.program import durable_file
from frazo.program.errors import JobError
from google.protobuf import text_format
from tensorflow.python.training.checkpoint_state_pb2 import CheckpointState

STATE_FILE = "checkpoint"


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A checkpoint whose bytes have all been verified."""

    directory: Path
    manifest: Manifest

    @property
    def step(self) -> int:
        return self.manifest.step

    @property
    def name(self) -> str:
        return checkpoint_name(self.step)

    @property
    def prefix(self) -> str:
        """The prefix for TensorFlow's checkpoint readers."""
        return str(self.directory / self.name)

    def is_recorded(self) -> bool:
        """Returns whether it is still there; the trainer removes old checkpoints."""
        return self.step in CheckpointDirectory(self.directory).recorded_steps()


class CheckpointDirectory:
    """A read-only view of the checkpoints in a directory. The directory need not exist yet.

    A checkpoint is recorded if it has a manifest or is listed in the `checkpoint` file. Other files
    are the user's, or were left by an unfinished save.
    """

    def __init__(self, path: Path):
        self.path = path

    def recorded_steps(self) -> list[int]:
        """Returns the steps of the recorded checkpoints, ascending."""
        if not self.path.is_dir():
            return []
        found = (step_of(file.name) for file in self.path.glob(f"ckpt-*{MANIFEST_SUFFIX}"))
        return sorted({step for step in found if step is not None} | self._listed_steps())

    def open(self, step: int) -> Checkpoint:
        """Reads and verifies every byte. Raises DamagedCheckpointError that names the first
        damage.
        """
        manifest = read_manifest(self.path, step)
        verify_files(self.path, manifest.files)
        return Checkpoint(self.path, manifest)

    def newest(self, on_damage: Callable[[int, str], None]) -> Checkpoint | None:
        """Returns the newest whole checkpoint, or None if none is recorded.

        Args:
          on_damage: Called with the step and the damage of each newer checkpoint.

        Raises:
          JobError: All checkpoints are damaged.
        """
        damages = []
        for step in reversed(self.recorded_steps()):
            try:
                return self.open(step)
            except DamagedCheckpointError as error:
                on_damage(step, str(error))
                damages.append(str(error))
        if not damages:
            return None
        raise JobError(
            f"{self.path}: every checkpoint is damaged:\n"
            + "".join(f"  {damage}\n" for damage in damages)
            + "Restore a copy of one, or remove all of them to start at step 0."
        )

    def _listed_steps(self) -> set[int]:
        state = read_state(self.path)
        if state is None:
            return set()
        names = {Path(path).name for path in state.all_model_checkpoint_paths}
        return {step for name in names if (step := step_of(name)) is not None}


def read_state(directory: Path) -> CheckpointState | None:
    """Returns the content of the `checkpoint` file, or None if it is missing or unreadable.

    The manifests decide which checkpoints count.
    """
    try:
        text = (directory / STATE_FILE).read_text(encoding="utf-8")
        return text_format.Parse(text, CheckpointState())
    except (OSError, UnicodeDecodeError, text_format.ParseError):
        return None


def write_state(directory: Path, manifests: list[Manifest]) -> None:
    """Records `manifests` where tf.train.latest_checkpoint looks.

    Args:
      manifests: Sorted by step; the last one is the newest.
    """
    state = CheckpointState()
    for manifest in manifests:
        state.all_model_checkpoint_paths.append(checkpoint_name(manifest.step))
        state.all_model_checkpoint_timestamps.append(manifest.saved_unix_seconds)
    if manifests:
        state.model_checkpoint_path = checkpoint_name(manifests[-1].step)
    durable_file.write_text(directory / STATE_FILE, text_format.MessageToString(state))
