"""The page in a real browser: its one script runs, nothing else does, and nothing overflows."""

import dataclasses
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from byeori import Item, Score
from byeori.report import Report, make_answer_book, write_report

HOSTILE = "<img src=x onerror=\"document.title='broken'\"></script><script>document.title='run'"


@pytest.fixture(scope="module")
def address(
    report: Report, items: list[Item], scores: list[Score], tmp_path_factory: pytest.TempPathFactory
) -> str:
    folder: Path = tmp_path_factory.mktemp("browser")
    odd = [
        dataclasses.replace(s, prediction=HOSTILE)
        if s.item_id == "item-007" and s.model == "lora"
        else s
        for s in scores
    ]
    book = make_answer_book(odd, items, baseline="base")
    write_report(dataclasses.replace(report, answer_book=book), folder)
    return (folder / "report.html").as_uri()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(180_000)  # it says that something never comes, not that it is late
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda m: broken.append(m.text) if m.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    yield page
    assert broken == []
    assert asked == [address]
    context.close()


def look(page: Any, **choices: str) -> str:
    """Open the search, choose, and read what it says it found."""
    if not page.evaluate("document.getElementById('book').open"):
        page.locator("#book > summary").click()
    expect = importlib.import_module("playwright.sync_api").expect
    # A function given as text would be evaluated, which the page's policy forbids.
    expect(page.locator("#book-said")).to_have_text(re.compile(r" of [\d,]+ answers|No answer"))
    for name, label in choices.items():
        field = page.locator(f"#book-form [name={name}]")
        if name == "words":
            field.fill(label)
        else:
            field.select_option(label=label)
    return str(page.locator("#book-said").text_content())


def test_answers_are_searched_filtered_and_turned(
    opened: Any, items: list[Item], scores: list[Score]
) -> None:
    assert look(opened) == "1 to 20 of 150 answers"
    opened.locator("#book-on").click()
    assert look(opened) == "21 to 40 of 150 answers"
    by = {(s.model, s.item_id): s.value for s in scores if s.evaluator == "choice"}
    better = sum(by["lora", i.id] > by["base", i.id] for i in items)
    assert look(opened, kind="higher than base").endswith(f"of {better} answers")
    korean = [i for i in items if i.language == "ko" and by["lora", i.id] > by["base", i.id]]
    assert look(opened, language="ko").endswith(f"of {len(korean)} answers")
    lithium = [i for i in korean if "리튬" in i.instruction]
    look(opened, words="리튬 원자")
    assert opened.locator("#book-list article").count() == len(lithium)
    assert look(opened, words="nothing like this") == "No answer fits."


def test_the_metric_of_a_chosen_evaluation_decides_the_order(
    opened: Any, items: list[Item], scores: list[Score]
) -> None:
    look(opened, evaluator="answers", model="ia3", order="largest loss first")
    by = {(s.model, s.item_id): s.value for s in scores if s.evaluator == "answers"}
    worst = min(items, key=lambda i: round(by["ia3", i.id], 4) - round(by["base", i.id], 4))
    first = opened.locator("#book-list article").first
    assert worst.id in str(first.locator(".tags").text_content())
    assert first.locator(".column h4").all_text_contents() == ["base", "ia3"]
    look(opened, columns="every model")
    assert first.locator(".column").count() == 3


def test_an_answer_of_markup_is_a_text(opened: Any) -> None:
    assert look(opened, words="item-007") == "1 to 1 of 1 answers"
    assert HOSTILE in opened.locator("#book-list article").text_content()
    assert opened.title() == "chemistry-demo · byeori report"
    assert opened.evaluate("document.images.length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_nothing_is_wider_than_the_window_and_small_text_has_contrast(
    opened: Any, scheme: str, width: int
) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.set_viewport_size({"width": width, "height": 900})
    look(opened)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    poor = opened.evaluate(CONTRAST)
    assert poor == []


CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("main *, header *, footer *")) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || node.closest("svg, script, button:disabled") || !node.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color).slice(0, 3)), light(ground(node))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const name = node.textContent.trim().slice(0, 40);
    if (contrast < 4.5) poor.push(`${name}: ${contrast.toFixed(2)}`);
  }
  return poor;
}"""
