"""A plan as a file for docker compose: a service for each task, in a network of their own."""

from frazo_tools.launch.plan import Plan
from frazo_tools.launch.relocated import (
    PORT,
    WEB_PORT,
    cluster_text,
    relocated,
    trust_network,
    with_web,
)
from frazo_tools.launch.task import Task
from frazo_tools.launch.yaml_text import yaml_text

_CLUSTER = "/etc/frazo/cluster.textproto"


def file(plan: Plan) -> str:
    """Returns the file. Its volume is mounted at the plan's logdir."""
    cluster = relocated(plan.cluster, lambda name: f"{_service(name)}:{PORT}")
    cluster = trust_network(with_web(cluster))
    content = {
        "name": "frazo",
        "services": {_service(task.name): _of(plan, task) for task in plan.tasks},
        # Interpolation would take what follows a $.
        "configs": {"cluster": {"content": cluster_text(cluster).replace("$", "$$")}},
        # Only the controller's page is published, and on this machine alone: TensorFlow's servers
        # know no security of their own.
        "networks": {"run": {}},
        "volumes": {"logdir": {}},
    }
    return yaml_text([content])


def _service(name: str) -> str:
    return name.replace(" ", "-").replace("_", "-").lower()


def _of(plan: Plan, task: Task) -> dict[str, object]:
    command = plan.command(task, _CLUSTER)[len(plan.trainer) :]
    service: dict[str, object] = {
        "image": plan.options.image,
        "command": [argument.replace("$", "$$") for argument in command],
        "configs": [{"source": "cluster", "target": _CLUSTER}],
        "volumes": [f"logdir:{plan.logdir}"],
        "networks": ["run"],
        "deploy": {
            "restart_policy": {
                "condition": "on-failure",
                "delay": "1s",
                "max_attempts": plan.options.max_restarts,
            }
        },
        # SIGTERM lets a task save.
        "stop_grace_period": f"{plan.options.grace_seconds:g}s",
    }
    if task.job == "controller":
        service["ports"] = [f"127.0.0.1:{WEB_PORT}:{WEB_PORT}"]
    return service
