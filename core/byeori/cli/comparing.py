"""Commands on finished runs: compare them with each other, and ask what their items can see."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from byeori.cli.options import json_option, print_json, workspace_option
from byeori.cli.tables import print_table
from byeori.errors import Mistake, RecipeError

share = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...")
@click.option(
    "--test",
    type=click.Choice(["auto", "paired-t", "wilcoxon", "mcnemar", "permutation"]),
    default="auto",
    show_default=True,
    help="Test between runs.",
)
@click.option(
    "--correction",
    type=click.Choice(["holm", "benjamini-hochberg", "none"]),
    default="holm",
    show_default=True,
    help="Of p-values, for their number.",
)
@click.option("--confidence", type=share, default=0.95, show_default=True, help="Of intervals.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report.  [default: comparisons/A+B in the workspace]",
)
@workspace_option
@json_option
def compare_command(
    runs: Sequence[str],
    test: str,
    correction: str,
    confidence: float,
    seed: int,
    output: Path | None,
    workspace: Path,
    as_json: bool,
) -> None:
    """Compare the tuned models of finished runs on the items they have in common.

    RUN is a run's name, NAME/VARIANT of a sweep, or a run's folder in any workspace.
    """
    from byeori.cli.sweeps import print_sweep_headline
    from byeori.comparison import CompareSettings
    from byeori.finished import read_run
    from byeori.finished.table import compare_runs
    from byeori.report.serialise import sweep_to_json
    from byeori.report.write import write_sweep_files

    if len(set(runs)) < 2 or len(set(runs)) < len(runs):
        raise RecipeError([Mistake("", "byeori compare needs two or more different runs")])
    settings = CompareSettings.model_validate(
        {"test": test, "correction": correction, "confidence": confidence}
    )
    found = [read_run(workspace / "runs", name) for name in runs]
    report = compare_runs(found, settings, seed=seed)
    name = "+".join(run.replace("/", "-").strip("-.") for run in runs)
    folder = output or workspace / "comparisons" / name
    write_sweep_files(report, folder)
    print_sweep_headline(sweep_to_json(report), folder, as_json=as_json)


@click.command("power")
@click.argument("run", required=False)
@click.option("--difference", type=float, help="To be found; the one a RUN saw, if not given.")
@click.option("--items", type=click.IntRange(2), help="How many; those of RUN, if not given.")
@click.option("--changed", type=share, help="Right/wrong: share of items only one model has right.")
@click.option("--sd", type=click.FloatRange(0, min_open=True), help="Other scores: of differences.")
@click.option("--per-document", type=click.FloatRange(1), default=1.0, help="Items a document.")
@click.option(
    "--correlation", type=click.FloatRange(0, 1), default=0.0, help="Within a document (0 to 1)."
)
@click.option("--power", type=share, default=0.8, show_default=True, help="Chance that is wanted.")
@click.option("--confidence", type=share, default=0.95, show_default=True, help="Of the test.")
@workspace_option
@json_option
def power_command(
    run: str | None,
    difference: float | None,
    items: int | None,
    changed: float | None,
    sd: float | None,
    per_document: float,
    correlation: float,
    power: float,
    confidence: float,
    workspace: Path,
    as_json: bool,
) -> None:
    """Tell how many items a difference needs, and how small a one N items can see.

    \b
    byeori power RUN                                  from a run's own scores
    byeori power RUN --difference 0.02 --items 2000   and another difference, or more items
    byeori power --changed 0.15 --difference 0.02     right/wrong, from numbers alone (McNemar)
    byeori power --sd 1.2 --items 300                 other scores (paired t)
    """
    from byeori.finished.power import Asked

    asked = Asked(difference, items, power, confidence)
    if run is None:
        _from_numbers(asked, changed, sd, (per_document, correlation), as_json)
        return
    if changed is not None or sd is not None or per_document != 1 or correlation:
        message = "--changed, --sd, --per-document and --correlation are known of a RUN: leave out"
        raise RecipeError([Mistake("", f"{message} either them or RUN")])
    from byeori.finished import read_run
    from byeori.finished.power import power_of_run

    rows = list(power_of_run(read_run(workspace / "runs", run), asked))
    if as_json:
        print_json([asdict(row) for row in rows])
    elif rows:
        print_table(HEADER, [_cells(row) for row in rows])
        click.echo(_explained(asked))
    else:
        click.echo("no metric of this run has scores that differ between the models")


def _from_numbers(
    asked: Any, changed: float | None, sd: float | None, shared: tuple[float, float], as_json: bool
) -> None:
    from byeori.finished.power import figures
    from byeori.statistics import design_effect

    problem = ""
    if (changed is None) == (sd is None):
        problem = "give RUN, or --changed (right/wrong), or --sd (other scores)"
    elif asked.difference is None and asked.items is None:
        problem = "give --difference, or --items, or both"
    elif changed is not None and asked.difference is not None and abs(asked.difference) > changed:
        problem = "--difference cannot be larger than --changed: only items that change make one"
    elif asked.power <= 1 - asked.confidence:
        problem = "--power must be above 1 minus --confidence, which is met without a difference"
    if problem:
        raise RecipeError([Mistake("", problem)])
    effect = design_effect(*shared)
    found = figures(asked, asked.difference or 0.0, asked.items or 2, changed, sd or 0.0, effect)
    if asked.items is None:
        found |= {"power": None, "detectable": None}
    told = {"test": "paired t" if changed is None else "McNemar, exact", "design_effect": effect}
    told |= {"difference": asked.difference, "items": asked.items, **found}
    if as_json:
        print_json(told)
        return
    click.echo(_sentence(told, asked))


def _sentence(told: dict[str, Any], asked: Any) -> str:
    lines = []
    chance = f"{100 * asked.power:.4g} %"
    if told["items_needed"] is not None:
        lines.append(
            f"a difference of {abs(asked.difference):.4g} needs {told['items_needed']:,} items to "
            f"be found with a chance of {chance}"
        )
    if told["power"] is not None:
        lines.append(f"{asked.items:,} items find it with a chance of {100 * told['power']:.3g} %")
    if asked.items is not None and told["detectable"] is None:
        lines.append(f"{asked.items:,} items find no difference that often: too few change")
    elif told["detectable"] is not None:
        lines.append(
            f"{asked.items:,} items find a difference of {told['detectable']:.4g} with a chance of "
            f"{chance}"
        )
    test = f"test: {told['test']}, two-sided, at {100 * asked.confidence:.4g} % confidence"
    effect = told["design_effect"]
    shared = f"; items share documents: {effect:.3g} times as many are needed" if effect > 1 else ""
    return "\n".join([*lines, test + shared])


HEADER = (
    "evaluation", "metric", "model", "test", "items", "design effect", "changed or sd", "seen",
    "asked", "power", "items needed", "smallest seen",
)  # fmt: skip


def _cells(row: Any) -> tuple[str, ...]:
    spread = row.standard_deviation if row.changed is None else row.changed
    return (
        row.evaluator,
        row.metric,
        f"{row.model} vs {row.baseline_model}",
        row.test,
        f"{row.items:,}",
        f"{row.design_effect:.2f}",
        f"{spread:.3f}",
        f"{row.seen:+.3f} [{row.low:+.3f}, {row.high:+.3f}]",
        _figure(row.difference, "+.3f"),
        _figure(row.power, ".0%"),
        _figure(row.items_needed, ",d"),
        _figure(row.detectable, ".3f"),
    )


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _explained(asked: Any) -> str:
    chance = f"{100 * asked.power:.4g} %"
    return (
        f"power: chance that these items show the difference asked about (the one seen, where none "
        f"was given), two-sided at {100 * asked.confidence:.4g} % confidence; items needed and "
        f"smallest seen: for a chance of {chance}"
    )
