"""The page in a headless Chromium, driven by keys, while its server is killed."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def test_a_review_by_keys_with_a_reload_and_a_kill_in_the_middle(
    study: Any, serve: Callable[..., Any], page: Any, at: Any
) -> None:
    server = serve("--reviewer", "kim")
    page.goto(server.url)
    at(page, 0)
    assert page.locator("mark").inner_text() == "Author10"
    page.keyboard.press("a")
    at(page, 1)
    assert study.decided() == [("accept", {}, "")]
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
    assert study.decided() == before
    again = serve("--reviewer", "kim")
    assert again.url == server.url
    at(page, 4)
    assert study.decided() == [*before, ("edit", {"output": "11 번"}, "")]
    assert page.locator("#trouble").is_hidden()
    assert page.locator("#counts").inner_text() == (
        "20 of 24 left · 1 accepted · 1 edited · 1 rejected · 1 flagged"
    )
    page.keyboard.press("u")
    at(page, 3)
    assert study.decided() == before


def test_a_decision_that_could_not_be_sent_survives_a_reload(
    study: Any, serve: Callable[..., Any], page: Any, at: Any
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
    assert study.decided() == [("reject", {}, "")]


def test_hangul_keys_work_and_a_syllable_being_typed_is_neither_lost_nor_a_command(
    study: Any, serve: Callable[..., Any], page: Any, at: Any
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
    assert study.decided() == [("accept", {}, "")]  # not while the syllable is open
    devtools.send("Input.insertText", {"text": "번"})
    at(page, 2)
    assert study.decided()[1] == ("edit", {"output": "10번"}, "")


def test_a_key_after_the_syllable_takes_back_the_wish_to_accept(
    study: Any, serve: Callable[..., Any], page: Any, at: Any
) -> None:
    page.goto(serve("--reviewer", "kim").url)
    at(page, 0)
    page.keyboard.press("e")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "버", "selectionStart": 1, "selectionEnd": 1})
    for key in ({"key": "Enter", "code": "Enter", "ctrlKey": True}, {"key": "Enter"}):
        event = {"isComposing": True, "bubbles": True, **key}
        page.locator("#text-output").dispatch_event("keydown", event)
    devtools.send("Input.insertText", {"text": "버"})
    page.locator(".field.changed").wait_for()
    page.wait_for_timeout(50)
    assert page.locator("#text-output").input_value() == "Author10버"
    assert study.decided() == []


def test_undoing_brings_back_what_was_typed_and_so_does_coming_back_to_a_flagged_example(
    study: Any, serve: Callable[..., Any], page: Any, at: Any
) -> None:
    page.goto(serve("--reviewer", "kim").url)
    at(page, 0)
    page.keyboard.press("e")
    page.keyboard.insert_text(", surely")
    assert page.locator("#status").inner_text() == "not saved yet"
    page.keyboard.press("Control+Enter")
    at(page, 1)
    page.keyboard.press("u")
    at(page, 0)
    assert page.locator("#text-output").input_value() == "Author10, surely"
    assert study.decided() == []
    page.keyboard.press("f")
    at(page, 1)
    page.keyboard.press("k")
    at(page, 0)
    assert page.locator("#text-output").input_value() == "Author10, surely"
    assert study.decided() == [("flag", {}, "")]
    page.keyboard.press("a")
    page.locator("#counts", has_text="1 edited").wait_for()
    assert study.decided() == [("edit", {"output": "Author10, surely"}, "")]


def test_filters_steps_and_the_end(
    study: Any, serve: Callable[..., Any], page: Any, at: Any
) -> None:
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
