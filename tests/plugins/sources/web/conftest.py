"""A site on the loopback interface, whose answers a test writes."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from byeori.testing import testing_context

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """Answers of pages by path; every other path is 404.

    Attributes:
        pages: by path, a body, a whole answer, or a function of the query that gives either.
        script: answers to the first, second, ... request, before `pages`; None lets one through.
        asked: every request, as path with query.
        headers: of every request.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.script: list[Answer | None] = []
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.url = ""

    def answer(self, target: str) -> Answer:
        if self.script and (scripted := self.script.pop(0)) is not None:
            return scripted
        parts = urlsplit(target)
        found = self.pages.get(parts.path)
        if callable(found):
            found = found(dict(parse_qsl(parts.query)))
        if found is None:
            return 404, {}, b"no such page"
        return found if isinstance(found, tuple) else (200, {}, found)

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.asked)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            made.headers.append(dict(self.headers))
            status, headers, body = made.answer(self.path)
            if status == 0:  # the connection breaks
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def read(tmp_path: Path, site: Site) -> Callable[..., Any]:
    """Documents and rejects of a source, with a cache that outlives the call."""

    def read_(source: Any, **settings: Any) -> Any:
        context = testing_context(tmp_path)
        config = source.config_model(**{"delay_seconds": 0, **settings})
        return list(source(config).documents(context)), context.rejects

    return read_
