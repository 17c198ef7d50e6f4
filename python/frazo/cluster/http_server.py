"""A small HTTP server for pages about a program, and for services that take requests as JSON."""

import contextlib
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from frazo.cluster.address import Address, AddressError, is_loopback, parse_address
from frazo.cluster.listening import why_not_bound
from frazo.cluster.security import AUTHORIZATION, NO_SECURITY, Security
from frazo.cluster.token_check import is_same_secret
from frazo.program.console import Console
from frazo.program.errors import JobError

# A client that says nothing for so long is hung up on.
_CLIENT_SECONDS = 5
# A body that is not complete after so long is read no further.
_BODY_SECONDS = 60
# A client whose body was refused gets so long to read why.
_LINGER_SECONDS = 1
_READ_BYTES = 1 << 16
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


class Request(NamedTuple):
    """What a client asks for.

    Attributes:
      method: "GET" or "POST"; HEAD is "GET".
      path: "/v1/models/ende", without what follows a "?".
      body: The bytes that came with it.
    """

    method: str
    path: str
    body: bytes


class HttpKind(NamedTuple):
    """What tells servers apart.

    Attributes:
      name: "the web page".
      most_requests: Requests that are answered at the same time; who asks more is hung up on.
      most_body_bytes: Of a request's body. 0: there is no POST.
      error_page: Makes an answer of an error's text and HTTP's code.
    """

    name: str = "the web page"
    most_requests: int = 8
    most_body_bytes: int = 0
    error_page: Callable[[str, int], Page] = text_page


class HttpServer:
    """Answers GET and HEAD of the routes that it was given, and POST of its services. It answers
    one request a connection.

    On a loopback address it answers only who calls it by such an address: a page of another site
    that a browser of this machine shows cannot read it by a name that leads here.
    """

    def __init__(
        self,
        address: Address,
        console: Console,
        security: Security = NO_SECURITY,
        kind: HttpKind = HttpKind(),  # noqa: B008 (it does not change)
    ):
        """Opens no port.

        Args:
          address: Where it listens; port 0 stands for any free port.
          console: For warnings about handlers that fail.
          security: With certificates it speaks HTTPS, to those who have one; with a token it
            answers those who send it.
          kind: What tells it from other servers.
        """
        self._security = security
        self._wanted = address
        self._console = console
        self._kind = kind
        self._routes: dict[str, Callable[[], Page]] = {}
        self._services: dict[str, Callable[[Request], Page]] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def add(self, route: str, handler: Callable[[], Page]) -> None:
        """Answers requests for a route, such as "/metrics", by what the handler returns.

        Call it before start(). The handler is called from several threads.
        """
        self._routes[route] = handler

    def add_service(self, prefix: str, handler: Callable[[Request], Page]) -> None:
        """Answers requests whose path begins with a prefix, such as "/v1/".

        Call it before start(). The handler is called from several threads.
        """
        self._services[prefix] = handler

    def start(self) -> None:
        """Opens the port and answers in threads.

        Raises:
          JobError: The port cannot be opened.
        """
        answers = _Answers(self._refusal, self._answer)
        try:
            self._server = _Server(self._wanted, answers, self._security, self._kind)
        except OSError as error:
            cause = why_not_bound(self._wanted) or error.strerror
            raise JobError(
                f"{self._wanted}: {self._kind.name} cannot be served there: {cause}; choose another port"
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

    def _refusal(self, host: str, authorization: str) -> Page | None:
        """Returns what a client is told whose request is not even read."""
        error = self._kind.error_page
        expected = self._security.authorization
        if expected is not None and not is_same_secret(authorization, expected.encode()):
            return error("the token is missing or wrong\n", 401)
        if is_loopback(self._wanted.host) and not _is_loopback_header(host):
            return error("call this server by localhost\n", 403)
        return None

    def _answer(self, request: Request) -> Page:
        error = self._kind.error_page
        handler = self._handler(request)
        if handler is None:
            known = ", ".join(sorted([*self._routes, *self._services]))
            return error(f"there is only {known}\n", 404)
        try:
            return handler()
        except Exception as failure:
            # One page's fault must not end the program.
            self._console.warning(f"http: {request.path}: {type(failure).__name__}: {failure}")
            return error("this page failed; the program's log says why\n", 500)

    def _handler(self, request: Request) -> Callable[[], Page] | None:
        for prefix, service in self._services.items():
            if request.path.startswith(prefix):
                return lambda: service(request)
        return self._routes.get(request.path) if request.method == "GET" else None


class _Answers(NamedTuple):
    """How a server answers. refusal: takes the headers Host and Authorization."""

    refusal: Callable[[str, str], Page | None]
    answer: Callable[[Request], Page]


class _Server(http.server.ThreadingHTTPServer):
    # So that closing joins the threads.
    daemon_threads = False
    block_on_close = True
    allow_reuse_address = True

    # Clients that come at the same moment wait here.
    request_queue_size = 128

    def __init__(self, address: Address, answers: _Answers, security: Security, kind: HttpKind):
        self._tls: ssl.SSLContext | None = None
        if security.certificates is not None:
            files = security.certificates
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=files.ca_file)
            self._tls.load_cert_chain(files.certificate_file, files.key_file)
            self._tls.verify_mode = ssl.CERT_REQUIRED
        self.address_family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        self._free = threading.BoundedSemaphore(kind.most_requests)
        self._clients: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.answers = answers
        self.kind = kind
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
    protocol_version = "HTTP/1.1"
    timeout = _CLIENT_SECONDS

    def do_GET(self) -> None:
        self._send(self._page("GET", b""), is_body_sent=True)

    def do_HEAD(self) -> None:
        self._send(self._page("GET", b""), is_body_sent=False)

    def do_POST(self) -> None:
        if not self.server.kind.most_body_bytes:
            self.send_error(501, "there is no POST here")
            return
        refusal = self._refusal_of_body()
        if refusal is not None:
            self._refuse(refusal)
            return
        body = self._body(int(self.headers["Content-Length"]))
        if body is None:
            self._send(self.server.kind.error_page("the body is not complete\n", 400), True)
            return
        self._send(self._page("POST", body), is_body_sent=True)

    def handle_expect_100(self) -> bool:
        """Lets a client send its body, unless it is refused."""
        if self.command != "POST" or self._refusal_of_body() is None:
            return super().handle_expect_100()
        # do_POST() tells it.
        return True

    def version_string(self) -> str:
        return "frazo"

    def log_message(self, format: str, *args: object) -> None:
        """Logs no requests."""

    def _page(self, method: str, body: bytes) -> Page:
        answers = self.server.answers
        request = Request(method, self.path.partition("?")[0], body)
        return self._refusal() or answers.answer(request)

    def _refusal(self) -> Page | None:
        return self.server.answers.refusal(
            self.headers.get("Host", ""), self.headers.get(AUTHORIZATION, "")
        )

    def _refusal_of_body(self) -> Page | None:
        """Returns what a client is told whose body is not read."""
        error = self.server.kind.error_page
        most = self.server.kind.most_body_bytes
        length = self.headers.get("Content-Length")
        if refusal := self._refusal():
            return refusal
        if length is None or "Transfer-Encoding" in self.headers:
            return error("send the body's Content-Length, and no Transfer-Encoding\n", 411)
        if not (length.isascii() and length.isdecimal()):
            return error("Content-Length is no number\n", 400)
        if len(length) > len(str(most)) or int(length) > most:
            return error(f"the body has more than {most} bytes\n", 413)
        return None

    def _body(self, length: int) -> bytes | None:
        """Returns the body; None if it is not complete."""
        body = bytearray()
        ends = time.monotonic() + _BODY_SECONDS
        while len(body) < length and time.monotonic() < ends:
            part = self.rfile.read1(min(_READ_BYTES, length - len(body)))
            if not part:
                break
            body += part
        return bytes(body) if len(body) == length else None

    def _refuse(self, page: Page) -> None:
        """Answers a client that may still be sending. Were it hung up on at once, it would not get
        the answer.
        """
        self._send(page, is_body_sent=True)
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            ends = time.monotonic() + _LINGER_SECONDS
            self.connection.settimeout(_LINGER_SECONDS)
            while time.monotonic() < ends and self.connection.recv(_READ_BYTES):
                pass

    def _send(self, page: Page, is_body_sent: bool) -> None:
        self.send_response(page.status)
        headers = {
            **_HEADERS,
            # A thread is never kept by a silent client for long.
            "Connection": "close",
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
