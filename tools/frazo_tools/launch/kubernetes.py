"""A plan as manifests for kubectl apply: jobs, a service by which their pods find each other, and a
policy that keeps others away from them.
"""

import itertools
import re
from typing import Any

from frazo.program.errors import EXIT_USAGE, UsageError
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

_RUN = "frazo"
_LABELS = {"app.kubernetes.io/name": _RUN, "app.kubernetes.io/instance": _RUN}
_FOLDER = "/etc/frazo"
_INDEX = "$(JOB_COMPLETION_INDEX)"
_CONTAINER = "trainer"
# Names of objects are those of hosts.
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?")


def manifests(plan: Plan) -> str:
    """Returns the manifests as documents of YAML.

    Raises:
      UsageError: A job has a name that no object of Kubernetes can have.
    """
    cluster = relocated(plan.cluster, lambda name: f"{_host(name)}:{PORT}")
    cluster = trust_network(with_web(cluster))
    objects = [
        _object("v1", "ConfigMap", _RUN, data={"cluster.textproto": cluster_text(cluster)}),
        _object(
            "v1",
            "Service",
            _RUN,
            spec={
                # Without an address of its own it gives each pod a name.
                "clusterIP": "None",
                # They find each other before they are ready.
                "publishNotReadyAddresses": True,
                "selector": _LABELS,
                "ports": [{"name": "grpc", "port": PORT}, {"name": "web", "port": WEB_PORT}],
            },
        ),
        _object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            _RUN,
            # TensorFlow's servers know no security of their own.
            spec={
                "podSelector": {"matchLabels": _LABELS},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"podSelector": {"matchLabels": _LABELS}}]}],
            },
        ),
    ]
    for job, tasks in itertools.groupby(plan.tasks, key=lambda task: task.job):
        objects.append(_job(plan, job, list(tasks)))
    return yaml_text(objects)


def _job_name(job: str) -> str:
    name = f"{_RUN}-{job.replace('_', '-').lower()}"
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"--print=kubernetes: {name} is no name of an object; rename the input, or leave {job} out "
            "by --followers"
        )
    return name


def _host(name: str) -> str:
    """Returns the name of a task's pod within the cluster's network."""
    job, _, index = name.partition(" ")
    return f"{_job_name(job)}-{index or 0}.{_RUN}"


def _object(version: str, kind: str, name: str, **parts: Any) -> dict[str, Any]:
    metadata = {"name": name, "labels": _LABELS}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **parts}


def _job(plan: Plan, job: str, tasks: list[Task]) -> dict[str, Any]:
    claim = {"claimName": plan.options.volume}
    pod = {
        "subdomain": _RUN,
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": round(plan.options.grace_seconds),
        "containers": [_container(plan, job)],
        "volumes": [
            {"name": "cluster", "configMap": {"name": _RUN}},
            {"name": "logdir", "persistentVolumeClaim": claim},
        ],
    }
    labels = {**_LABELS, "app.kubernetes.io/component": _job_name(job)}
    codes = {"containerName": _CONTAINER, "operator": "In", "values": [EXIT_USAGE]}
    spec = {
        "completions": len(tasks),
        "parallelism": len(tasks),
        # Gives each pod a number and a name.
        "completionMode": "Indexed",
        "backoffLimit": plan.options.max_restarts,
        # A wrong command line is not tried again.
        "podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": codes}]},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    return _object("batch/v1", "Job", _job_name(job), spec=spec)


def _container(plan: Plan, job: str) -> dict[str, Any]:
    command = plan.command(Task(job), f"{_FOLDER}/cluster.textproto")[len(plan.trainer) :]
    container: dict[str, Any] = {
        "name": _CONTAINER,
        "image": plan.options.image,
        "args": [
            f"--task={_INDEX}" if argument == "--task=0" else argument.replace("$(", "$$(")
            for argument in command
        ],
        "ports": [{"name": "grpc", "containerPort": PORT}],
        "volumeMounts": [
            {"name": "cluster", "mountPath": _FOLDER, "readOnly": True},
            {"name": "logdir", "mountPath": str(plan.logdir)},
        ],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    if job == "controller":
        container["ports"].append({"name": "web", "containerPort": WEB_PORT})
        if not plan.cluster.security.ca_file:
            # Its health service; Kubernetes has no certificate to show.
            container["readinessProbe"] = {"grpc": {"port": PORT}, "periodSeconds": 5}
    return container
