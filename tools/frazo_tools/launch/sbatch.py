"""A plan as a script for Slurm's sbatch: a step for each task, on the nodes that Slurm gives."""

import re
import shlex

from frazo_tools.launch.cluster_path import cluster_path
from frazo_tools.launch.plan import Plan
from frazo_tools.launch.relocated import cluster_text, relocated, trust_network

_END = "END_OF_CLUSTER"


def script(plan: Plan) -> str:
    """Returns the script. Tasks go round the nodes; each has a port of its own."""
    path = cluster_path(plan.logdir)
    numbers = {task.name: number for number, task in enumerate(plan.tasks)}
    # The shell expands the document, in which host() and port() replace these addresses.
    cluster = relocated(
        plan.cluster, lambda name: f"HOST{numbers.get(name, 0)}:{20000 + numbers.get(name, 0)}"
    )
    text = cluster_text(trust_network(cluster)).rstrip("\n")
    text = re.sub(r"[\\$`]", r"\\\g<0>", text)
    for number in sorted(numbers.values(), reverse=True):
        text = text.replace(
            f'"HOST{number}:{20000 + number}"', f'"$(host {number}):$(port {number})"'
        )
    return "\n".join(
        [
            "#!/bin/bash",
            "#SBATCH --job-name=frazo",
            f"#SBATCH --ntasks={len(plan.tasks)}",
            f'#SBATCH --output="{plan.logdir}/slurm-%j.log"',
            "# SIGTERM before the time is over: all tasks save and stop.",
            f"#SBATCH --signal=TERM@{round(plan.options.grace_seconds)}",
            "set -u",
            'nodes=($(scontrol show hostnames "$SLURM_JOB_NODELIST"))',
            "# Jobs that share a node have ports of their own.",
            "base=$((20000 + SLURM_JOB_ID % 500 * 20))",
            'host() { echo "${nodes[$(($1 % ${#nodes[@]}))]}"; }',
            'port() { echo "$((base + $1))"; }',
            f"cluster={shlex.quote(str(path))}",
            f'mkdir -p "$(dirname "$cluster")" {shlex.quote(str(plan.logdir / "logs"))}',
            f'cat >"$cluster" <<{_END}',
            text,
            _END,
            *_steps(plan),
            "# The run is over when the controller says so, and as well as it says.",
            'wait "$controller"',
            "code=$?",
            "wait",
            'exit "$code"',
            "",
        ]
    )


def _steps(plan: Plan) -> list[str]:
    lines = []
    for number, task in enumerate(plan.tasks):
        log = shlex.quote(str(plan.logdir / "logs" / f"{task.file_name}.log"))
        step = f'srun --ntasks=1 --nodes=1 --exact --nodelist="$(host {number})" --output={log}'
        command = plan.command(task, "CLUSTER")
        words = [
            '--cluster="$cluster"' if word == "--cluster=CLUSTER" else shlex.quote(word)
            for word in command
        ]
        lines.append(f"{step} {' '.join(words)} &")
        if task.job == "controller":
            lines.append("controller=$!")
    return lines
