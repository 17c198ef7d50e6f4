"""Where the cluster of a run is kept in its log directory."""

from pathlib import Path

from frazo.cluster.run_record import CONTROL_FOLDER


def cluster_path(logdir: Path) -> Path:
    """Returns the path of the file in which the launcher writes the cluster, with its ports."""
    return logdir / CONTROL_FOLDER / "cluster.textproto"
