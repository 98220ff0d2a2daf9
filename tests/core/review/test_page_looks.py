"""The page in a headless Chromium: what it shows, and to whom."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from byeori.review.records import Decision

pytestmark = pytest.mark.slow


def test_two_reviewers_in_two_browsers_share_the_work_without_doing_it_twice(
    study: Any, serve: Callable[..., Any], browser: Any
) -> None:
    with ExitStack() as stack:
        pages = []
        for reviewer in ("kim", "lee"):
            context = browser.new_context(locale="en-US")
            stack.callback(context.close)
            pages.append(context.new_page())
            pages[-1].set_default_timeout(180_000)
            pages[-1].goto(serve("--reviewer", reviewer).url)
            pages[-1].locator("#work:not([hidden])").wait_for()
        for _ in range(100):  # on a busy machine a key may come while the page still waits
            at_work = [page for page in pages if not page.locator("#done").is_visible()]
            for page in at_work:
                page.keyboard.press("a")
            for page in at_work:
                page.locator("body:not(.busy)").wait_for()
        for page in pages:
            page.locator("#done:not([hidden])").wait_for()
    with study.review() as store:
        made = [(one.example, one.reviewer) for one in store.current()]
    assert len(made) == len({example for example, _ in made}) == 24
    assert {reviewer for _, reviewer in made} == {"kim", "lee"}


def test_everything_has_a_name_for_a_screen_reader_and_the_keyboard_reaches_it(
    serve: Callable[..., Any], page: Any, at: Any
) -> None:
    page.goto(serve("--reviewer", "kim").url)
    at(page, 0)
    for role, name in (
        ("progressbar", "Progress"), ("combobox", "Task"), ("combobox", "Language"),
        ("button", "Keys"), ("region", "Document"), ("region", "Example"), ("textbox", "Answer"),
        ("textbox", "Note"), ("group", "Decide"), ("button", "Accept"), ("button", "Undo"),
    ):  # fmt: skip
        assert page.get_by_role(role, name=name, exact=True).count() == 1, name
    for key in ("Tab", "Tab", "Tab", "Tab"):  # instruction, answer, note, accept
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == "accept"
    page.keyboard.press("Enter")
    at(page, 1)
    assert page.evaluate("document.activeElement.id") == "example"


def test_json_is_watched_and_an_example_without_a_document_has_the_page_to_itself(
    serve: Callable[..., Any], page: Any
) -> None:
    def changed(route: Any) -> None:
        answer = route.fetch().json()
        answer["item"] |= {"texts": {"instruction": "Q", "input": "", "output": '{"a": 1}'}}
        route.fulfill(json={**answer, "item": {**answer["item"], "document": None}})

    page.route("**/api/next*", changed)
    page.goto(serve("--reviewer", "kim").url)
    page.get_by_text("This example has no document.").wait_for()
    document, example = (
        page.locator(f"#{name}").bounding_box() for name in ("document", "example")
    )
    assert document["y"] + document["height"] <= example["y"]
    page.keyboard.press("e")
    page.keyboard.insert_text("}")
    page.get_by_text("changed, and no JSON any more").wait_for()
    page.keyboard.press("Backspace")
    page.get_by_text("changed, and no JSON any more").wait_for(state="detached")


def test_who_adjudicates_sees_both_and_takes_one(
    study: Any, serve: Callable[..., Any], page: Any, at: Any
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
    assert ("edit", {"output": "L"}, "") in study.decided()
    page.get_by_text("kim and lee: Cohen's kappa 0.00 (examples in common: 1).").wait_for()


def test_without_the_token_nothing_is_shown(serve: Callable[..., Any], page: Any) -> None:
    page.goto(serve("--reviewer", "kim").url.partition("?")[0])
    page.locator("#trouble:not([hidden])").wait_for()
    assert "open the address byeori printed" in page.locator("#trouble").inner_text()
    assert page.locator("#work").is_hidden()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_of_the_page(
    browser: Any, serve: Callable[..., Any], width: int, scheme: str, at: Any
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
