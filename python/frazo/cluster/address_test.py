import ipaddress
import socket

import pytest
from frazo.cluster.address import (
    Address,
    AddressError,
    is_loopback,
    is_wildcard,
    parse_address,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost:7000", Address("localhost", 7000)),
        ("Worker-1.Example.ORG:65535", Address("worker-1.example.org", 65535)),
        ("10.0.0.2:0", Address("10.0.0.2", 0)),
        ("job_a:07000", Address("job_a", 7000)),
        ("[::1]:7000", Address("::1", 7000)),
        ("[FE80:0:0:0::2%eth0]:1", Address("fe80::2%eth0", 1)),
    ],
)
def test_addresses(text, address):
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", '"" has no port; expected host:port, as in 10.0.0.2:7000'),
        ("host", '"host" has no port; expected host:port, as in 10.0.0.2:7000'),
        (":7000", '":7000": the host is missing; expected host:port, as in 10.0.0.2:7000'),
        ("a b:1", '"a b:1": "a b" is no host; expected host:port, as in 10.0.0.2:7000'),
        ("http://a:1", '"http://a:1": an IPv6 address stands in brackets, as in [::1]:7000'),
        ("::1:7000", '"::1:7000": an IPv6 address stands in brackets, as in [::1]:7000'),
        ("[::1]", '"[::1]" is no address; expected [IPv6]:port, as in [::1]:7000'),
        ("[::1:7000", '"[::1:7000" is no address; expected [IPv6]:port, as in [::1]:7000'),
        ("[::x]:1", '"[::x]:1": "::x" is no IPv6 address; expected one such as [::1]:7000'),
        (
            "300.1.1.1:1",
            '"300.1.1.1:1": "300.1.1.1" is no IPv4 address; expected four numbers up to 255',
        ),
        ("10.1:1", '"10.1:1": "10.1" is no IPv4 address; expected four numbers up to 255'),
        ("a:", '"a:": "" is no port; expected a number up to 65535'),
        ("a:-1", '"a:-1": "-1" is no port; expected a number up to 65535'),
        ("a:65536", '"a:65536": "65536" is no port; expected a number up to 65535'),
        ("a:7000 ", '"a:7000 ": "7000 " is no port; expected a number up to 65535'),
        ("a:\u0667", '"a:\u0667": "\u0667" is no port; expected a number up to 65535'),
    ],
)
def test_what_is_no_address(text, message):
    with pytest.raises(AddressError) as failure:
        parse_address(text)
    assert str(failure.value) == message


HOSTS = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]+)?(\.[a-z]{1,4}){0,2}", fullmatch=True),
)


@given(HOSTS, st.integers(0, 65535))
def test_every_address_is_read_as_it_is_written(host, port):
    address = Address(host, port)
    assert parse_address(str(address)) == address
    if ":" in host:
        assert parse_address(f"[{ipaddress.ip_address(host).exploded}]:{port}") == address


@given(st.text())
def test_any_text_is_an_address_or_an_error_that_quotes_it(text):
    try:
        address = parse_address(text)
    except AddressError as error:
        assert f'"{text}"' in str(error)
    else:
        assert parse_address(str(address)) == address


def test_loopback_and_wildcards():
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.8.8.8", "::1")))
    assert not any(map(is_loopback, ("10.0.0.1", "0.0.0.0", "::", "localhost.example", "::2")))
    assert all(map(is_wildcard, ("0.0.0.0", "::")))
    assert not any(map(is_wildcard, ("127.0.0.1", "::1", "host")))


def test_sockets_know_the_hosts_that_are_read():
    address = parse_address("127.0.0.1:0")
    with socket.socket() as server:
        server.bind(address)
        assert server.getsockname()[0] == address.host
