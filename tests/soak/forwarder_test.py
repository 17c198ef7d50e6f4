"""A forwarder passes bytes on, holds them while it is cut, and survives its target."""

import contextlib
import socket

import pytest

from tests.soak.forwarder import Forwarder


@pytest.fixture
def target():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        yield server


@pytest.fixture
def forwarder(target):
    with contextlib.closing(Forwarder(f"127.0.0.1:{target.getsockname()[1]}")) as forwarder:
        yield forwarder


def called(forwarder):
    host, _, port = forwarder.address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=60)


def test_bytes_go_both_ways(target, forwarder):
    with called(forwarder) as caller, target.accept()[0] as callee:
        caller.sendall(b"there")
        assert callee.recv(100) == b"there"
        callee.sendall(b"back")
        assert caller.recv(100) == b"back"
        callee.close()
        assert caller.recv(100) == b""


def test_what_was_sent_while_it_was_cut_arrives_later(target, forwarder):
    with called(forwarder) as caller, target.accept()[0] as callee:
        forwarder.cut()
        caller.sendall(b"late")
        callee.settimeout(0.2)
        with pytest.raises(TimeoutError):
            callee.recv(100)
        with called(forwarder) as other:
            other.sendall(b"new")
            forwarder.mend()
            callee.settimeout(60)
            assert callee.recv(100) == b"late"
            with target.accept()[0] as late:
                assert late.recv(100) == b"new"


def test_a_caller_hears_of_a_target_that_is_gone(target, forwarder):
    target.close()
    with called(forwarder) as caller:
        assert caller.recv(100) == b""
