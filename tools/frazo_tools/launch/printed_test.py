"""Scripts and files for other launchers."""

import json
import shlex
import subprocess

import compose_spec
import kubernetes_validate
import pytest
import yaml
from frazo.cluster.cluster_file import read_cluster_file
from frazo.program.errors import UsageError
from frazo_tools.launch.plan import read_plan
from frazo_tools.launch.printed import printed

EXPERIMENT = """
description: "For a launcher."
task { image_classifier { network { layers { flatten {} } } softmax { num_classes: 10 } } }
inputs { key: "Train" value { image { records { files: "a" } batch_size: 8 height: 2 width: 3 } } }
inputs { key: "Test" value { image { records { files: "b" } batch_size: 8 height: 2 width: 3 } } }
learner { learning_rate: 0.1 optimizer { adam {} } }
train { max_steps: 5 }
"""

# A shell would run it, and Kubernetes and compose would look for a variable.
TRAP = "description=$HOME `id` $(id) 'quoted'"


@pytest.fixture(name="plan")
def _plan(tmp_path):
    (tmp_path / "e.textproto").write_text(EXPERIMENT)

    def read(*arguments):
        flags = [f"--config={tmp_path}/e.textproto", f"--logdir={tmp_path}/the log"]
        return read_plan([*flags, "--set", TRAP, *arguments], "Help.")

    return read


def cluster_of(text, folder):
    path = folder / "printed.textproto"
    path.write_text(text)
    return read_cluster_file(str(path)).checked([])


def run_bash(script, folder, *definitions):
    """Runs a script with commands that only tell what they were given."""
    text = "\n".join([*definitions, script])
    ran = subprocess.run(["bash", "-c", text], capture_output=True, text=True, cwd=folder)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _telling(command):
    """Defines a command that writes its arguments as a line, at once: others write, too."""
    return f'{command}() {{ local line; line="$(printf "%q " "$@")"; echo "$line"; }}'


def test_commands_are_a_script_that_starts_every_task(plan, tmp_path):
    script = printed(plan("--cluster=local:2", "--print=commands"))
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    tell = _telling("trainer")
    started = [shlex.split(line) for line in run_bash(script, tmp_path, tell).splitlines()]
    jobs = sorted(line[-1] if "--task" not in line[-1] else line[-2] for line in started)
    assert jobs == ["--job=controller", "--job=evaler_test", "--job=worker", "--job=worker"]
    assert all(line[2:4] == ["--set", TRAP] for line in started)
    cluster = read_cluster_file(f"{tmp_path}/the log/control/cluster.textproto").checked([])
    assert len(cluster.workers) == 2


def test_compose_has_a_service_for_each_task(plan, tmp_path):
    text = printed(plan("--cluster=local:2+1", "--mode=async", "--print=compose", "--image=mine:1"))
    content = yaml.safe_load(text)
    assert list(content["services"]) == [
        "controller",
        "ps-0",
        "worker-0",
        "worker-1",
        "trainer",
        "evaler-test",
    ]
    worker = content["services"]["worker-1"]
    assert worker["image"] == "mine:1"
    assert worker["command"][-2:] == ["--job=worker", "--task=1"]
    assert worker["command"][3] == TRAP.replace("$", "$$")
    assert "ports" not in worker
    assert content["services"]["controller"]["ports"] == ["127.0.0.1:7001:7001"]
    cluster = cluster_of(content["configs"]["cluster"]["content"], tmp_path)
    assert list(cluster.workers) == ["worker-0:7000", "worker-1:7000"]
    assert (cluster.controller, cluster.web) == ("controller:7000", "controller:7001")
    assert (cluster.trainer, cluster.parameter_servers[0]) == ("trainer:7000", "ps-0:7000")
    assert cluster.security.insecure


def test_compose_files_are_valid(plan):
    text = printed(plan("--cluster=local:2", "--print=compose"))
    content = compose_spec.PyOptions().from_yaml(text)
    content.validate()
    assert len(content.service_names()) == 4


def test_kubernetes_has_a_job_for_each_kind_of_task(plan, tmp_path):
    text = printed(plan("--cluster=local:2", "--print=kubernetes", "--volume=data"))
    objects = {(o["kind"], o["metadata"]["name"]): o for o in yaml.safe_load_all(text)}
    assert list(objects) == [
        ("ConfigMap", "frazo"),
        ("Service", "frazo"),
        ("NetworkPolicy", "frazo"),
        ("Job", "frazo-controller"),
        ("Job", "frazo-worker"),
        ("Job", "frazo-evaler-test"),
    ]
    spec = objects["Job", "frazo-worker"]["spec"]
    assert (spec["completions"], spec["completionMode"]) == (2, "Indexed")
    (container,) = spec["template"]["spec"]["containers"]
    assert container["args"][-2:] == ["--job=worker", "--task=$(JOB_COMPLETION_INDEX)"]
    assert container["args"][3] == TRAP.replace("$(", "$$(")
    (rule,) = spec["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == [2]
    data = objects["ConfigMap", "frazo"]["data"]
    cluster = cluster_of(data["cluster.textproto"], tmp_path)
    assert list(cluster.workers) == ["frazo-worker-0.frazo:7000", "frazo-worker-1.frazo:7000"]
    assert cluster.controller == "frazo-controller-0.frazo:7000"


def test_kubernetes_manifests_are_valid(plan):
    text = printed(plan("--cluster=local:2+1", "--mode=async", "--print=kubernetes"))
    for manifest in yaml.safe_load_all(text):
        kubernetes_validate.validate(manifest, "1.30", strict=True)


def test_a_name_that_kubernetes_cannot_have(plan, tmp_path):
    text = (tmp_path / "e.textproto").read_text().replace('"Test"', '"a.b"')
    (tmp_path / "e.textproto").write_text(text)
    with pytest.raises(UsageError) as failure:
        printed(plan("--cluster=local:1", "--print=kubernetes"))
    assert str(failure.value) == (
        "--print=kubernetes: frazo-evaler-a.b is no name of an object; rename the input, or leave "
        "evaler_a.b out by --followers"
    )


def test_sbatch_is_a_script_with_a_step_for_each_task(plan, tmp_path):
    script = printed(plan("--cluster=local:2", "--print=sbatch", "--trainer=trainer"))
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    assert script.startswith("#!/bin/bash\n#SBATCH --job-name=frazo\n#SBATCH --ntasks=4\n")
    told = run_bash(
        script,
        tmp_path,
        "SLURM_JOB_NODELIST='n[1-2]' SLURM_JOB_ID=7",
        "scontrol() { echo n1; echo n2; }",
        _telling("srun"),
    )
    steps = sorted(shlex.split(line) for line in told.splitlines())
    assert len(steps) == 4
    for step in steps:
        assert step[:3] == ["--ntasks=1", "--nodes=1", "--exact"]
        assert step[8:10] == ["--set", TRAP]
        assert f"--cluster={tmp_path}/the log/control/cluster.textproto" in step
    cluster = read_cluster_file(f"{tmp_path}/the log/control/cluster.textproto").checked([])
    # Job 7: its ports begin at 20140. Tasks go round the nodes.
    assert cluster.controller == "n1:20140"
    assert list(cluster.workers) == ["n2:20141", "n1:20142"]


def test_a_cluster_with_tls_stays_as_safe_as_it_is(plan, tmp_path):
    tls = [
        f"--cluster_set=security.{name}=/tls/{name}"
        for name in ("ca_file", "certificate_file", "key_file")
    ]
    for form in ("compose", "kubernetes"):
        text = printed(plan("--cluster=local:1", f"--print={form}", *tls))
        assert "insecure" not in text
        assert "readinessProbe" not in json.dumps(list(yaml.safe_load_all(text)))
