import pytest
from frazo.cluster.cluster_file import read_cluster_file
from frazo.config.errors import ConfigError

LAYOUT = """\
controller: "127.0.0.1:7000"
workers: ["127.0.0.1:7001", "127.0.0.1:7002"]
"""


def read(directory, text, *overrides):
    path = directory / "cluster.textproto"
    path.write_text(text)
    return read_cluster_file(str(path)).checked(list(overrides))


def error(directory, text, *overrides):
    with pytest.raises(ConfigError) as failure:
        read(directory, text, *overrides)
    return str(failure.value)


def test_a_file(tmp_path):
    cluster = read(tmp_path, LAYOUT)
    assert list(cluster.workers) == ["127.0.0.1:7001", "127.0.0.1:7002"]
    assert (cluster.lease_seconds, cluster.HasField("lease_seconds")) == (10, False)


def test_cluster_set_changes_a_field(tmp_path):
    cluster = read(tmp_path, LAYOUT, "lease_seconds=30", "workers[1]=127.0.0.1:8000")
    assert (cluster.lease_seconds, cluster.workers[1]) == (30, "127.0.0.1:8000")


def test_errors_tell_line_and_column(tmp_path):
    path = tmp_path / "cluster.textproto"
    assert error(tmp_path, LAYOUT + 'worker: "x:1"') == (
        f'{path}:3:1: cluster.worker: Cluster has no field "worker"; did you mean "workers"?\n'
        '  3 | worker: "x:1"\n'
        "    | ^"
    )
    assert error(tmp_path, LAYOUT, "lease_second=3") == (
        '--cluster_set lease_second=3:1: cluster.lease_second: Cluster has no field "lease_second"; '
        'did you mean "lease_seconds"?\n'
        "  1 | lease_second=3\n"
        "    | ^"
    )
    assert f"{path}:3:16: cluster.lease_seconds: -1.0 is out of range" in error(
        tmp_path, LAYOUT + "lease_seconds: -1"
    )


def test_a_field_that_is_missing(tmp_path):
    assert (
        "cluster.workers: required, but missing; add workers: VALUE to cluster (Cluster)"
        in error(tmp_path, 'controller: "127.0.0.1:1"')
    )


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match=r"cluster.txtproto: no such file; did you mean"):
        read(tmp_path, LAYOUT)
        read_cluster_file(str(tmp_path / "cluster.txtproto"))
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(ConfigError) as failure:
        read_cluster_file(str(tmp_path / "binary"))
    assert str(failure.value) == (
        f"{tmp_path}/binary:1:1: cluster: byte 0xff is not UTF-8; a cluster is a text file in UTF-8"
    )
