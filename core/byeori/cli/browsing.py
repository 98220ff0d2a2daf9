"""`byeori data`: documents, examples and drops of a run, on a terminal or as JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byeori.cli.options import json_option, open_workspace, print_json, workspace_option
from byeori.cli.tables import print_table

if TYPE_CHECKING:
    from byeori.browsing import Page, RunData, Wanted, Way

SHORT = 300
"""Characters of a text that are shown without `--full`."""
_ASKED = ("instruction", "input", "output")
_SHOWN_APART = ("id", "stage", "split", "metadata")


@click.command("data")
@click.argument("run")
@click.option("--stage", default="", help="A stage (examples), or a filter (filters.0).")
@click.option("--search", multiple=True, metavar="TEXT", help="Rows in which TEXT stands.")
@click.option("--where", "conditions", multiple=True, metavar="FIELD=VALUE", help="Or != or ~.")
@click.option("--dropped", metavar="REASON", help="Dropped rows with this in their reason.")
@click.option("--lineage", is_flag=True, help="With prompt, answer, filters and split of each.")
@click.option("--limit", type=click.IntRange(1), help="Rows a page.  [default: 20]")
@click.option("--page", type=click.IntRange(1), help="Which page.  [default: 1]")
@click.option("--full", is_flag=True, help="Texts whole.")
@workspace_option
@json_option
def data_command(
    run: str,
    stage: str,
    search: Sequence[str],
    conditions: Sequence[str],
    dropped: str | None,
    lineage: bool,
    limit: int | None,
    page: int | None,
    full: bool,
    workspace: Path,
    as_json: bool,
) -> None:
    """Look at the documents, examples and drops of RUN, also of one that is not finished.

    \b
    byeori data RUN                            what each stage made and dropped, and why
    byeori data RUN --stage examples           the examples, page by page
    byeori data RUN --dropped "" --search 전해질  whatever was dropped and speaks of that
    """
    from byeori.browsing import ways

    found = _open(workspace, run)
    chosen = (stage, search, conditions, lineage, full, limit, page, dropped is not None)
    if not any(chosen):
        _print_overview(found, as_json)
        return
    limit, page = limit or 20, page or 1
    wanted = _wanted(search, conditions)
    if dropped is None and stage and found.stage(stage).id != stage:
        dropped = ""  # of a filter there are no rows but those it dropped
    shown = _page(found, stage, wanted, dropped, (page - 1) * limit, limit)
    ids = [row.get("id") or row["where"] for row in shown.rows]
    told = ways(found, ids) if lineage else {}
    if as_json:
        rows = [
            row | ({"lineage": told[id_].as_json()} if id_ in told else {})
            for row, id_ in zip(shown.rows, ids, strict=True)
        ]
        print_json({"rows": rows, "start": shown.start, "total": shown.total})
        return
    for number, (row, id_) in enumerate(zip(shown.rows, ids, strict=True), start=shown.start + 1):
        was = (told[id_].row or {}) if id_ in told and "where" in row else {}
        print_row(number, {**{name: was.get(name) for name in _ASKED}, **row}, full)
        if id_ in told:
            _print_way(told[id_], full)
    _print_foot(shown, page, limit)
    if not shown.total and dropped is None:
        _print_hint(found, stage, wanted)


def _open(workspace: Path, run: str) -> "RunData":
    from byeori.browsing import open_run

    return open_run(open_workspace(workspace), run)


def _wanted(search: Sequence[str], conditions: Sequence[str]) -> "Wanted":
    from byeori.browsing import Wanted, condition

    try:
        return Wanted(tuple(search), tuple(condition(text) for text in conditions))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--where") from None


def _page(
    run: "RunData", stage: str, wanted: "Wanted", dropped: str | None, start: int, limit: int
) -> "Page":
    from byeori.browsing import drops, rows

    try:
        if dropped is None:
            chosen = [run.stage(stage)] if stage else _default_stages(run)
            return rows(chosen, wanted, start=start, limit=limit)
        chosen = [run.stage(stage)] if stage else list(run.stages)
        step = stage if chosen[0].id != stage else ""
        return drops(chosen, wanted, reason=dropped, step=step, start=start, limit=limit)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--where") from None


def _default_stages(run: "RunData") -> Sequence[Any]:
    """The examples as far as they got: filtered, or as the generators made them."""
    for kind in ("examples", "generator", "documents", "source"):
        stages = run.of_kind(kind)
        if any(stage.state == "done" for stage in stages):
            return stages
    return run.stages


def _print_overview(run: "RunData", as_json: bool) -> None:
    from byeori.browsing.overview import overview

    stages = [overview(stage) for stage in run.stages]
    if as_json:
        print_json({"run": run.name, "sample": run.sample, "stages": stages})
        return
    if run.sample:
        made = {s["rows"] for s in stages if s["kind"] == "documents" and s["state"] == "done"}
        click.echo(f"{run.name}: tried on {min({run.sample, *made}):,} documents")
    print_stages(stages)


def print_stages(stages: Sequence[Mapping[str, Any]]) -> None:
    """Print a table of stages, and why each dropped what it did."""
    table = [
        (s["stage"], _components(s), s["state"], f"{s['rows']:,}", f"{s['dropped']:,}")
        for s in stages
    ]
    print_table(("stage", "component", "state", "rows", "dropped"), table)
    filters = [one for stage in stages for one in stage["filters"]]
    if filters:
        click.echo()
        print_table(("filter", "component", "kept", "dropped", "rewrote"), map(_figures, filters))
    for one in filters:
        for what, n in one.get("counted", {}).items():
            click.echo(f"\n{one['step']} {one['component']} counted {n:,}: {what}")
    for reason in (reason for stage in stages for reason in stage["reasons"]):
        by = f"{reason['step']} {reason['component']}".strip()
        click.echo(f"\n{by} dropped {reason['rows']:,}: {reason['reason']}")
        one = ": ".join(filter(None, (reason["where"], _short(reason["example"], False))))
        click.echo(f"  such as {one}" if one else "", nl=bool(one))


def _components(stage: Mapping[str, Any]) -> str:
    several = len(stage["filters"]) > 1
    return f"{len(stage['filters'])} filters" if several else str(stage["component"])


def _figures(filter_: Mapping[str, Any]) -> tuple[str, ...]:
    figures = (f"{filter_[n]:,}" if n in filter_ else "-" for n in ("kept", "dropped", "rewrote"))
    return (filter_["step"], filter_["component"], *figures)


def _short(text: str, full: bool) -> str:
    flat = text if full else " ".join(text.split())
    return flat if full or len(flat) <= SHORT else flat[: SHORT - 1] + "…"


def print_row(number: int, row: Mapping[str, Any], full: bool) -> None:
    """Print one row, numbered, as `byeori data` does."""
    split = f" ({row['split']})" if "split" in row else ""
    click.echo(f"{number}. {row.get('id') or row['where']}  {row['stage']}{split}")
    for name, value in {**row, **row.get("metadata", {})}.items():
        if name not in _SHOWN_APART and name != "where" and value not in ("", None, [], {}, ()):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            click.echo(f"  {name}: {_short(text, full)}")


def _print_way(way: "Way", full: bool) -> None:
    if way.document:
        named = [way.document.get(name) for name in ("title", "origin", "licence")]
        click.echo(f"  <- document {way.document['id']}: {', '.join(n for n in named if n)}")
    if way.prompt:
        click.echo(f"  <- prompt: {_short(str(way.prompt[-1].get('content', '')), full)}")
    if way.answered_by:
        click.echo(f"  <- answer of {way.answered_by}: {_short(way.answer, full)}")
    if way.before:
        now = way.row or {}
        changed = [name for name, text in way.before.items() if now.get(name) != text]
        click.echo(f"  <- rewritten since it was made as {way.before['id']}")
        for name in (name for name in changed if name in (*_ASKED, "text", "title")):
            click.echo(f"     {name} was: {_short(str(way.before[name]), full)}")
    for step in way.steps:
        why = f" by {step['step']}: {step['reason']}" if "reason" in step else ""
        by = f" by {step['by']}" if "by" in step else ""
        click.echo(f"  -> {step['stage']}: {step['what']}{why}{by}")


def _print_foot(page: "Page", number: int, limit: int) -> None:
    if not page.rows:
        click.echo("no such rows" if not page.total else f"only {page.total:,} rows")
        return
    more = page.start + len(page.rows) < page.total
    last = f"{page.start + 1:,} to {page.start + len(page.rows):,} of {page.total:,}"
    click.echo(f"{last}" + (f"; --page {number + 1} shows more" if more else ""))


def _print_hint(run: "RunData", stage: str, wanted: "Wanted") -> None:
    """Tell of a key of the metadata that rows do not have, and whether documents have it."""
    from byeori.browsing import metadata_keys

    known = metadata_keys([run.stage(stage)] if stage else _default_stages(run))
    for one in wanted.where:
        head, _, key = one.field.partition(".")
        if head == "metadata" and key.partition(".")[0] not in known:
            there = ", ".join(f"metadata.{name}" for name in known) or "no metadata"
            click.echo(f"the first rows here have no {one.field}; there is {there}")
            if key.partition(".")[0] in metadata_keys(run.of_kind("documents")):
                click.echo("documents have it: --stage documents")
