"""What a run keeps about itself: the recipe as given, the resolved plan, the seconds it took."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from byeori.plan import Plan, Sweep, Use
from byeori.recipe import RecipeSource
from byeori.store.files import write_atomically, write_json


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The resolved plan: stages with components, settings, inputs and fingerprints."""
    return {
        "name": plan.recipe.name,
        "fingerprint": plan.fingerprint,
        "seed": plan.recipe.seed,
        "prompt": plan.base.template.name,
        "base_model": {
            "path": plan.base.base,
            "revision": plan.base.revision,
            "fingerprint": plan.base.base_fingerprint,
        },
        "plugins": {
            plugin.name: {"distribution": plugin.distribution, "version": plugin.version}
            for plugin in plan.registry.plugins
            if not plugin.blocked and not plugin.error
        },
        "sample": plan.sample,
        "tiny": plan.source.tiny,
        "overrides": list(dict.fromkeys(plan.source.overrides.values())),
        "variant": plan.source.variant,
        "swept": dict(plan.source.swept),
        "stages": [
            {
                "id": stage.id,
                "kind": stage.kind,
                "fingerprint": stage.fingerprint,
                "inputs": list(stage.inputs),
                "components": [
                    {"step": step.step, **step.identity()}
                    for step in stage.steps
                    if isinstance(step, Use)
                ],
            }
            for stage in plan.stages
        ],
    }


def recipe_text(source: RecipeSource) -> str:
    """The recipe as given, below what changed it: options, and the variant of a sweep."""
    options = [f"# --set {option}\n" for option in dict.fromkeys(source.overrides.values())]
    variant = f"# --variant {source.variant}\n" if source.variant else ""
    tiny = "# --tiny\n" if source.tiny else ""
    return "".join([tiny, *options, variant, source.text])


def write_plan(plan: Plan, folder: Path) -> None:
    """Write `recipe.yaml` as given and `plan.json` as resolved."""
    write_atomically(folder / "recipe.yaml", plan.source.text)
    write_json(folder / "plan.json", plan_as_json(plan))


def sweep_as_json(sweep: Sweep) -> dict[str, Any]:
    """A sweep's variants, each with what the sweep sets in it and its resolved plan."""
    return {
        "name": sweep.name,
        "fingerprint": sweep.fingerprint,
        "variants": [plan_as_json(member.plan) for member in sweep.members],
    }


def write_sweep(sweep: Sweep, folder: Path) -> None:
    """Write `recipe.yaml` as given and `plan.json` with every variant's plan."""
    write_atomically(folder / "recipe.yaml", sweep.source.text)
    write_json(folder / "plan.json", sweep_as_json(sweep))


class EventLog:
    """How long each stage took, one JSON object a line; a cut last line is ignored."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(
        self, stage: str, fingerprint: str, seconds: float, measured: Mapping[str, float]
    ) -> None:
        """Record a finished stage, and what it measured itself."""
        row: dict[str, Any] = {"stage": stage, "fingerprint": fingerprint}
        row |= {"seconds": round(seconds, 3), "measured": dict(measured)}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def add_stopped(self, stage: str, fingerprint: str, measured: Mapping[str, float]) -> None:
        """Record what models took for a stage that was not finished."""
        if measured:
            row = {"stage": stage, "fingerprint": fingerprint, "measured": dict(measured)}
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    def seconds(self) -> dict[str, float]:
        """Seconds of each stage, by fingerprint, of the last time it was made."""
        return {name: float(row["seconds"]) for name, row in self._finished().items()}

    def measured(self) -> dict[str, dict[str, float]]:
        """What each stage measured the last time it was made, by fingerprint."""
        return {name: dict(row.get("measured") or {}) for name, row in self._finished().items()}

    def _finished(self) -> dict[str, dict[str, Any]]:
        found = {}
        for row in self.rows():
            try:
                float(row["seconds"])
                found[str(row["fingerprint"])] = row
            except (KeyError, TypeError, ValueError):
                continue
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        """All of them, in order, also of stages that were not finished."""
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                yield row
