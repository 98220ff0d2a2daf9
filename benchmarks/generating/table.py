"""How the numbers of `generation.py` are shown."""

from collections.abc import Sequence

from generating.measure import Row

NAMES = {
    "sdk": "openai SDK, one client, semaphore and gather",
    "aiohttp": "aiohttp alone: no retries, no checks, no journal",
    "byeori-plain": "byeori, no journal",
    "byeori": "byeori, every answer committed to the journal",
}


def table(rows: Sequence[Row]) -> str:
    """A Markdown table."""
    head = ["| client | in flight | CPU µs a request | requests a second | times the SDK |"]
    return "\n".join(
        [*head, "| --- | --- | --- | --- | --- |", *(_line(row, rows) for row in rows)]
    )


def _line(row: Row, rows: Sequence[Row]) -> str:
    times = ratio(rows, row.side, row.in_flight)
    return (
        f"| {NAMES[row.side]} | {row.in_flight} | {row.cpu:,.0f} | {row.rate:,.0f} | {times:.1f} |"
    )


def ratio(rows: Sequence[Row], side: str, in_flight: int) -> float:
    """How many times the SDK's requests a side makes in a second of processor time."""
    cpu = {row.side: row.cpu for row in rows if row.in_flight == in_flight}
    return cpu["sdk"] / cpu[side]


def summary(rows: Sequence[Row]) -> dict[str, float]:
    """What is promised, and the rest."""
    return {
        "client_vs_sdk": ratio(rows, "byeori", 256),
        "client_vs_sdk_64": ratio(rows, "byeori", 64),
        "client_vs_sdk_without_journal": ratio(rows, "byeori-plain", 256),
        "client_vs_sdk_without_journal_64": ratio(rows, "byeori-plain", 64),
    }
