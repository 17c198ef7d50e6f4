"""Reads a cluster from a textproto."""

from pathlib import Path

from frazo.cluster.layout import ROOT, Layout
from frazo.config.config_text import ConfigText
from frazo.config.reader import read
from frazo.config.text_file import existing_file, read_text
from frazo.proto import cluster_pb2


def read_cluster_file(path: str) -> Layout:
    """Returns the cluster of a file.

    Raises:
      ConfigError: The file cannot be read.
    """
    file = existing_file(Path(path), path, f"--cluster={path}")
    text = ConfigText(path, read_text(file, ROOT))
    return Layout(read(text, cluster_pb2.Cluster, ROOT))
