"""How many rows each stage of a run made and dropped, and why, with an example of each reason."""

from collections import Counter
from typing import Any

from byeori.browsing.run_data import DataStage
from byeori.browsing.table import batches, rejects


def overview(stage: DataStage) -> dict[str, Any]:
    """A stage in figures.

    Returns:
        `stage`, `kind`, `component`, `state`, `rows` (so far), `files` (rows by file), `dropped`,
        and `reasons`: `{"step", "reason", "rows", "where", "example"}`, the most frequent first.
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
        "reasons": [
            {
                "step": step,
                "reason": reason,
                "rows": n,
                "where": first[step, reason]["where"],
                "example": first[step, reason]["text"],
            }
            for (step, reason), n in counted.most_common()
        ],
    }
