"""Runs recipes and papers as a user does, and reads what came of them."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable
from importlib.resources import as_file
from pathlib import Path
from typing import Any

from byeori.plan import Plan, Sweep, plan_recipe
from byeori.plugins import discover
from byeori.recipe import RecipeSource, read_recipe

Rows = dict[str, Any]


def tiny_recipes() -> dict[str, RecipeSource]:
    """Every shipped recipe that has a tiny form, and those that are small as they are."""
    found = {}
    for name, file in discover().recipes().items():
        with as_file(file) as path:
            source = read_recipe(path)
            tiny = bool(source.data.get("tiny"))
            if tiny or _small(source):
                found[name] = read_recipe(path, tiny=tiny)
    return found


def _small(source: RecipeSource) -> bool:
    """Whether a recipe is on the small base model as it is."""
    base = source.data.get("base_model")
    return isinstance(base, dict) and str(base.get("path", "")).startswith("builtin:")


def check_recipes(names: Iterable[str]) -> None:
    """Plan each recipe.

    Raises:
        RecipeError: one of them cannot run.
    """
    sources = tiny_recipes()
    for name in names:
        plan_recipe(sources[name], discover())


def measure_recipes(
    names: Iterable[str],
    measured: Rows,
    workspace: Path,
    keep: Callable[[], None],
    lenders: Iterable[Path] = (),
) -> dict[str, str]:
    """Run each recipe that is not known as it is now; returns what failed.

    Args:
        names: shipped recipes.
        measured: its `recipes` are filled in by name; what a run took that was not finished is
            kept in `unfinished`, and counted when it is. `keep` is called after each.
        workspace: where the recipes' own workspaces lie.
        lenders: other workspaces, whose finished stages are taken; the time of a recipe that had
            one of its stages lent is None.
    """
    sources, failed = tiny_recipes(), {}
    for name in names:
        plan = plan_recipe(sources[name], discover())
        if measured["recipes"].get(name, {}).get("plan") == plan.fingerprint:
            continue
        own = _own_workspace(name, plan.fingerprint, measured["unfinished"], workspace)
        lent = [_lend(lender / "artifacts", own / "artifacts", _stages(plan)) for lender in lenders]
        command = ["run", name, *(["--tiny"] if sources[name].tiny else [])]
        print(f"byeori {' '.join(command)}", flush=True)
        code, seconds, errors = _run(command, own)
        begun = measured["unfinished"][name]
        begun["cpu_seconds"] = None if any(lent) else _sum(begun["cpu_seconds"], seconds)
        keep()
        if code:
            failed[name] = errors
            continue
        folder = own / "runs" / (plan.recipe.name if isinstance(plan, Plan) else plan.name)
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        measured["recipes"][name] = {
            "command": f"byeori {' '.join(command)}",
            "plan": plan.fingerprint,
            "cpu_seconds": measured["unfinished"].pop(name)["cpu_seconds"],
            "figures": list(_figures(report)),
        }
        keep()
    return failed


def _sum(before: float | None, seconds: float) -> float | None:
    return None if before is None else round(before + seconds, 1)


def _stages(plan: Plan | Sweep) -> set[str]:
    if isinstance(plan, Sweep):
        return set(plan.stages())
    return {stage.fingerprint for stage in plan.stages}


def _own_workspace(name: str, plan: str, unfinished: Rows, workspace: Path) -> Path:
    """A recipe's own workspace, so that its time is its own; empty but for this very plan's."""
    own = workspace / name.replace("/", "-")
    if unfinished.get(name, {}).get("plan") != plan:
        shutil.rmtree(own, ignore_errors=True)
        unfinished[name] = {"plan": plan, "cpu_seconds": 0.0}
    return own


def _run(arguments: list[str], workspace: Path) -> tuple[int, float, str]:
    """Exit code, processor seconds and last errors of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "byeori", *arguments, "--workspace", str(workspace), "--quiet"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.returncode, seconds, done.stderr.strip()[-500:]


def _figures(report: Rows) -> Iterable[Rows]:
    """The first metric of a report, for each of its models; of a sweep for each variant."""
    if "contests" in report:
        rows = [(row["name"], row["comparison"]) for row in report["rows"]]
    else:
        rows = [(row["model"], row) for row in report["comparisons"]]
    first = [(row["evaluator"], row["metric"]) for _, row in rows][:1]
    for name, row in rows:
        if [(row["evaluator"], row["metric"])] == first:
            sides = {side: row[side] for side in ("baseline", "tuned", "difference")}
            test = row["test"] and row["test"]["p_adjusted"]
            yield {
                "model": name,
                "against": row["baseline_model"],
                "evaluator": row["evaluator"],
                "metric": row["metric"],
                "items": row["items"],
                "p_adjusted": test,
                **{side: _estimate(value) for side, value in sides.items()},
            }


def _estimate(value: Rows | None) -> list[float | None] | None:
    """Value, low and high, with as many digits as are shown."""
    if value is None:
        return None
    return [None if value[k] is None else round(value[k], 4) for k in ("value", "low", "high")]


def measure_papers(known: Rows, workspace: Path, keep: Callable[[], None]) -> dict[str, str]:
    """Set every paper beside the runs of the recipes; returns what failed."""
    failed, together = {}, workspace / "papers"
    for artifacts in workspace.glob("*/artifacts"):
        if artifacts.parent != together:
            _lend(artifacts, together / "artifacts")
    for name, paper in discover().papers().items():
        print(f"byeori reproduce {name}", flush=True)
        code, _, errors = _run(["reproduce", name], together)
        if code:
            failed[name] = errors
        page = together / "reproductions" / name / "report.json"
        if page.is_file():
            tables = json.loads(page.read_text(encoding="utf-8"))["tables"]
            known[name] = {
                "title": paper.title,
                "tables": [
                    {key: table[key] for key in ("table", "shows", "mark", "says", "recipes")}
                    for table in tables
                ],
            }
            keep()
    return failed


def _lend(artifacts: Path, other: Path, wanted: Collection[str] | None = None) -> int:
    """Give another workspace the finished stages of one, by name, which says all they hold.

    Returns:
        How many it was given.
    """
    lent = 0
    for stage in artifacts.iterdir() if artifacts.is_dir() else ():
        if wanted is not None and stage.name not in wanted:
            continue
        if (stage / "manifest.json").is_file() and not (other / stage.name).exists():
            shutil.copytree(stage, other / stage.name)
            lent += 1
    return lent
