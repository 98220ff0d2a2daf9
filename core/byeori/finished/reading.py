"""Reads what a finished run left in its folder: report, plan and every score."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byeori.errors import DataError, suggest
from byeori.records import Score
from byeori.report import Report, from_json

COLUMNS = ("evaluator", "metric", "model", "item_id", "document_id", "value")


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """One finished run.

    Attributes:
        name: as it was asked for.
        folder: where it lies.
        report, plan: its `report.json` and `plan.json`.
        scores: one for each item, model, evaluator and metric, without answers.
        clusters: by item id, its document's id; empty where it has none.
    """

    name: str
    folder: Path
    report: Report
    plan: Mapping[str, Any]
    scores: tuple[Score, ...]
    clusters: Mapping[str, str]

    @property
    def stale(self) -> bool:
        """Whether the report belongs to an earlier plan than `plan.json`."""
        return bool(self.report.provenance.plan != self.plan.get("fingerprint"))


def read_run(runs: Path, name: str) -> FinishedRun:
    """Read a run by its name in a workspace, or by the path of its folder.

    Args:
        runs: the workspace's folder of runs.
        name: `NAME`, `NAME/VARIANT`, or a path, also of another workspace's run.

    Raises:
        DataError: no such run, one that is not finished, a sweep, or files that cannot be read.
    """
    folder = runs / name
    if not (folder / "report.json").is_file() and (Path(name) / "report.json").is_file():
        folder = Path(name)
    if not (folder / "report.json").is_file():
        plans = [*runs.glob("*/plan.json"), *runs.glob("*/*/plan.json")]
        known = sorted(path.parent.relative_to(runs).as_posix() for path in plans)
        if name in known:
            raise DataError(f"run {name!r} is not finished; `byeori run` goes on with it")
        raise DataError(f"no run is named {name!r} in {runs.parent}{suggest(name, known)}")
    text = (folder / "report.json").read_text(encoding="utf-8", errors="replace")
    if "contests" in _json(folder / "report.json", text):
        variants = sorted(path.parent.name for path in folder.glob("*/report.json"))
        raise DataError(
            f"{name!r} is a sweep: name its variants, such as {name}/{(variants or ['VARIANT'])[0]}"
        )
    plan_file = folder / "plan.json"
    plan = _json(plan_file, plan_file.read_text(encoding="utf-8") if plan_file.is_file() else "{}")
    scores, clusters = _scores(folder / "scores.parquet")
    return FinishedRun(name, folder, from_json(text), plan, scores, clusters)


def _json(path: Path, text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise DataError(f"{path} is broken ({error}); run the recipe again") from error
    return value if isinstance(value, dict) else {}


def _scores(path: Path) -> tuple[tuple[Score, ...], dict[str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.read_table(path, columns=list(COLUMNS)).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read ({error}); run the recipe again") from error
    scores = tuple(
        Score(
            item_id=row["item_id"],
            metric=row["metric"],
            value=row["value"],
            model=row["model"],
            evaluator=row["evaluator"],
        )
        for row in rows
    )
    return scores, {row["item_id"]: row["document_id"] or "" for row in rows}
