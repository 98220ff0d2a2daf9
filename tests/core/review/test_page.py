"""The page in a headless Chromium, driven by keys, while its server is killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from byeori.review.records import Decision
from byeori.review.store import ReviewStore

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser",
                                                "google-chrome"))), None)  # fmt: skip
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on PATH"),
]


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    broken: list[str] = []
    opened.on("pageerror", lambda error: broken.append(str(error)))
    yield opened
    context.close()
    assert broken == []


def at(page: Any, position: int) -> None:
    """Wait until the example at a position is shown."""
    page.wait_for_url(f"**/*#{position}")
    page.locator("body:not(.busy)").wait_for()


def decided(study: Any) -> list[tuple[str, dict[str, str], str]]:
    with ReviewStore(study.workspace.run_folder("mine/sample") / "review.sqlite") as store:
        return [(one.verdict, dict(one.edits), one.note) for one in store.current()]


def test_a_review_by_keys_with_a_reload_and_a_kill_in_the_middle(
    study: Any, serve: Callable[..., Server], page: Any
) -> None:
    server = serve("--reviewer", "kim")
    page.goto(server.url)
    at(page, 0)
    assert page.locator("mark").inner_text() == "Author10"
    page.keyboard.press("a")
    at(page, 1)
    assert decided(study) == [("accept", {}, "")]
    page.keyboard.press("r")
    at(page, 2)
    page.keyboard.press("c")
    page.keyboard.insert_text("확인 필요")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    at(page, 3)
    page.keyboard.press("e")
    page.keyboard.insert_text(" 번")
    page.reload()
    at(page, 3)
    assert page.locator("#text-output").input_value() == "11 번"  # typed, and not yet decided
    server.kill()
    page.keyboard.press("a")
    page.locator("#trouble:not([hidden])").wait_for()
    assert "nothing is lost" in page.locator("#trouble").inner_text()
    before = [("accept", {}, ""), ("reject", {}, ""), ("flag", {}, "확인 필요")]
    assert decided(study) == before
    again = serve("--reviewer", "kim")
    assert again.url == server.url
    at(page, 4)
    assert decided(study) == [*before, ("edit", {"output": "11 번"}, "")]
    assert page.locator("#trouble").is_hidden()
    assert page.locator("#counts").inner_text() == (
        "20 of 24 left · 1 accepted · 1 edited · 1 rejected · 1 flagged"
    )
    page.keyboard.press("u")
    at(page, 3)
    assert decided(study) == before


def test_a_decision_that_could_not_be_sent_survives_a_reload(
    study: Any, serve: Callable[..., Server], page: Any
) -> None:
    server = serve("--reviewer", "kim")
    page.goto(server.url)
    at(page, 0)
    server.kill()
    page.keyboard.press("r")
    page.locator("#trouble:not([hidden])").wait_for()
    serve("--reviewer", "kim")
    page.goto(server.url)
    at(page, 1)
    assert decided(study) == [("reject", {}, "")]


def test_hangul_keys_work_and_a_syllable_being_typed_is_neither_lost_nor_a_command(
    study: Any, serve: Callable[..., Server], page: Any
) -> None:
    page.goto(serve("--reviewer", "kim").url)
    at(page, 0)
    # The keyboard is set to Hangul: the key of A says ㅁ.
    page.locator("body").dispatch_event("keydown", {"key": "ㅁ", "code": "KeyA", "bubbles": True})
    at(page, 1)
    page.keyboard.press("e")
    devtools = page.context.new_cdp_session(page)
    compose = {"selectionStart": 1, "selectionEnd": 1}
    for syllable in ("ㅂ", "버", "번"):
        devtools.send("Input.imeSetComposition", {"text": syllable, **compose})
    page.locator("#text-output").dispatch_event(
        "keydown", {"key": "Enter", "code": "Enter", "ctrlKey": True, "isComposing": True,
                    "bubbles": True},
    )  # fmt: skip
    assert decided(study) == [("accept", {}, "")]  # not while the syllable is open
    devtools.send("Input.insertText", {"text": "번"})
    at(page, 2)
    assert decided(study)[1] == ("edit", {"output": "10번"}, "")


def test_filters_steps_and_the_end(study: Any, serve: Callable[..., Server], page: Any) -> None:
    page.goto(serve("--reviewer", "kim").url)
    at(page, 0)
    page.locator("#language").select_option("ko")
    at(page, 1)
    for position in range(3, 25, 2):
        page.keyboard.press("a")
        at(page, position)
    page.keyboard.press("a")
    page.locator("#done:not([hidden])").wait_for()
    page.locator("#state").select_option("accept")
    at(page, 1)
    page.keyboard.press("j")
    at(page, 3)
    page.keyboard.press("ArrowLeft")
    at(page, 1)
    page.keyboard.press("k")
    page.get_by_text("no more this way").wait_for()
    assert "accepted" in page.locator("#facts").inner_text()


def test_who_adjudicates_sees_both_and_takes_one(
    study: Any, serve: Callable[..., Server], page: Any
) -> None:
    example = study.subject.examples[4].id
    with study.review() as store:
        store.decide(Decision(example=example, reviewer="kim", verdict="accept"))
        edit = Decision(example=example, reviewer="lee", verdict="edit", edits={"output": "L"})
        store.decide(edit)
    page.goto(serve("--reviewer", "park", "--adjudicate").url)
    at(page, 4)
    assert page.locator(".other").count() == 2
    page.keyboard.press("2")
    assert page.locator("#text-output").input_value() == "L"
    page.keyboard.press("a")
    page.locator("#done:not([hidden])").wait_for()
    assert ("edit", {"output": "L"}, "") in decided(study)
    page.get_by_text("kim and lee: Cohen's kappa 0.00 (examples in common: 1).").wait_for()


def test_without_the_token_nothing_is_shown(serve: Callable[..., Server], page: Any) -> None:
    page.goto(serve("--reviewer", "kim").url.partition("?")[0])
    page.locator("#trouble:not([hidden])").wait_for()
    assert "open the address byeori printed" in page.locator("#trouble").inner_text()
    assert page.locator("#work").is_hidden()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_of_the_page(
    browser: Any, serve: Callable[..., Server], width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 780}, color_scheme=scheme)
    page = context.new_page()
    page.goto(serve("--reviewer", "a rather long name of a reviewer").url)
    at(page, 0)
    inside = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    context.close()
    assert inside
    light, dark = sorted(sum(map(int, c[4:-1].split(","))) for c in colours)[::-1]
    assert light - dark > 400
