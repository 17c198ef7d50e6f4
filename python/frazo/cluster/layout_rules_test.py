import pytest
from frazo.cluster import layout_rules  # noqa: F401 (its rules are registered)
from frazo.config.validators import require_valid
from frazo.proto import cluster_pb2
from google.protobuf import text_format


def layout(text):
    cluster = cluster_pb2.Cluster(controller="127.0.0.1:1")
    text_format.Merge(text, cluster)
    return cluster


def problem(text):
    with pytest.raises(ValueError) as failure:
        require_valid(layout(text), "cluster")
    return str(failure.value).removeprefix("cluster: ")


TWO = 'workers: ["127.0.0.1:2", "127.0.0.1:3"] '


@pytest.mark.parametrize(
    "text",
    [
        TWO,
        TWO + "min_workers: 2 followers: ['evaler_test', 'decoder_test']",
        TWO + "parameter_servers: '127.0.0.1:4' trainer: '127.0.0.1:5'",
        "workers: ['127.0.0.2:1', '[::1]:1', 'localhost:2']",
        "controller: 'a:1' workers: ['b:1'] security { insecure: true }",
        "controller: 'a:1' workers: ['b:1'] security { ca_file: 'a' certificate_file: 'b' key_file: 'c' }",
        "controller: '127.0.0.1:1' workers: ['127.0.0.1:2'] security { token_file: 't' }",
        TWO + "web: '127.0.0.1:0'",
        "controller: 'a:1' workers: ['b:1'] web: '127.0.0.1:9' security { insecure: true }",
    ],
)
def test_layouts_that_are_possible(text):
    require_valid(layout(text), "cluster")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "workers: ['127.0.0.1:2', '127.0.0.1:1']",
            "workers.1: 127.0.0.1:1 is also that of controller; give each a port of its own",
        ),
        (
            TWO + "parameter_servers: 'localhost:3'",
            "parameter_servers.0: localhost:3 is also that of workers[1]; give each a port of its own",
        ),
        (TWO + "web: '8080'", 'web: "8080" has no port; expected host:port, as in 10.0.0.2:7000'),
        (
            TWO + "web: '127.0.0.1:1'",
            "web: 127.0.0.1:1 is also that of another server; give each a port of its own",
        ),
        (
            TWO + "web: '0.0.0.0:9'",
            "web: other machines reach 0.0.0.0:9: add security { ca_file: ... certificate_file: ... "
            "key_file: ... }, or security { insecure: true } within a network that you trust",
        ),
        (
            "workers: '127.0.0.1:0'",
            "workers.0: 127.0.0.1:0: others cannot know port 0; write its number, or give the file to "
            "//tools:launch, which finds free ports of this machine",
        ),
        (
            "workers: '0.0.0.0:2'",
            "workers.0: 0.0.0.0:2: nobody can call 0.0.0.0; write the machine's name or address",
        ),
        (
            "workers: '10.0.0.1:2'",
            "controller: only its own machine reaches 127.0.0.1:1, and 10.0.0.1:2 is on another network; "
            "write addresses that all members reach",
        ),
        (TWO + "min_workers: 3", "min_workers: 3 of 2 workers; expected 2 at most"),
        (
            TWO + "heartbeat_seconds: 10",
            "lease_seconds: 10 s are over before the next heartbeat; expected more than "
            "heartbeat_seconds, 10",
        ),
        (
            TWO + "controller_timeout_seconds: 1",
            "controller_timeout_seconds: 1 s are over before the next heartbeat; expected more than "
            "heartbeat_seconds, 2",
        ),
        (
            "controller: 'a:1' workers: ['b:1']",
            "controller: other machines reach a:1: add security { ca_file: ... certificate_file: ... "
            "key_file: ... }, or security { insecure: true } within a network that you trust",
        ),
        (
            "controller: 'a:1' workers: ['b:1'] security { token_file: 't' }",
            "security: other machines reach a:1: add security",
        ),
        (
            TWO + "followers: 'evaler'",
            'followers.0: "evaler" is no job that follows checkpoints; expected evaler_NAME or '
            "decoder_NAME",
        ),
        (
            TWO + "followers: ['evaler_a', 'EVALER_A']",
            "followers.1: EVALER_A stands there twice; remove one",
        ),
        (
            TWO + "trainer: '127.0.0.1:9'",
            "trainer: only asynchronous training has it; add parameter_servers, or remove it",
        ),
    ],
)
def test_layouts_that_are_impossible(text, message):
    assert problem(text).startswith(message)


def test_tls_has_all_its_files():
    security = cluster_pb2.ClusterSecurity(certificate_file="c")
    with pytest.raises(ValueError) as failure:
        require_valid(security, "security")
    assert str(failure.value) == (
        "security: certificate_file: TLS needs ca_file, certificate_file, key_file; add ca_file and "
        "key_file, or remove this"
    )


def test_numbers_that_are_none_are_refused():
    assert "lease_seconds: nan s are over" in problem(TWO + "lease_seconds: nan")
