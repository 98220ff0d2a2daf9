"""Plain tables, aligned by what a terminal shows (Hangul takes two columns)."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from byeori.report.formats import overlap_rows


def width(text: str) -> int:
    """Columns a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows in aligned columns; nothing where there are no rows."""
    cells = [[str(cell) for cell in row] for row in rows]
    if not cells:
        return
    if header:
        cells.insert(0, list(header))
    widths = [max(width(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        padded = [text + " " * (wide - width(text)) for text, wide in zip(row, widths, strict=True)]
        click.echo("  ".join(padded).rstrip())


def print_fact(fact: Mapping[str, Any]) -> None:
    """Print one step of a lineage."""
    where = ("stage " + fact["stage"] if fact["stage"] else "", fact["component"], fact["artifact"])
    click.echo(f"{fact['kind']}  ({', '.join(part for part in where if part)})")
    for name, value in fact["row"].items():
        if value not in ("", None, [], (), {}):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            click.echo(f"  {name}: {text}")


def print_headline(folder: Path, *, as_json: bool) -> None:
    """Print the headline and table of scores of a finished run or sweep."""
    from byeori.cli.sweeps import is_table_of_sweep, print_sweep_headline
    from byeori.report import from_json

    text = (folder / "report.json").read_text(encoding="utf-8", errors="replace")
    if is_table_of_sweep(text):
        print_sweep_headline(text, folder, as_json=as_json)
        return
    from_json(text)  # says so where the file is broken
    if as_json:
        click.echo(text, nl=False)
        return
    report = json.loads(text)
    click.echo(report["headline"]["title"])
    for line in report["headline"]["lines"]:
        click.echo(f"  {line}")
    print_table(SCORE_HEADER, [_score_row(row) for row in report["comparisons"]])
    for step in report["steps"]:
        print_overlaps(step.get("overlaps", {}), step["dropped"] > 0)
    click.echo(f"report: {folder / 'report.html'}")


def print_accounts(folder: Path) -> None:
    """Print what the models that a run asked took, stage by stage; nothing where none was asked."""
    from byeori.run.accounts import accounts
    from byeori.run.record import EventLog

    rows = accounts(EventLog(folder / "events.jsonl"))
    print_table(ACCOUNT_HEADER, [_account_row(row) for row in rows])


ACCOUNT_HEADER = (
    "models asked", "state", "answers", "from journal", "tokens read", "written", "cost",
    "sent", "again", "failed", "repeated after a kill",
)  # fmt: skip


def _account_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("answers", "answers_from_journal", "prompt_tokens", "completion_tokens")
    requests = ("sent", "sent_again", "failed", "repeated_after_a_kill")
    cost = f"{row['cost']:,.4g}" if "cost" in row else "-"
    return (
        row["stage"],
        row["state"],
        *(f"{row.get(name, 0):,.0f}" for name in names),
        cost,
        *(f"{row.get(f'requests_{name}', 0):,.0f}" for name in requests),
    )


def print_overlaps(overlaps: Mapping[str, Mapping[str, int]], removed: bool) -> None:
    """Print how many training examples overlap with which evaluator's items; of none, nothing."""
    found = {evaluator: reasons for evaluator, reasons in overlaps.items() if reasons}
    if found:
        click.echo(
            f"training examples that overlap with items ({'removed' if removed else 'KEPT'}):"
        )
        print_table((), [("  " + name, reason, n) for name, reason, n in overlap_rows(found)])


SCORE_HEADER = (
    "evaluation", "metric", "model", "items", "base", "tuned", "difference", "p", "unscored",
)  # fmt: skip


def _score_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    test = row["test"]
    unscored = row["unscored_baseline"] + row["unscored_tuned"]
    return (
        row["evaluator"],
        row["metric"],
        f"{row['model']} vs {row['baseline_model']}",
        str(row["items"]),
        estimate(row["baseline"]),
        estimate(row["tuned"]),
        estimate(row["difference"], signed=True),
        "-" if test is None else f"{test['p_adjusted']:.2g}",
        str(unscored),
    )


def estimate(figure: Mapping[str, Any] | None, *, signed: bool = False) -> str:
    """A figure with its interval, as `report.json` has them."""
    if figure is None:
        return "-"
    form = "+.3f" if signed else ".3f"
    text = format(figure["value"], form)
    if figure["low"] is None:
        return f"{text} [no interval]"
    return f"{text} [{figure['low']:{form}}, {figure['high']:{form}}]"
