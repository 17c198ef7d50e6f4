import json

import pytest
from frazo.cluster.layout import OwnPart
from frazo.cluster.tf_config import read_tf_config
from frazo.config.errors import ConfigError
from hypothesis import given
from hypothesis import strategies as st

HOSTS = {
    "chief": ["localhost:2222"],
    "worker": ["localhost:2223", "localhost:2224"],
    "ps": ["localhost:2225"],
    "evaluator": ["localhost:2226"],
}


def text(kind, index, **cluster):
    return json.dumps({"cluster": cluster or HOSTS, "task": {"type": kind, "index": index}})


def read(value, mode="sync"):
    return read_tf_config(value, mode, ["evaler_test"])


def error(value):
    with pytest.raises(ConfigError) as failure:
        read(value)
    return str(failure.value)


def test_a_chief_is_worker_0_of_sync_training():
    layout = read(text("chief", 0))
    cluster = layout.checked([])
    assert list(cluster.workers) == ["localhost:2222", "localhost:2223", "localhost:2224"]
    # The ports up to 2226 have owners.
    assert cluster.controller == "localhost:2227"
    assert list(cluster.followers) == ["evaler_test"]
    assert layout.own == OwnPart("controller,worker", 0, "TF_CONFIG")
    assert read(text("worker", 1)).own == OwnPart("worker", 2, "TF_CONFIG")
    assert read(text("evaluator", 0)).own == OwnPart("evaler_test", 0, "TF_CONFIG")


def test_a_chief_is_the_trainer_of_async_training():
    layout = read(text("chief", 0), "async")
    cluster = layout.checked([])
    assert list(cluster.workers) == ["localhost:2223", "localhost:2224"]
    assert cluster.trainer == "localhost:2222"
    assert list(cluster.parameter_servers) == ["localhost:2225"]
    assert layout.own == OwnPart("controller,trainer", 0, "TF_CONFIG")
    assert read(text("worker", 1), "async").own == OwnPart("worker", 1, "TF_CONFIG")
    assert read(text("ps", 0), "async").own == OwnPart("ps", 0, "TF_CONFIG")


def test_without_a_chief_worker_0_is_the_controller():
    layout = read(text("worker", 0, worker=["localhost:1", "localhost:2"]))
    assert layout.checked([]).controller == "localhost:3"
    assert layout.own == OwnPart("controller,worker", 0, "TF_CONFIG")


def test_a_controller_of_its_own():
    layout = read(text("worker", 0, worker=["localhost:1"], controller=["localhost:9"]))
    assert layout.checked([]).controller == "localhost:9"
    assert layout.own == OwnPart("worker", 0, "TF_CONFIG")


def test_the_names_of_older_launchers():
    own = read(
        '{"cluster": {"master": ["localhost:1"]}, "task": {"type": "master", "index": "0"}}'
    ).own
    assert own == OwnPart("controller,worker", 0, "TF_CONFIG")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{", "TF_CONFIG:1:2: TF_CONFIG: this is no JSON: "),
        ("[" * 100_000, "TF_CONFIG:1:1: TF_CONFIG: this is no JSON that a cluster is written in"),
        ("9" * 5000, "TF_CONFIG:1:1: TF_CONFIG: this is no JSON that a cluster is written in"),
        ("[]", '"cluster" is missing; expected "cluster": {"worker": ["host:port"]}'),
        ('{"cluster": {}}', '"task" is missing; expected "task": {"type": "worker", "index": 0}'),
        (text("worker", 0, workers=["a:1"]), 'no job is called "workers"; did you mean "worker"?'),
        (text("worker", 0, worker="a:1"), '"worker" is no list of "host:port"; correct it'),
        (text("worker", 0, worker=["ü:1"]), '"worker" is no list of "host:port"; correct it'),
        (text("chief", 0, chief=["a:1", "b:1"]), "there is one chief in a cluster"),
        (text("worker", 0, worker=["a:65535"]), "a:65535: no port is left after it"),
        (text("worker", 0, worker=["a"]), '"a" has no port'),
        (text("worker", 2), 'task "worker" 2 is not in the cluster; it has chief 0 to 0, '),
        (text("worker", -1), 'task "worker" -1 is not in the cluster'),
        (text("worker", True), 'expected "task": {"type": "worker", "index": 0}'),
        (text(["x"], 0), 'expected "task": {"type": "worker", "index": 0}'),
    ],
)
def test_what_is_wrong(value, message):
    assert message in error(value)


def test_an_error_is_shown_where_the_value_stands():
    value = (
        '{"cluster": {\n "worker": ["localhost:1",\n "localhost"]},\n "task": {"type": "worker"}}'
    )
    with pytest.raises(ConfigError) as failure:
        read(value.replace('"localhost"', '"localhost:0"')).checked([])
    assert str(failure.value).startswith("TF_CONFIG:3:2: cluster.workers[1]: localhost:0: others")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.floats() | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.sampled_from([*HOSTS, "cluster", "task", "type", "index", "x"]), parts)
    ),
    max_leaves=12,
)


@given(JSON.map(json.dumps) | st.text())
def test_any_text_is_a_cluster_or_a_configuration_error(value):
    for mode in ("sync", "async"):
        try:
            read(value, mode).checked([])
        except ConfigError as error:
            assert str(error)
