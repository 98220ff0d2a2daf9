"""The HTTP side of the test server: what is said on one connection, and how it goes wrong."""

import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from byeori.testing._completions import Body, Fault, completion, error_body, spoil

if TYPE_CHECKING:
    from byeori.testing.server import OpenAIServer


class Server(ThreadingHTTPServer):
    """The sockets and threads; `owner` holds what the test set and what it wants to know."""

    daemon_threads = True
    request_queue_size = 256
    owner: "OpenAIServer"

    def __init__(self, owner: "OpenAIServer") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.owner = owner
        self._connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that closing the server ends those that are kept alive."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening and end every connection."""
        super().server_close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of a test's day, not an error to print."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server
    _open: Body | None = None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""

    def do_GET(self) -> None:
        """The models."""
        names = self.server.owner.models or ("test",)
        if self.path.endswith("/models"):
            models = [{"id": name, "object": "model", "owned_by": "test"} for name in names]
            self._send(200, {"object": "list", "data": models})
        else:
            self._send_found(self.server.owner.batches.get(self.path, self._line))

    def do_POST(self) -> None:
        """A chat completion, or a part of the Batch API."""
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not self.path.endswith("/chat/completions"):
            self._post_of_batch(content)
            return
        try:
            body = json.loads(content)
        except ValueError as error:
            self._send_error(400, f"the request is not JSON: {error}")
            return
        owner = self.server.owner
        fault = owner.arrive(body)
        self._open = body
        try:
            owner.wait(owner.delay)
            self._chat(body, fault)
        finally:
            self._leave(0)

    def _post_of_batch(self, content: bytes) -> None:
        batches = self.server.owner.batches
        if refused := self._refused({}):
            self._send_error(*refused)
            return
        found = batches.post(self.path, self.headers.get("Content-Type", ""), content)
        if batches.stall and self.path.endswith({"upload": "files"}.get(batches.stall, "batches")):
            batches.stalled.set()
            self.server.owner.wait(3600)
            return
        self._send_found(found)

    def _send_found(self, found: bytes | Body | None) -> None:
        if found is None:
            self._send_error(404, f"no {self.path} here")
        elif isinstance(found, bytes):
            self._write(200, found)
        else:
            self._send(200, found)

    def _line(self, body: Body) -> tuple[int, Body]:
        """Status and body of the answer to one line of a batch."""
        owner = self.server.owner
        fault = owner.arrive(body)
        status, message = self._refused(body) or (200, "")
        if not message and fault is not None and fault.kind in ("status", "rate_limit"):
            status, message = (429 if fault.kind == "rate_limit" else fault.status), fault.message
        answer = error_body(message) if message else self._answer(body)
        if fault is not None and not message:
            spoil(answer, fault)
        owner.leave(body, status, whole=not message)
        return status, answer

    def _leave(self, status: int, *, whole: bool = False) -> None:
        """Count the request as done: before the client can know, so that a test never looks
        too early and the client's next request never finds this one still here."""
        body, self._open = self._open, None
        if body is not None:
            self.server.owner.leave(body, status, whole=whole)

    def _chat(self, body: Body, fault: Fault | None) -> None:
        """Answer, or fail as told."""
        owner = self.server.owner
        if refused := self._refused(body):
            self._send_error(*refused)
            return
        if fault is not None and fault.kind == "slow":
            owner.wait(fault.seconds)
        elif fault is not None and fault.kind not in ("refusal", "cut"):
            self._fail(fault, body)
            return
        try:
            answer = self._answer(body)
        except Exception as error:
            owner.errors.append(error)
            self._send_error(500, f"reply raised {error!r}")
            return
        if fault is not None:
            spoil(answer, fault)
        self._leave(200, whole=True)
        self._send(200, answer)

    def _refused(self, body: Body) -> tuple[int, str] | None:
        owner = self.server.owner
        given = self.headers.get("Authorization", "")
        if owner.api_key is not None and given != f"Bearer {owner.api_key}":
            return 401, f"Incorrect API key provided: {given.removeprefix('Bearer ')}"
        if owner.models is not None and "model" in body and body["model"] not in owner.models:
            return 404, f"The model {body.get('model')!r} does not exist"
        if owner.response_format == "refuse" and "response_format" in body:
            return 400, "Unsupported parameter: response_format"
        return None

    def _answer(self, body: Body) -> Body:
        seen = dict(body)
        if self.server.owner.response_format == "ignore":
            seen.pop("response_format", None)
        reply = self.server.owner.reply(seen)
        return completion(body, reply) if isinstance(reply, str) else reply

    def _fail(self, fault: Fault, body: Body) -> None:
        if fault.kind == "status":
            self._send_error(fault.status, fault.message)
        elif fault.kind == "rate_limit":
            self._send_error(429, "too many requests", {"Retry-After": f"{fault.seconds:g}"})
        elif fault.kind == "garbage":
            self._write(200, b"<html>502 Bad Gateway</html>")
        else:
            self._break_off(self._answer(body) if fault.kind == "truncate" else None)

    def _break_off(self, answer: Body | None) -> None:
        """End the connection without an answer, or in the middle of one."""
        self._leave(0)
        self.close_connection = True
        if answer is not None:
            content = json.dumps(answer).encode()
            self._write(200, content[: len(content) // 2], length=len(content))
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send_error(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._send(status, error_body(message), headers)

    def _send(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        self._write(status, json.dumps(value).encode(), headers)

    def _write(
        self,
        status: int,
        content: bytes,
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self._leave(status)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
