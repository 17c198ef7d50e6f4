"""What protects the controller, over real connections."""

import http.client
import logging
import ssl

import grpc
import pytest
import trustme
from frazo.cluster.address import Address
from frazo.cluster.client import Outcome
from frazo.cluster.loopback_run import (
    EXPERIMENT,
    PATIENCE_SECONDS,
    loopback_run,
    quick_cluster,
)
from frazo.cluster.security import NO_SECURITY, Security, read_security, require_protection
from frazo.program.errors import JobError
from frazo.proto import cluster_pb2, coordination_pb2, coordination_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

TOKEN = "correct-horse-battery-staple"


def token_file(folder, token=TOKEN):
    path = folder / "token"
    path.write_text(token + "\n")
    return str(path)


def certificate_files(folder, authority=None):
    """Files of a certificate for the loopback address, signed by the authority."""
    folder.mkdir()
    authority = authority or trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    return cluster_pb2.ClusterSecurity(
        ca_file=str(folder / "ca.pem"),
        certificate_file=str(folder / "certificate.pem"),
        key_file=str(folder / "key.pem"),
    )


def stranger(run, security, **fields):
    """A client with security of its own."""
    cluster = quick_cluster(controller=run.cluster.controller, security=security, **fields)
    return run.client("worker", 1, cluster)


def test_the_token_opens_the_service(tmp_path):
    security = cluster_pb2.ClusterSecurity(token_file=token_file(tmp_path))
    with loopback_run(tmp_path / "run", security=security) as run:
        controller = run.start_controller()
        run.member("worker", 0).leave(Outcome.STOPPED)
        assert len(controller.status().members) == 1


@pytest.mark.parametrize("token", ["correct-horse-battery-stapl3", None])
def test_without_the_right_token_nothing_is_answered(tmp_path, token):
    security = cluster_pb2.ClusterSecurity(token_file=token_file(tmp_path))
    with loopback_run(tmp_path / "run", security=security) as run:
        run.start_controller()
        (tmp_path / "other").mkdir()
        other = token_file(tmp_path / "other", token) if token else ""
        with pytest.raises(JobError, match="refuses worker 1: the token is missing or wrong"):
            stranger(run, cluster_pb2.ClusterSecurity(token_file=other)).register(EXPERIMENT, "")
        with grpc.insecure_channel(run.cluster.controller) as channel:
            stub = coordination_pb2_grpc.CoordinationStub(channel)
            for call, request in (
                (stub.RequestStop, coordination_pb2.RequestStopRequest(reason="x")),
                (stub.GetRunStatus, coordination_pb2.GetRunStatusRequest()),
            ):
                with pytest.raises(grpc.RpcError) as failure:
                    call(request, timeout=PATIENCE_SECONDS)
                assert failure.value.code() == grpc.StatusCode.UNAUTHENTICATED
            # Probes carry no token.
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=PATIENCE_SECONDS
            )
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        # The run goes on.
        run.member("worker", 0)


def test_the_token_is_in_no_log(tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    security = cluster_pb2.ClusterSecurity(token_file=token_file(tmp_path))
    with loopback_run(tmp_path / "run", security=security) as run:
        run.start_controller()
        run.member("worker", 0)
        with pytest.raises(JobError) as failure:
            stranger(run, cluster_pb2.ClusterSecurity()).register(EXPERIMENT, "")
    told = [run.log.getvalue(), run.warnings.getvalue(), caplog.text, *capfd.readouterr()]
    told += [str(failure.value), repr(read_security(security))]
    told += [path.read_text() for path in (tmp_path / "run").rglob("*.textproto")]
    assert len(told) > 7
    assert not any(TOKEN in text for text in told)


def test_members_with_certificates_of_the_authority_speak_tls(tmp_path):
    authority = trustme.CA()
    security = certificate_files(tmp_path / "controller", authority)
    with loopback_run(tmp_path / "run", security=security) as run:
        controller = run.start_controller()
        # Another machine's files, in another place.
        own = certificate_files(tmp_path / "member", authority)
        stranger(run, own).register(EXPERIMENT, "")
        assert len(controller.status().members) == 1


def test_strangers_get_no_answer_of_a_tls_server(tmp_path):
    security = certificate_files(tmp_path / "controller")
    with loopback_run(tmp_path / "run", security=security) as run:
        run.start_controller()
        other_authority = certificate_files(tmp_path / "stranger")
        # It trusts the controller, but its own certificate is of nobody.
        unknown = cluster_pb2.ClusterSecurity()
        unknown.CopyFrom(other_authority)
        unknown.ca_file = security.ca_file
        for refused, kind in (
            (other_authority, "TLS"),
            (unknown, "TLS"),
            (cluster_pb2.ClusterSecurity(), "plain text"),
        ):
            client = stranger(run, refused, start_timeout_seconds=1.5)
            with pytest.raises(JobError) as failure:
                client.register(EXPERIMENT, "")
            assert f"does not answer {kind} as the controller does" in str(failure.value)
            assert "give all members the security of the controller" in str(failure.value)
        run.member("worker", 0)


def test_a_tls_client_of_a_plain_server_is_told(tmp_path):
    with loopback_run(tmp_path / "run") as run:
        run.start_controller()
        security = certificate_files(tmp_path / "member")
        client = stranger(run, security, start_timeout_seconds=1.5)
        with pytest.raises(JobError, match="Something listens there, but does not answer TLS"):
            client.register(EXPERIMENT, "")


def test_the_pages_ask_for_certificate_and_token_too(tmp_path):
    authority = trustme.CA()
    security = certificate_files(tmp_path / "controller", authority)
    security.token_file = token_file(tmp_path)
    with loopback_run(tmp_path / "run", security=security, web="127.0.0.1:0") as run:
        controller = run.start_controller()
        host, _, port = controller.web_address.partition(":")

        def get(context, **headers):
            connection = http.client.HTTPSConnection(
                host, int(port), context=context, timeout=PATIENCE_SECONDS
            )
            try:
                connection.request("GET", "/metrics", headers=headers)
                return connection.getresponse().status
            finally:
                connection.close()

        context = ssl.create_default_context(cafile=security.ca_file)
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
            get(context, Authorization=f"Bearer {TOKEN}")
        context.load_cert_chain(security.certificate_file, security.key_file)
        assert get(context) == 401
        assert get(context, Authorization=f"Bearer {TOKEN}") == 200
        plain = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_SECONDS)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            plain.request("GET", "/metrics")
            plain.getresponse()
        plain.close()


ANYWHERE = Address("10.0.0.1", 70)
WITH_TOKEN = Security("Bearer x", None)


def test_loopback_needs_no_protection():
    for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost"):
        assert require_protection(Address(host, 1), "it", NO_SECURITY, False) == []


def test_plain_text_elsewhere_is_refused_unless_it_is_asked_for():
    for security in (NO_SECURITY, WITH_TOKEN):
        with pytest.raises(JobError) as failure:
            require_protection(ANYWHERE, "the controller", security, False)
        assert str(failure.value).startswith(
            "the controller would listen on 10.0.0.1:70 in plain text, where other machines can"
        )
        assert "insecure: true permits plain text in a trusted network" in str(failure.value)
    assert require_protection(ANYWHERE, "it", NO_SECURITY, True) == [
        "it listens on 10.0.0.1:70 in plain text: whoever sees the network reads it, and whoever "
        "reaches it can stop the run; it asks for no token"
    ]
    assert require_protection(ANYWHERE, "it", WITH_TOKEN, True) == [
        "it listens on 10.0.0.1:70 in plain text: whoever sees the network reads it, and the token"
    ]


def test_a_controller_elsewhere_in_plain_text_does_not_start(tmp_path):
    with (
        loopback_run(tmp_path, controller="0.0.0.0:0") as run,
        pytest.raises(JobError, match=r"cluster.controller would listen on 0.0.0.0:0 in plain"),
    ):
        run.start_controller()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "has no token; expected 8 to 4096 printable characters without spaces, as openssl"),
        ("short", "has no token"),
        ("two words of it", "has no token"),
        ("\x00" * 20, "has no token"),
    ],
)
def test_a_token_is_a_word(tmp_path, content, message):
    security = cluster_pb2.ClusterSecurity(token_file=token_file(tmp_path, content))
    with pytest.raises(JobError, match=message):
        read_security(security)


def test_files_that_are_missing_or_wrong_are_named(tmp_path):
    with pytest.raises(JobError, match=r"none: security.token_file cannot be read: No such file"):
        read_security(cluster_pb2.ClusterSecurity(token_file=str(tmp_path / "none")))
    security = certificate_files(tmp_path / "a")
    half = cluster_pb2.ClusterSecurity(ca_file=security.ca_file)
    with pytest.raises(
        JobError, match="security: certificate_file, key_file is not set; TLS needs"
    ):
        read_security(half)
    security.key_file = token_file(tmp_path)
    with pytest.raises(JobError, match=r"token: security.key_file is not a PEM file"):
        read_security(security)


def test_a_certificate_and_a_key_that_do_not_belong_together_are_told(tmp_path):
    security = certificate_files(tmp_path / "a")
    security.key_file = certificate_files(tmp_path / "b").key_file
    with (
        loopback_run(tmp_path / "run", security=security) as run,
        pytest.raises(JobError, match="are no certificate and key that belong together"),
    ):
        run.start_controller()
