"""The local server of a review: this machine only, and only who knows the token."""

import json
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from byeori.errors import ByeoriError
from byeori.review.desk import Desk, NoSuchExampleError
from byeori.review.queue import Choice

HOST = "127.0.0.1"
LARGEST = 4 * 2**20
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class ReviewServer(ThreadingHTTPServer):
    """Serves the page and the reviewer's desk.

    Attributes:
        desk: what is served.
        token: must come with every request for data, as `Authorization: Bearer TOKEN`; the page
            has it from its address.
    """

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, desk: Desk, token: str, port: int = 0) -> None:
        """Bind to a port of this machine; 0 for a free one.

        Raises:
            OSError: the port is taken.
        """
        self.desk, self.token = desk, token
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """The page's address, the token in it."""
        return f"http://{HOST}:{self.server_port}/?token={self.token}"


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        """Files of the page, and what it reads."""
        self._answer({"session": _session, "next": _next, "step": _step, "agreement": _agreement})

    def do_POST(self) -> None:
        """What the page changes."""
        self._answer({"decide": _decide, "undo": _undo})

    def _answer(self, calls: Mapping[str, Callable[..., Any]]) -> None:
        address = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        body = self._body()
        if self.headers.get("Host") not in self._hosts:  # another name that leads here
            self._send_json(HTTPStatus.FORBIDDEN, {"error": "this is not the address it serves"})
        elif not address.path.startswith("/api/"):
            self._send_file(address.path.removeprefix("/") or "index.html")
        elif not self._may():
            self._send_json(HTTPStatus.FORBIDDEN, {"error": "open the address byeori printed"})
        elif (call := calls.get(address.path.removeprefix("/api/"))) is None:
            self._send_json(HTTPStatus.NOT_FOUND, {"error": f"no {self.command} {address.path}"})
        elif body is None:
            self._send_json(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "too large"})
        else:
            self._send_json(*_called(call, self.server.desk, query, body))

    @property
    def _hosts(self) -> tuple[str, ...]:
        return tuple(f"{name}:{self.server.server_port}" for name in (HOST, "localhost"))

    def _may(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), self.server.token.encode())

    def _body(self) -> bytes | None:
        """The request's body; None where it is too large, and the connection ends."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _send_file(self, name: str) -> None:
        file = files("byeori.review") / "static" / name
        kind = _TYPES.get("." + name.rpartition(".")[2])
        if "/" in name or kind is None or self.command != "GET" or not file.is_file():
            self._send_json(HTTPStatus.NOT_FOUND, {"error": f"no {name}"})
        else:
            self._send(HTTPStatus.OK, kind, file.read_bytes())

    def _send_json(self, status: HTTPStatus, value: Any) -> None:
        content = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        self._send(status, "application/json; charset=utf-8", content)

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the terminal is the user's, and the token must not stand in a log."""


def _called(
    call: Callable[..., Any], desk: Desk, query: Mapping[str, str], body: bytes
) -> tuple[HTTPStatus, Any]:
    try:
        sent = json.loads(body or b"{}")
        if not isinstance(sent, dict):
            raise ValueError("the body must be a JSON object")
        chosen = {name: str(query.get(name, "")) for name in ("task", "language", "state")}
        return HTTPStatus.OK, call(desk, Choice(**chosen), query, sent)
    except NoSuchExampleError as error:
        return HTTPStatus.NOT_FOUND, {"error": str(error)}
    except (ValueError, TypeError, KeyError) as error:
        return HTTPStatus.BAD_REQUEST, {"error": str(error)}
    except ByeoriError as error:  # the disk is full, another process holds the file
        return HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)}


def _session(desk: Desk, choice: Choice, query: Mapping[str, str], sent: Any) -> Any:
    return desk.session()


def _next(desk: Desk, choice: Choice, query: Mapping[str, str], sent: Any) -> Any:
    if "at" in query:
        return desk.at(choice, int(query["at"]))
    return desk.next(choice, int(query.get("after", "-1")))


def _step(desk: Desk, choice: Choice, query: Mapping[str, str], sent: Any) -> Any:
    return desk.step(choice, int(query["from"]), int(query["by"]))


def _agreement(desk: Desk, choice: Choice, query: Mapping[str, str], sent: Any) -> Any:
    return desk.agreement()


def _decide(desk: Desk, choice: Choice, query: Mapping[str, str], sent: Any) -> Any:
    return desk.decide(sent, choice)


def _undo(desk: Desk, choice: Choice, query: Mapping[str, str], sent: Any) -> Any:
    return desk.undo(choice)
