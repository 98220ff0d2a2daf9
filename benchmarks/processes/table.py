"""The grid as a table."""

from collections.abc import Sequence

from processes.jobs import Row

HEAD = (
    "| training | strategy | loss | weights | seconds | one process | |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | --- |"
)


def line(row: Row) -> str:
    """One training."""
    if row.problem:
        reason = " ".join(row.problem.split())[:200]
        return f"| {row.method} | {row.strategy} | | | | | failed: {reason} |"
    return (
        f"| {row.method} | {row.strategy} | {row.loss:.1e} | {row.weight:.1e} "
        f"| {row.seconds:.0f} | {row.alone:.0f} | {'pass' if row.passed else 'FAIL'} |"
    )


def table(rows: Sequence[Row]) -> str:
    """All of them, in Markdown, and how many passed."""
    passed = sum(row.passed for row in rows)
    return "\n".join([HEAD, *map(line, rows), "", f"{passed} of {len(rows)} passed"])
