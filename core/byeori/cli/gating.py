"""Ends a finished run that its own gate forbids."""

import json
from pathlib import Path
from typing import Any

from byeori.errors import GateBlockedError


def end_if_blocked(folder: Path) -> None:
    """See what `compare.fail_if` decided in a finished run, or in every variant of a sweep.

    Raises:
        GateBlockedError: a rule blocks the run; of a sweep, every variant that was finished.
    """
    gates = json.loads((folder / "report.json").read_text(encoding="utf-8")).get("gates") or []
    if isinstance(gates, list):
        reasons = _blocking(gates)
    else:
        by_variant = {name: _blocking(found) for name, found in gates.items()}
        blocked = bool(by_variant) and all(by_variant.values())
        pairs = [(name, reason) for name, found in by_variant.items() for reason in found]
        reasons = [f"{name}: {reason}" for name, reason in pairs] if blocked else []
    if reasons:
        raise GateBlockedError(reasons)


def _blocking(gates: list[dict[str, Any]]) -> list[str]:
    return [gate["reason"] for gate in gates if gate["blocked"]]
