import pytest
from frazo.cluster import local
from frazo.cluster.address import parse_address
from frazo.cluster.layout import Layout
from frazo.cluster.local import find_ports, is_local, local_cluster
from frazo.config.config_text import ConfigText
from frazo.config.document import Document, Location
from frazo.program.errors import UsageError
from frazo.proto import cluster_pb2


def test_workers_and_parameter_servers_get_ports_that_are_free_and_differ():
    cluster = local_cluster("local:3+2")
    find_ports(cluster)
    addresses = [cluster.controller, *cluster.workers, *cluster.parameter_servers, cluster.web]
    assert (len(cluster.workers), len(cluster.parameter_servers)) == (3, 2)
    assert len(set(addresses)) == 7
    assert all(parse_address(address).port for address in addresses)
    start = ConfigText("local", "").origin(1, 1)
    assert Layout(Document(cluster, Location(start, start))).checked([]) == cluster


def test_ports_are_not_those_that_the_system_gives_to_connections(monkeypatch, tmp_path):
    monkeypatch.setattr(local, "_GIVEN_PORTS", tmp_path / "range")
    for text, most in [("20000 60999", 20000), ("1 60999", 32768), ("", 32768)]:
        (tmp_path / "range").write_text(text)
        cluster = local_cluster("local:20")
        find_ports(cluster)
        assert all(10000 <= parse_address(text).port < most for text in cluster.workers)


def test_only_the_ports_0_of_this_machine_are_found():
    cluster = cluster_pb2.Cluster(
        controller="10.0.0.1:0", workers=["127.0.0.1:7", "[::1]:x"], trainer="localhost:0"
    )
    find_ports(cluster)
    assert cluster.controller == "10.0.0.1:0"
    assert list(cluster.workers) == ["127.0.0.1:7", "[::1]:x"]
    assert parse_address(cluster.trainer).port


@pytest.mark.parametrize(
    "text", ["local:", "local:0", "local:2+", "local:x", "local:2-1", "local:1000"]
)
def test_what_is_no_size(text):
    assert is_local(text)
    with pytest.raises(UsageError) as failure:
        local_cluster(text)
    assert str(failure.value) == (
        f"--cluster={text}: expected local:N for N workers, or local:N+P for N workers and P "
        "parameter servers, as in local:2+1"
    )


def test_a_file_is_not_local():
    assert not is_local("./local:2")
