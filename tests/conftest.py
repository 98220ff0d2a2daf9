"""Fixtures for every test: real data where it is at hand, and one quiet thread."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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

from byeori import Filter
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


@pytest.fixture
def sift(tmp_path: Path) -> Callable[..., Any]:
    """What a filter keeps of rows, and the context with what it rejected and counted."""

    def sifted(cls: type[Filter[Any]], rows: Sequence[Any], *, seed: int = 7, **given: Any) -> Any:
        context = testing_context(tmp_path, seed=seed)
        config = cls.config_model.model_validate(given, context={"folder": tmp_path})
        return list(cls(config).keep(rows, context)), context

    return sifted


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


class Environment:
    """A virtual environment that also sees what is installed where the tests run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "venv" / "bin" / "python"
        self._call(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
        scheme = {"base": str(folder / "venv"), "platbase": str(folder / "venv")}
        site = Path(sysconfig.get_path("purelib", "venv", scheme))
        outer = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
        # `addsitedir` also follows the .pth files there, by which editable installs are found.
        lines = [f"import site; site.addsitedir({path!r})" for path in outer]
        (site / "outer.pth").write_text("\n".join(lines) + "\n")

    def _call(self, *command: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "BYEORI_PLUGINS")}
        return subprocess.run(
            command, cwd=self.folder, env=kept, capture_output=True, text=True, check=False
        )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """`python ...` in the environment."""
        return self._call(str(self.python), *command)

    def byeori(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`byeori ...`, as its script would call it."""
        return self.run("-c", "from byeori.cli import main; main()", *arguments)

    def pip(self, *arguments: str) -> None:
        """`pip ...`, on the environment, without a network; fails the test where pip fails."""
        done = self._call(
            sys.executable, "-m", "pip", "--python", str(self.python),
            "--disable-pip-version-check", "--no-input", *arguments,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + done.stdout

    def install(self, project: Path) -> None:
        """Install a project that is there already with everything it needs."""
        self.pip("install", "--no-index", "--no-deps", "--no-build-isolation", str(project))

    def plugins(self) -> dict[str, Any]:
        """What `byeori plugins --json` lists, by plugin."""
        done = self.byeori("plugins", "--json")
        return {plugin["name"]: plugin for plugin in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("environment"))
