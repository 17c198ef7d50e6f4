"""A plan as a shell script: the cluster's file, and a command for each task."""

import shlex

from frazo_tools.launch.cluster_path import cluster_path
from frazo_tools.launch.plan import Plan
from frazo_tools.launch.relocated import cluster_text

# No line of a cluster is this one.
_END = "END_OF_CLUSTER"


def script(plan: Plan) -> str:
    """Returns a script for bash that starts all tasks, and waits for them."""
    path = cluster_path(plan.logdir)
    lines = [
        "#!/bin/bash",
        "# Starts each task of the cluster. On several machines each runs the commands of its own tasks.",
        f"mkdir -p {shlex.quote(str(path.parent))}",
        f"cat >{shlex.quote(str(path))} <<'{_END}'",
        cluster_text(plan.cluster).rstrip("\n"),
        _END,
    ]
    for task in plan.tasks:
        lines.append(f"# {task.name}")
        lines.append(f"{shlex.join(plan.command(task, str(path)))} &")
    return "\n".join([*lines, "wait", ""])
