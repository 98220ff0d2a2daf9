"""How many rows each stage of a run made and dropped, and why, with an example of each reason."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from byeori.browsing.run_data import DataStage
from byeori.browsing.table import batches, rejects


def overview(stage: DataStage) -> dict[str, Any]:
    """A stage in figures.

    Returns:
        `stage`, `kind`, `component`, `state`, `rows` (so far), `files` (rows by file), `dropped`,
        `filters` (see `filters`), and `reasons`: `{"step", "component", "reason", "rows", "where",
        "example"}`, the most frequent first.
    """
    whole = stage.state == "done"
    files = {p.stem: sum(b.num_rows for b in batches(p, whole=whole)) for p in stage.files}
    counted: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rejects([stage]):
        key = (row["step"], row["reason"])
        counted[key] += 1
        first.setdefault(key, row)
    return {
        "stage": stage.id,
        "kind": stage.kind,
        "component": ", ".join(stage.steps.values()),
        "state": stage.state,
        "rows": sum(files.values()),
        "files": files,
        "dropped": counted.total(),
        "filters": filters(stage, counted),
        "reasons": [
            {
                "step": step,
                "component": stage.steps.get(step, ""),
                "reason": reason,
                "rows": n,
                "where": first[step, reason]["where"],
                "example": first[step, reason]["text"],
            }
            for (step, reason), n in counted.most_common()
        ],
    }


def filters(stage: DataStage, dropped: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """The filters of a stage in figures, in their order.

    Args:
        stage: the stage.
        dropped: rows by step and reason, for filters that are still at work.

    Returns:
        `{"step", "component", "dropped"}` each, and of a finished stage `kept`, `rewrote` and
        `counted` (what else the filter counted, by what).
    """
    if stage.kind not in ("documents", "examples"):
        return []
    figures = stage.manifest.get("counts", {}).get("filters", {})
    found = []
    for step, component in stage.steps.items():
        so_far = sum(n for (where, _), n in dropped.items() if where == step)
        told = {"dropped": so_far, **figures.get(step, {})}
        found.append({**told, "step": step, "component": component})
    return found
