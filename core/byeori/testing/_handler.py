"""The HTTP side of the test server: what is said on one connection, and how it goes wrong."""

import json
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from byeori.testing.server import OpenAIServer

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way a request can go wrong.

    Attributes:
        kind: `status`: an HTTP error; `rate_limit`: 429 with `Retry-After`; `slow`: answered late;
            `drop`: the connection ends without an answer; `truncate`: it ends in the middle of one;
            `garbage`: 200 with a body that is not JSON; `refusal`: the model will not answer;
            `cut`: the answer stops in the middle with `finish_reason: length`.
        status: for `status`.
        seconds: for `rate_limit` (sent as `Retry-After`) and `slow`.
        message: the error's text, for `status`.
    """

    kind: Literal["status", "rate_limit", "slow", "drop", "truncate", "garbage", "refusal", "cut"]
    status: int = 500
    seconds: float = 0.0
    message: str = "injected by the test"


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
            self._send_error(404, f"no {self.path} here")

    def do_POST(self) -> None:
        """A chat completion."""
        length = int(self.headers.get("Content-Length", "0"))
        try:
            body = json.loads(self.rfile.read(length))
        except ValueError as error:
            self._send_error(400, f"the request is not JSON: {error}")
            return
        if not self.path.endswith("/chat/completions"):
            self._send_error(404, f"no {self.path} here")
            return
        owner = self.server.owner
        fault = owner.arrive(body)
        self._open = body
        try:
            owner.wait(owner.delay)
            self._chat(body, fault)
        finally:
            self._leave(0)

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
            _spoil(answer, fault)
        self._leave(200, whole=True)
        self._send(200, answer)

    def _refused(self, body: Body) -> tuple[int, str] | None:
        owner = self.server.owner
        given = self.headers.get("Authorization", "")
        if owner.api_key is not None and given != f"Bearer {owner.api_key}":
            return 401, f"Incorrect API key provided: {given.removeprefix('Bearer ')}"
        if owner.models is not None and body.get("model") not in owner.models:
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
        error = {"error": {"message": message, "type": "test", "code": None}}
        self._send(status, error, headers)

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


def completion(body: Body, text: str | None, **message: Any) -> Body:
    """A chat completion with one choice; tokens are counted as words."""
    prompt = sum(len(str(turn["content"]).split()) for turn in body["messages"])
    words = len((text or "").split())
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body.get("model", "test"),
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": words,
            "total_tokens": prompt + words,
        },
    }


def _spoil(answer: Body, fault: Fault) -> None:
    choice = answer["choices"][0]
    text = choice["message"]["content"] or ""
    if fault.kind == "refusal":
        choice["message"].update(content=None, refusal="I cannot help with that.")
    elif fault.kind == "cut":
        choice["message"]["content"] = text[: len(text) // 2]
        choice["finish_reason"] = "length"
