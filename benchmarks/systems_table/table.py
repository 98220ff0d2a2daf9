"""Writes what was measured as the tables of a page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from systems_table.rows import OTHERS, SYSTEMS

BEGIN, END = "<!-- {part}: begin -->", "<!-- {part}: end -->"
MOST = 8
"""Models of one recipe that are shown; the report has the others."""
WORDS = {
    "en": {
        "systems": ("system", "recipe", "CPU time", "on", "base -> tuned", "of the paper"),
        "others": ("recipe", "CPU time", "on", "base -> tuned"),
        "papers": ("paper", "table", "what it shows", "mark"),
        "unmeasured": "not measured",
    },
    "ko": {
        "systems": ("시스템", "레시피", "CPU 시간", "지표", "기반 -> 조정", "논문에서"),
        "others": ("레시피", "CPU 시간", "지표", "기반 -> 조정"),
        "papers": ("논문", "표", "보이는 것", "판정"),
        "unmeasured": "재지 않음",
    },
}
Measured = dict[str, Any]


def printed(measured: Measured) -> str:
    """Everything as Markdown, for a terminal."""
    return "\n\n".join("\n".join(part) for part in parts(measured, "en").values())


def write_page(page: Path, measured: Measured, language: str) -> None:
    """Put the tables between a page's marks; what stands around them stays."""
    text = page.read_text(encoding="utf-8")
    for part, lines in parts(measured, language).items():
        begin, end = BEGIN.format(part=part), END.format(part=part)
        body = "\n".join((begin, "", *lines, "", end))
        pattern = f"{re.escape(begin)}.*?{re.escape(end)}"
        text = re.sub(pattern, lambda found, body=body: body, text, flags=re.S)  # type: ignore[misc]
    page.write_text(text, encoding="utf-8")


def parts(measured: Measured, language: str) -> dict[str, list[str]]:
    """The lines of each table, by the name of its marks."""
    words, recipes = WORDS[language], measured["recipes"]
    systems = [
        [
            f"{system.paper}: {system.name}",
            *_recipe(name, recipes, words),
            _paper(name, measured),
        ]
        for system in SYSTEMS
        for name in system.recipes
    ]
    others = [_recipe(name, recipes, words) for name in OTHERS]
    papers = [
        [f"`{name}`", table["table"], table["shows"], table["says"]]
        for name, paper in sorted(measured["papers"].items())
        for table in paper["tables"]
    ]
    rows = {"systems": systems, "others": others, "papers": papers}
    return {part: list(_table(words[part], found)) for part, found in rows.items()}


def _table(heads: tuple[str, ...], rows: list[list[str]]) -> Iterator[str]:
    for cells in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _recipe(name: str, recipes: Measured, words: dict[str, Any]) -> list[str]:
    """Command, time, what was measured, and the figures of each model."""
    row = recipes.get(name)
    if row is None:
        return [f"`{name}`", words["unmeasured"], "", ""]
    figures = row["figures"]
    on = (
        f"{figures[0]['evaluator']} {figures[0]['metric']}, {figures[0]['items']}"
        if figures
        else ""
    )
    shown = [_figure(figure, named=len(figures) > 1) for figure in figures[:MOST]]
    shown += [f"and {len(figures) - MOST} more"] * (len(figures) > MOST)
    return [f"`{row['command']}`", _seconds(row["cpu_seconds"]), on, "<br>".join(shown)]


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


def _figure(figure: Measured, *, named: bool) -> str:
    base, tuned, difference = (figure[side] for side in ("baseline", "tuned", "difference"))
    name = f"{figure['model']}: " if named else ""
    if difference is None:
        return f"{name}–"
    span = "" if difference[1] is None else f" [{difference[1]:+.3f}, {difference[2]:+.3f}]"
    change = f"({difference[0]:+.3f}{span})"
    if figure["against"] == "base":
        return f"{name}{base[0]:.3f} -> {tuned[0]:.3f} {change}"
    return f"{name}{tuned[0]:.3f}, against {figure['against']} {base[0]:.3f} {change}"


def _paper(recipe: str, measured: Measured) -> str:
    """Tables of papers that name the recipe, by mark."""
    said: dict[str, list[str]] = {}
    for _, paper in sorted(measured["papers"].items()):
        for table in paper["tables"]:
            if recipe in table["recipes"]:
                said.setdefault(table["says"].partition(" (")[0], []).append(table["table"])
    return "; ".join(f"{', '.join(tables)}: {mark}" for mark, tables in said.items())
