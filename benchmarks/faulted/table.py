"""How the numbers of `generation_faults.py` are shown."""

from typing import Any

from faulted.runs import Made


def summary(calm: Made, made: Made) -> dict[str, Any]:
    """The numbers, by name."""
    return {
        "documents": made.documents,
        "examples": made.examples.total(),
        "examples_per_document": made.examples.total() / made.documents,
        "requests": made.requests,
        "requests_per_item": made.requests / made.items,
        "requests_per_item_without_kills": _undisturbed(made),
        "faults": dict(sorted(made.faulted.items())),
        "fault_rate": made.faulted.total() / made.requests,
        "kills": made.kills,
        "in_flight_at_kills": made.open_at_kills,
        "in_flight_repeated": made.repeated,
        "lost": made.lost,
        "committed_asked_again": made.again + calm.again,
        "bytes_equal": made.files == calm.files,
        "files": len(calm.files),
        "seconds": made.seconds,
    }


def table(calm: Made, made: Made) -> str:
    """A Markdown table: the fault-free run, and that with faults and kills."""
    share = f"{made.faulted.total() / made.requests:.1%}"
    rows = [
        ("documents", calm.documents, made.documents),
        ("examples", calm.examples.total(), made.examples.total()),
        ("examples a document", *(f"{m.examples.total() / m.documents:.2f}" for m in (calm, made))),
        ("documents without an example", *(m.documents - len(m.examples) for m in (calm, made))),
        ("HTTP requests", calm.requests, made.requests),
        ("requests an item", *(f"{m.requests / m.items:.3f}" for m in (calm, made))),
        ("— without those after a kill", *(f"{_undisturbed(m):.3f}" for m in (calm, made))),
        ("injected faults", calm.faulted.total(), f"{made.faulted.total()} ({share})"),
        *((f"— {name}", 0, count) for name, count in sorted(made.faulted.items())),
        ("kills", calm.kills, made.kills),
        ("on the way at a kill", "", made.open_at_kills),
        ("of these asked once more", "", made.repeated),
        ("**committed answers lost**", "", made.lost),
        ("**committed answers asked for again**", calm.again, made.again),
        ("**bytes equal**", "", _equal(calm, made)),
        ("seconds", f"{calm.seconds:.0f}", f"{made.seconds:.0f}"),
    ]
    head = ["| | no faults | faults and kills |", "| --- | ---: | ---: |"]
    return "\n".join([*head, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def _undisturbed(made: Made) -> float:
    """Requests an item, without those that a kill made necessary."""
    return (made.requests - made.repeated) / made.items


def _equal(calm: Made, made: Made) -> str:
    different = {name for name, _ in calm.files.items() ^ made.files.items()}
    return f"no: {', '.join(sorted(different))}" if different else f"yes ({len(calm.files)} files)"
