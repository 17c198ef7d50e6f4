"""A small read-only HTTP server for pages about a run."""

import contextlib
import http.server
import socket
import ssl
import threading
from collections.abc import Callable
from typing import NamedTuple

from frazo.cluster.address import Address, AddressError, is_loopback, parse_address
from frazo.cluster.listening import why_not_bound
from frazo.cluster.security import AUTHORIZATION, NO_SECURITY, Security
from frazo.cluster.token_check import is_same_secret
from frazo.program.console import Console
from frazo.program.errors import JobError

# Requests that are answered at the same time; more are refused.
_MOST_REQUESTS = 8
# A client that says nothing for so long is hung up on.
_CLIENT_SECONDS = 5
_POLL_SECONDS = 0.1

_HEADERS = {
    "Cache-Control": "no-store",
    # No script, and nothing from elsewhere, whatever is in the page.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Page(NamedTuple):
    """An answer.

    Attributes:
      content_type: "text/html; charset=utf-8".
      body: The bytes.
      status: HTTP's code.
    """

    content_type: str
    body: bytes
    status: int = 200


def text_page(text: str, status: int = 200) -> Page:
    """Returns a page of plain text."""
    return Page("text/plain; charset=utf-8", text.encode(), status)


class HttpServer:
    """Answers GET and HEAD of the routes that it was given. It reads nothing else of a request.

    On a loopback address it answers only who calls it by such an address: a page of another site
    that a browser of this machine shows cannot read it by a name that leads here.
    """

    def __init__(self, address: Address, console: Console, security: Security = NO_SECURITY):
        """Opens no port.

        Args:
          address: Where it listens; port 0 stands for any free port.
          console: For warnings about handlers that fail.
          security: With certificates it speaks HTTPS, to those who have one; with a token it
            answers those who send it.
        """
        self._security = security
        self._wanted = address
        self._console = console
        self._routes: dict[str, Callable[[], Page]] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def add(self, route: str, handler: Callable[[], Page]) -> None:
        """Answers requests for a route, such as "/metrics", by what the handler returns.

        Call it before start(). The handler is called from several threads.
        """
        self._routes[route] = handler

    def start(self) -> None:
        """Opens the port and answers in threads.

        Raises:
          JobError: The port cannot be opened.
        """
        try:
            self._server = _Server(self._wanted, self._answer, self._security)
        except OSError as error:
            cause = why_not_bound(self._wanted) or error.strerror
            raise JobError(
                f"{self._wanted}: the web page cannot be served there: {cause}; choose another port"
            ) from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="http server"
        )
        self._thread.start()

    @property
    def address(self) -> Address:
        """Where it listens, with the real port. It has been started."""
        if self._server is None:
            raise ValueError("the server has not been started")
        return self._wanted._replace(port=self._server.server_address[1])

    def close(self) -> None:
        """Closes the port, hangs up on who is still asking, and joins the threads."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        self._server = self._thread = None

    def _answer(self, route: str, host: str, authorization: str) -> Page:
        expected = self._security.authorization
        if expected is not None and not is_same_secret(authorization, expected.encode()):
            return text_page("the token is missing or wrong\n", 401)
        if is_loopback(self._wanted.host) and not _is_loopback_header(host):
            return text_page("call this server by localhost\n", 403)
        handler = self._routes.get(route)
        if handler is None:
            return text_page(f"there is only {', '.join(sorted(self._routes))}\n", 404)
        try:
            return handler()
        except Exception as error:
            # One page's fault must not end the controller.
            self._console.warning(f"http: {route}: {type(error).__name__}: {error}")
            return text_page("this page failed; the controller's log says why\n", 500)


class _Server(http.server.ThreadingHTTPServer):
    # So that closing joins the threads.
    daemon_threads = False
    block_on_close = True
    allow_reuse_address = True

    def __init__(
        self, address: Address, answer: Callable[[str, str, str], Page], security: Security
    ):
        self._tls: ssl.SSLContext | None = None
        if security.certificates is not None:
            files = security.certificates
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=files.ca_file)
            self._tls.load_cert_chain(files.certificate_file, files.key_file)
            self._tls.verify_mode = ssl.CERT_REQUIRED
        self.address_family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        self._free = threading.BoundedSemaphore(_MOST_REQUESTS)
        self._clients: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.answer = answer
        super().__init__((address.host, address.port), _Handler)

    def server_bind(self) -> None:
        # That of HTTPServer also asks the name service for this host's name, which may take long.
        super(http.server.HTTPServer, self).server_bind()
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), port

    def process_request(self, request: socket.socket, client_address: tuple) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: socket.socket, client_address: tuple) -> None:
        client = request
        try:
            request.settimeout(_CLIENT_SECONDS)
            if self._tls is not None:
                # In the client's own thread: one that is slow at it keeps nobody waiting.
                client = self._tls.wrap_socket(request, server_side=True)
            with self._lock:
                self._clients.add(client)
            super().process_request_thread(client, client_address)
        except OSError:
            # It has no certificate, or speaks plain text.
            self.shutdown_request(request)
        finally:
            with self._lock:
                self._clients.discard(client)
            self._free.release()

    def hang_up(self) -> None:
        """Ends what clients send: one that sends a byte now and then would keep a thread alive."""
        with self._lock:
            for client in self._clients:
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RD)

    def handle_error(self, request: socket.socket, client_address: tuple) -> None:
        """Passes over clients that hang up."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    # One request a connection: a thread is never kept by a silent client for long.
    protocol_version = "HTTP/1.0"
    timeout = _CLIENT_SECONDS

    def do_GET(self) -> None:
        self._send(is_body_sent=True)

    def do_HEAD(self) -> None:
        self._send(is_body_sent=False)

    def version_string(self) -> str:
        return "frazo"

    def log_message(self, format: str, *args: object) -> None:
        """Logs no requests."""

    def _send(self, is_body_sent: bool) -> None:
        page = self.server.answer(
            self.path.partition("?")[0],
            self.headers.get("Host", ""),
            self.headers.get(AUTHORIZATION, ""),
        )
        self.send_response(page.status)
        headers = {
            **_HEADERS,
            "Content-Type": page.content_type,
            "Content-Length": str(len(page.body)),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if is_body_sent:
            with contextlib.suppress(OSError):
                self.wfile.write(page.body)


def _is_loopback_header(host: str) -> bool:
    """Returns whether a Host header, with a port or without, is of a loopback address."""
    for text in (host, f"{host}:80"):
        with contextlib.suppress(AddressError):
            return is_loopback(parse_address(text).host)
    return False
