"""Reads the layout of a cluster from the flag that describes it."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from frazo.cluster.cluster_file import read_cluster_file
from frazo.cluster.cluster_spec import read_cluster_spec
from frazo.cluster.layout import Layout
from frazo.cluster.local import is_local
from frazo.cluster.slurm import read_slurm
from frazo.cluster.tf_config import VARIABLE, read_tf_config
from frazo.program.errors import UsageError

_TF_CONFIG = "tf_config"
_SLURM = re.compile(r"slurm(:(?P<port>[0-9]{1,5}))?", re.IGNORECASE)


class Flags(NamedTuple):
    """The flags that describe a cluster.

    Attributes:
      cluster: Value of --cluster.
      spec: Value of --cluster_spec.
      mode: "sync" or "async".
    """

    cluster: str | None
    spec: str | None
    mode: str


def read_layout(
    flags: Flags, environment: Mapping[str, str], evaluated: list[str]
) -> Layout | None:
    """Returns the layout of the cluster, not checked yet; None without such a flag.

    Args:
      flags: The flags.
      environment: The variables of the process.
      evaluated: The jobs of an evaluator of TF_CONFIG: "evaler_test".

    Raises:
      ConfigError: The description is wrong.
      UsageError: The flags contradict each other, or a variable is missing.
    """
    text = flags.cluster
    if flags.spec is not None:
        if text is not None:
            raise UsageError("--cluster and --cluster_spec: give one of them, not both")
        return read_cluster_spec(flags.spec)
    if text is None:
        return None
    if is_local(text):
        raise UsageError(
            f"--cluster={text}: the ports are found when all jobs are started together, by "
            f"//tools:launch -- --cluster={text}; a single process needs a file with the addresses"
        )
    if text.casefold() == _TF_CONFIG:
        if not environment.get(VARIABLE):
            raise UsageError(
                f"--cluster={text}: the variable {VARIABLE} is not set; set it, or give a file"
            )
        return read_tf_config(environment[VARIABLE], flags.mode, evaluated)
    if slurm := _SLURM.fullmatch(text):
        port = int(slurm["port"]) if slurm["port"] else None
        return read_slurm(port, flags.mode, environment)
    return read_cluster_file(text)
