"""The data stages of a run, finished or not, as its `plan.json` and the workspace have them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from byeori.errors import DataError, suggest
from byeori.stages.documents import DOCUMENTS
from byeori.stages.examples import EXAMPLES
from byeori.stages.items import ITEMS
from byeori.stages.job import REJECTS
from byeori.stages.split import NAMES
from byeori.store import Workspace

FILES: Mapping[str, tuple[str, ...]] = {
    "source": (DOCUMENTS,),
    "documents": (DOCUMENTS,),
    "generator": (EXAMPLES,),
    "examples": (EXAMPLES,),
    "split": tuple(f"{name}.arrow" for name in NAMES),
    "items": (ITEMS,),
    "training": ("train.arrow", "validation.arrow"),
}
"""The files of rows that each kind of data stage makes."""


@dataclass(frozen=True)
class DataStage:
    """One stage of a run that makes rows.

    Attributes:
        id, kind, fingerprint: as in the plan.
        inputs: ids of the stages whose rows it is made of.
        steps: the components at work in it, by step: `filters.0` -> `length v1`.
        state: `done`, `being made` (or stopped on the way), or `to do`.
        folder: where its files are, whole or not; None where there are none.
        manifest: of a finished stage; else empty.
    """

    id: str
    kind: str
    fingerprint: str
    inputs: tuple[str, ...]
    steps: Mapping[str, str]
    state: str
    folder: Path | None
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def files(self) -> tuple[Path, ...]:
        """Its files of rows that are there."""
        if self.folder is None:
            return ()
        return tuple(p for name in FILES[self.kind] if (p := self.folder / name).exists())

    @property
    def rejects(self) -> Path | None:
        """Its file of dropped rows, or None."""
        path = None if self.folder is None else self.folder / REJECTS
        return path if path is not None and path.exists() else None


@dataclass(frozen=True)
class RunData:
    """The data stages of one run, in the order the data flows.

    Attributes:
        sample: how many documents the run was tried on, or 0 for a whole run.
    """

    name: str
    workspace: Workspace
    stages: tuple[DataStage, ...]
    sample: int = 0

    def stage(self, name: str) -> DataStage:
        """The stage of that id, or the one in which a step of that name works.

        Raises:
            DataError: there is none.
        """
        for stage in self.stages:
            if name == stage.id:
                return stage
        for stage in self.stages:
            if name in stage.steps:
                return stage
        known = [n for stage in self.stages for n in (stage.id, *stage.steps)]
        raise DataError(f"{self.name} has no data stage {name!r}{suggest(name, known)}")

    def of_kind(self, *kinds: str) -> list[DataStage]:
        """The stages of these kinds."""
        return [stage for stage in self.stages if stage.kind in kinds]


def open_run(workspace: Workspace, name: str) -> RunData:
    """The run's data stages; no row is read.

    Args:
        workspace: where it ran.
        name: the recipe's name, `NAME/VARIANT` of a sweep, or `NAME/sample`.

    Raises:
        DataError: there is no such run.
    """
    plan = read_plan(workspace, name)
    stages = tuple(_stage(workspace, entry) for entry in plan["stages"] if entry["kind"] in FILES)
    return RunData(name, workspace, stages, int(plan.get("sample") or 0))


def read_plan(workspace: Workspace, name: str) -> dict[str, Any]:
    """The resolved plan of one run, as `plan.json` has it.

    Raises:
        DataError: there is no such run, or it is a whole sweep.
    """
    path = workspace.run_folder(name) / "plan.json"
    try:
        plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        runs = workspace.folder / "runs"
        plans = [*runs.glob("*/plan.json"), *runs.glob("*/*/plan.json")]
        known = sorted(p.parent.relative_to(runs).as_posix() for p in plans)
        raise DataError(
            f"no run is named {name!r} in {workspace.folder}{suggest(name, known)}"
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}; run the recipe again") from error
    if "variants" in plan:
        names = [f"{name}/{variant['variant']}" for variant in plan["variants"]]
        raise DataError(f"{name} is a sweep; choose one of its variants: {', '.join(names[:10])}")
    return plan


def _stage(workspace: Workspace, entry: Mapping[str, Any]) -> DataStage:
    fingerprint = entry["fingerprint"]
    artifact = workspace.artifacts.peek(fingerprint)
    making = workspace.artifacts.folder / ".making" / fingerprint / "output"
    state, folder = "to do", None
    if artifact is not None:
        state, folder = "done", artifact.folder
    elif making.is_dir():
        state, folder = "being made", making
    return DataStage(
        entry["id"],
        entry["kind"],
        fingerprint,
        tuple(entry["inputs"]),
        {c["step"]: f"{c['component']} v{c['version']}" for c in entry["components"]},
        state,
        folder,
        artifact.manifest if artifact else {},
    )
