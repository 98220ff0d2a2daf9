"""A run whose data is made and nothing else: twelve documents, two languages."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from byeori.browsing import open_run
from byeori.context import Silent
from byeori.plan import make_plan
from byeori.plugins import discover
from byeori.recipe import read_recipe
from byeori.review.store import ReviewStore
from byeori.review.subject import Subject
from byeori.run import Run, execute
from byeori.store import Workspace

RECIPE = """\
name: mine
base_model: {path: builtin:tiny}
documents: [{use: jsonl, path: rows.jsonl, text: body}]
examples:
  - use: templates
    templates:
      - {task: name, language: en, instruction: "Who wrote {{ n }}?", output: "{{ name }}"}
      - {task: number, language: ko, instruction: "{{ name }}의 번호는?", output: "{{ n }}"}
filters: []
tuning: [{use: lora, r: 8}]
evaluators: [{use: generated-answers}]
"""


class Study:
    """The run, made again with other filters as often as need be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = Workspace(folder / ".byeori")
        rows = ({"body": f"Report {n} is by Author{n}.", "name": f"Author{n}", "n": str(n)}
                for n in range(10, 22))  # fmt: skip
        (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))

    def run(self, filters: str = "[]") -> Run:
        recipe = self.folder / "mine.yaml"
        recipe.write_text(RECIPE.replace("filters: []", f"filters: {filters}"), encoding="utf-8")
        plan = make_plan(read_recipe(recipe), discover(), sample=99)
        return execute(plan, self.workspace, Silent())

    @property
    def subject(self) -> Subject:
        return Subject(open_run(self.workspace, "mine/sample"))

    def decided(self) -> list[tuple[str, dict[str, str], str]]:
        with ReviewStore(self.workspace.run_folder("mine/sample") / "review.sqlite") as store:
            return [(one.verdict, dict(one.edits), one.note) for one in store.current()]

    def review(self) -> ReviewStore:
        store = ReviewStore(self.workspace.run_folder("mine/sample") / "review.sqlite")
        store.follow(self.subject)
        return store


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = Study(tmp_path)
    made.run()
    return made


@pytest.fixture
def store(study: Study) -> Iterator[ReviewStore]:
    with study.review() as opened:
        yield opened


class Server:
    """`byeori review` in a process of its own."""

    def __init__(self, study: Any, *options: str) -> None:
        command = [sys.executable, "-m", "byeori", "review", "mine/sample", "--no-browser",
                   "--json", "--workspace", str(study.workspace.folder), *options]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        assert self.process.stdout is not None
        self.url = json.loads(self.process.stdout.readline())["url"]

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def serve(study: Any) -> Iterator[Callable[..., Server]]:
    with ExitStack() as stack:

        def start(*options: str) -> Server:
            server = Server(study, *options)
            stack.callback(lambda: server.process.poll() is None and server.kill())
            return server

        yield start


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    opened.set_default_timeout(180_000)  # it says that something never comes, not that it is late
    broken: list[str] = []
    opened.on("pageerror", lambda error: broken.append(str(error)))
    yield opened
    context.close()
    assert broken == []


@pytest.fixture
def at() -> Callable[[Any, int], None]:
    def wait(page: Any, position: int) -> None:
        """Until the example at a position is shown."""
        page.wait_for_url(f"**/*#{position}")
        page.locator("body:not(.busy)").wait_for()

    return wait
