import contextlib
import http.client
import io
import socket
import threading

import pytest
from frazo.cluster.address import Address, parse_address
from frazo.cluster.http_server import HttpKind, HttpServer, Page, text_page
from frazo.program.console import Console
from frazo.program.errors import JobError

TIMEOUT_SECONDS = 60


@contextlib.contextmanager
def served(host="127.0.0.1", err=None, **handlers):
    server = HttpServer(Address(host, 0), Console(io.StringIO(), err or io.StringIO()))
    for name, handler in handlers.items():
        server.add(f"/{name}", handler)
    server.start()
    try:
        yield server.address
    finally:
        server.close()


def get(address, route, method="GET", **headers):
    connection = http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, route, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.headers)


def test_a_route_answers_what_its_handler_returns():
    with served(figures=lambda: Page("application/json", b"[1]")) as address:
        status, body, headers = get(address, "/figures?x=1")
        assert (status, body, headers["Content-Type"]) == (200, "[1]", "application/json")
        assert headers["Content-Security-Policy"].startswith("default-src 'none';")
        assert headers["Cache-Control"] == "no-store"
        assert get(address, "/figures", "HEAD")[:2] == (200, "")


@contextlib.contextmanager
def echoing(**kind):
    """Serves what tells a client its request."""
    console = Console(io.StringIO(), io.StringIO())
    server = HttpServer(Address("127.0.0.1", 0), console, kind=HttpKind(**kind))
    server.add("/page", lambda: text_page("page"))
    server.add_service(
        "/echo/",
        lambda request: text_page(f"{request.method} {request.path} {request.body.decode()}"),
    )
    server.start()
    try:
        yield server.address
    finally:
        server.close()


def post(address, route, body):
    connection = http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT_SECONDS)
    with contextlib.closing(connection):
        connection.request("POST", route, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_a_service_gets_all_requests_below_its_prefix():
    with echoing(most_body_bytes=10) as address:
        assert post(address, "/echo/a?b=1", b"0123456789") == (200, "POST /echo/a 0123456789")
        assert get(address, "/echo/b")[:2] == (200, "GET /echo/b ")
        assert post(address, "/page", b"") == (404, "there is only /echo/, /page\n")
        assert get(address, "/page")[1] == "page"
        # It is told before it has sent everything.
        assert post(address, "/echo/a", b"x" * 200_000) == (
            413,
            "the body has more than 10 bytes\n",
        )


def test_errors_have_the_form_that_was_asked_for():
    def as_json(text, status):
        return Page("application/json", f'"{text.strip()}"'.encode(), status)

    with echoing(most_body_bytes=10, error_page=as_json) as address:
        assert post(address, "/none", b"") == (404, '"there is only /echo/, /page"')
        assert post(address, "/echo/a", b"x" * 11) == (413, '"the body has more than 10 bytes"')


def test_what_is_not_there_is_said():
    with served(a=lambda: text_page("a"), b=lambda: text_page("b")) as address:
        assert get(address, "/c")[:2] == (404, "there is only /a, /b\n")
        assert get(address, "/../../etc/passwd")[0] == 404
        assert get(address, "/a", "POST")[0] == 501


def test_a_handler_that_fails_is_a_warning_and_the_server_goes_on():
    def fail():
        raise ValueError("no such figure")

    err = io.StringIO()
    with served(err=err, a=fail, b=lambda: text_page("b")) as address:
        assert get(address, "/a")[:2] == (500, "this page failed; the program's log says why\n")
        assert get(address, "/b")[1] == "b"
    assert err.getvalue() == "warning: http: /a: ValueError: no such figure\n"


@pytest.mark.parametrize("host", ["localhost:80", "127.0.0.1", "[::1]:8000", "127.9.9.9:1"])
def test_a_loopback_server_may_be_called_by_a_loopback_name(host):
    with served(a=lambda: text_page("a")) as address:
        assert get(address, "/a", Host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example:80", "evil.example", "", "10.0.0.1", "a b", "[::1"])
def test_a_loopback_server_may_not_be_called_by_another(host):
    with served(a=lambda: text_page("a")) as address:
        status, body, _ = get(address, "/a", Host=host)
        assert (status, body) == (403, "call this server by localhost\n")


def test_ipv6():
    with contextlib.closing(socket.socket(socket.AF_INET6)) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
    with served("::1", a=lambda: text_page("a")) as address:
        assert str(address).startswith("[::1]:")
        assert get(address, "/a")[0] == 200


def test_a_port_that_is_taken_is_an_error():
    with served() as address:
        again = HttpServer(address, Console(io.StringIO(), io.StringIO()))
        with pytest.raises(JobError, match=f"^{address}: the web page cannot be served there: "):
            again.start()
        again.close()


def test_more_clients_than_it_has_threads_are_refused_and_closing_waits_for_no_client():
    with served(a=lambda: text_page("a")) as address, contextlib.ExitStack() as clients:
        # Silent ones, and one that is in the middle of its request.
        for text in [b"", b"GET /a HTTP/1.0\r\nX: "] * 10:
            client = clients.enter_context(socket.create_connection((address.host, address.port)))
            client.sendall(text)
        with pytest.raises(OSError):
            get(address, "/a")
    assert not [thread for thread in threading.enumerate() if "http" in thread.name]


def test_a_port_is_no_longer_open_after_closing():
    with served() as address:
        pass
    assert parse_address(str(address)) == address
    with pytest.raises(ConnectionRefusedError):
        get(address, "/")
