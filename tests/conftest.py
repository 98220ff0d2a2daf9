"""Fixtures for every test: real data where it is at hand, and one quiet thread."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

# Set before torch is imported: on a busy machine two spinning threads are slower than one.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
from hypothesis import HealthCheck, settings

from byeori.context import Context, Reject
from byeori.store.answers import AnswerJournal
from byeori.testing import testing_context

# A deadline, or the check for slow strategies, would measure how busy the machine is.
settings.register_profile("byeori", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("byeori")

# A shell starts what runs in its background with SIGINT ignored, and children inherit that: those
# that tests interrupt would not notice.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parents[1]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture
def shared_data() -> Callable[..., Path]:
    """A function that names a file of the shared real data, or skips where it is absent."""

    def find(*parts: str) -> Path:
        path = SHARED_DATA.joinpath(*parts)
        if not path.exists():
            pytest.skip(f"real data not at hand: {path} does not exist")
        return path

    return find


class Heard:
    """Keeps what a component says and rejects."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.rejects: list[Reject] = []

    def track(self, rows: Any, *, total: int | None, unit: str, label: str) -> Iterator[Any]:
        yield from rows

    def message(self, text: str) -> None:
        self.messages.append(text)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[AnswerJournal]:
    with AnswerJournal(tmp_path / "answers.sqlite") as journal:
        yield journal


@pytest.fixture
def context(tmp_path: Path, journal: AnswerJournal, heard: Heard) -> Context:
    return Context(
        stage="examples.0",
        seed=1,
        output=tmp_path,
        scratch=tmp_path,
        answers=journal,
        on_reject=heard.rejects.append,
        progress_display=heard,
    )


Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A server on the loopback interface: answers of pages by path; every other path is 404.

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
def read_site(tmp_path: Path) -> Callable[..., Any]:
    """Documents and rejects of a source, with a cache that outlives the call."""

    def read_(source: Any, **settings: Any) -> Any:
        context = testing_context(tmp_path)
        config = source.config_model(**{"delay_seconds": 0, **settings})
        return list(source(config).documents(context)), context.rejects

    return read_
