"""The HTML page: self-contained, accessible, and inert whatever the texts say."""

import dataclasses
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byeori.report import Report
from byeori.report.html import render_html, render_sweep_html
from byeori.report.model import AnswerPair, Headline, ModelAnswer
from byeori.report.provenance import Provenance
from byeori.report.sweep import SweepReport

VOID = {"meta", "line", "circle", "path"}
HOSTILE = (
    "<script>alert(1)</script></style><style>*{display:none}</style>"
    "\"onload=alert(1) x='</title></pre></svg>{{ 7*7 }}{% raw %}&lt;b&gt;<!--\u202e\u2066"
    "\x00\x1b[31m\ud800<img src=https://example.org/x onerror=alert(1)>" + "가" * 400 + "W" * 4000
)


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [value for _, found, value in self.attributes if found == name]


def filled(value: Any, text: str) -> Any:
    """The same value with every text in it replaced."""
    if isinstance(value, str):
        return text
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {"verdict", "kind", "by", "correction", "standing"}
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return type(value)(**{k: v if k in kept else filled(v, text) for k, v in fields.items()})
    if isinstance(value, dict):
        return {f"{n} {text}": filled(v, text) for n, v in enumerate(value.values())}
    if isinstance(value, (tuple, list)):
        return type(value)(filled(v, text) for v in value)
    return value


@pytest.fixture(scope="session")
def page(report: Report) -> Page:
    return Page(render_html(report))


def test_the_page_forbids_everything_but_its_own_style(page: Page) -> None:
    policy = next(v for v in page.values("content") if "default-src" in v)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert page.tags["script"] == 0
    assert not set(page.tags) & {"iframe", "object", "embed", "link", "img", "base", "form"}


def test_the_page_fetches_nothing(report: Report) -> None:
    text = render_html(report)
    assert "url(" not in text
    assert "@import" not in text
    assert all(href.startswith("#") for href in Page(text).values("href"))
    assert not Page(text).values("src")


def test_every_link_leads_to_a_place_and_every_place_is_unique(page: Page) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in page.values("href")} <= set(ids)
    named = " ".join(page.values("aria-labelledby")).split()
    assert set(named) <= set(ids)


def test_headers_have_scopes_and_plots_have_titles(page: Page) -> None:
    assert page.tags["th"] == len(page.values("scope"))
    assert page.tags["h1"] == 1
    plots = page.values("role").count("img")
    assert plots == len([1 for tag, n, _ in page.attributes if (tag, n) == ("svg", "role")])
    assert page.tags["desc"] == plots
    assert ("html", "lang", "en") in page.attributes


def test_the_page_shows_what_was_done(page: Page, report: Report) -> None:
    for part in (
        report.headline.title,
        "near duplicate of an earlier example",
        "268 ×",
        "81,920 of 1,066,112",
        "모르겠습니다.",
        "CC0-1.0",
        "9 unscored",
        "target_modules",
        report.recipe,
        "1 min 23 s",
    ):
        assert part in page.text, part


def test_hostile_texts_stay_texts_in_every_field(report: Report) -> None:
    clean = Page(render_html(filled(report, "x")))
    attacked = Page(render_html(filled(report, HOSTILE)))
    assert attacked.tags == clean.tags
    names = {(tag, name) for tag, name, _ in attacked.attributes}
    assert names == {(tag, name) for tag, name, _ in clean.attributes}
    assert "alert(1)" in attacked.text
    assert "{{ 7*7 }}" in attacked.text


def test_no_hostile_character_reaches_the_file(report: Report) -> None:
    data = render_html(filled(report, HOSTILE)).encode()
    text = data.decode()
    assert not {"\x00", "\x1b", "\u202e", "\u2066", "\ud800"} & set(text)
    assert "[U+202E]" in text
    assert "[U+0000]" in text
    assert text.count("<style>") == 1


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_answer_is_shown_as_text(text: str) -> None:
    pair = AnswerPair(
        item_id="i",
        evaluator="e",
        metric="m",
        instruction=text,
        language=text,
        answers=(ModelAnswer("base", text, None), ModelAnswer("lora", "", 1.0)),
    )
    bare = Report(
        name=text,
        headline=Headline("nothing-compared", text),
        provenance=Provenance(byeori_version="0", seed=0, base_model="b"),
        answers=(pair,),
    )
    page = Page(render_html(bare))
    page.text.encode()
    assert page.tags["article"] == 1
    assert page.tags["script"] == 0


def test_a_report_of_nothing_is_a_whole_page() -> None:
    bare = Report(
        name="empty",
        headline=Headline("nothing-compared", "Nothing was compared."),
        provenance=Provenance(byeori_version="0", seed=0, base_model="b"),
    )
    page = Page(render_html(bare))
    assert {href[1:] for href in page.values("href")} <= set(page.values("id"))


def test_a_long_text_is_cut_and_says_by_how_much(report: Report) -> None:
    pair = dataclasses.replace(report.answers[0], instruction="a" * 3500)
    page = Page(render_html(dataclasses.replace(report, answers=(pair,))))
    assert "[… 500 more characters]" in page.text


@pytest.fixture(scope="session")
def sweep_page(sweep_report: SweepReport) -> Page:
    return Page(render_sweep_html(sweep_report))


def test_the_table_of_a_sweep_is_a_page_of_the_same_kind(sweep_page: Page) -> None:
    policy = next(v for v in sweep_page.values("content") if "default-src" in v)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert not set(sweep_page.tags) & {"script", "iframe", "object", "embed", "link", "img", "form"}
    ids = sweep_page.values("id")
    assert len(ids) == len(set(ids))
    inside = {href[1:] for href in sweep_page.values("href") if href.startswith("#")}
    assert inside <= set(ids)
    assert set(" ".join(sweep_page.values("aria-labelledby")).split()) <= set(ids)
    assert sweep_page.tags["th"] == len(sweep_page.values("scope"))


def test_a_sweeps_page_leads_to_the_reports_of_its_finished_variants(sweep_page: Page) -> None:
    links = [href for href in sweep_page.values("href") if not href.startswith("#")]
    assert links == ["lora/report.html", "ia3/report.html"]
    assert "failed: out of memory" in sweep_page.text


def test_a_sweeps_page_says_what_its_table_says(
    sweep_page: Page, sweep_report: SweepReport
) -> None:
    for part in (sweep_report.title, *sweep_report.lines, "★ best", "▼ lower", "sd 0.014"):
        assert part in sweep_page.text, part
    assert sweep_report.title.startswith("lora scores highest on choice accuracy")


def test_hostile_texts_stay_texts_in_a_sweeps_page(sweep_report: SweepReport) -> None:
    # Names of variants are names of folders, and checked as such when the recipe is read.
    def page(text: str) -> Page:
        every = filled(sweep_report, text)
        return Page(render_sweep_html(dataclasses.replace(every, variants=every.variants[2:])))

    clean, attacked = page("x"), page(HOSTILE)
    assert attacked.tags == clean.tags
    assert "alert(1)" in attacked.text
