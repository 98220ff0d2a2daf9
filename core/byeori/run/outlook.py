"""What can be told of the stages of a plan that have not run, without running anything."""

import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byeori.components import COMPONENT_KINDS
from byeori.context import Context, Progress
from byeori.errors import ByeoriError, RecipeError
from byeori.estimates import Estimate
from byeori.models.cache import ModelCache
from byeori.plan import Plan, Stage
from byeori.run.engine import placed
from byeori.stages import ESTIMATORS
from byeori.stages.job import REJECTS, Job, RejectLog
from byeori.stages.tuning import model_like
from byeori.store import Artifact, Workspace


@dataclass(frozen=True)
class Outlook:
    """What is known of one stage that has not run.

    Attributes:
        stage: its id.
        estimates: what its component tells.
        missing: the stages that must have run before it can tell more.
        assumed: the model whose shape stands for that of one that does not exist yet, or empty.
        error: what the stage would stop with, or None.
    """

    stage: str
    estimates: tuple[Estimate, ...] = ()
    missing: tuple[str, ...] = ()
    assumed: str = ""
    error: ByeoriError | None = None

    def as_json(self) -> dict[str, Any]:
        """As `byeori run --dry-run --json` shows it; a bound that is unknown is null."""
        return {
            "estimates": [
                {
                    "name": estimate.name,
                    "low": estimate.low,
                    "high": None if math.isinf(estimate.high) else estimate.high,
                    "text": estimate.text,
                }
                for estimate in self.estimates
            ],
            "missing": list(self.missing),
            "assumed_model": self.assumed,
            "error": None if self.error is None else str(self.error),
        }


def outlooks(plan: Plan, workspace: Workspace, progress: Progress) -> Iterator[Outlook]:
    """What is known of each stage that is to run and whose component can tell, in order.

    Nothing is written into the workspace.
    """
    artifacts = {
        stage.id: artifact
        for stage in plan.stages
        if (artifact := workspace.artifacts.peek(stage.fingerprint)) is not None
    }
    for stage in plan.stages:
        if stage.id not in artifacts and _can_tell(stage):
            with tempfile.TemporaryDirectory() as folder:
                yield _outlook(plan, stage, artifacts, _context(stage, Path(folder), progress))


def _can_tell(stage: Stage) -> bool:
    """Whether the stage's component has an `estimate` of its own."""
    if stage.kind not in ESTIMATORS:
        return False
    entry = stage.use().entry
    own, default = (
        getattr(cls, "estimate", None) for cls in (entry.cls, COMPONENT_KINDS[entry.kind])
    )
    return own is not default


def _context(stage: Stage, folder: Path, progress: Progress) -> Context:
    output, scratch = folder / "output", folder / "scratch"
    output.mkdir()
    scratch.mkdir()
    return Context(stage.id, stage.seed, output, scratch, progress_display=progress)


def _outlook(
    plan: Plan, stage: Stage, artifacts: Mapping[str, Artifact], context: Context
) -> Outlook:
    start = stage.use().start if stage.kind == "tuning" else ""
    like = model_like(plan, start, artifacts) if start else ""
    missing = tuple(_missing(plan, stage, artifacts, unlike=start if like is None else ""))
    assumed = like if like and like != start else ""
    with RejectLog(context.output / REJECTS) as rejects:
        # Of finished stages everything may be read; the folder is that of the store.
        folder = next((a.folder.parent for a in artifacts.values()), context.output)
        job = Job(plan, stage, artifacts, context, rejects, ModelCache(), folder)
        try:
            return Outlook(stage.id, tuple(ESTIMATORS[stage.kind](job)), missing, assumed)
        except RecipeError as error:
            return Outlook(stage.id, (), missing, assumed, placed(error, stage, plan))
        except ByeoriError as error:
            return Outlook(stage.id, (), missing, assumed, error)


def _missing(
    plan: Plan, stage: Stage, artifacts: Mapping[str, Artifact], unlike: str
) -> Iterator[str]:
    """Stages that must run before a stage's input is known, named by what a recipe has of them.

    A model to start from is not among them if another of its shape stands in for it; `unlike` is
    one for which there is none.
    """
    use = stage.use()
    wanted = [name for name in stage.inputs if name in (unlike, *use.models) or name != use.start]
    before = {name for name in wanted if name not in artifacts}
    queue = list(before)
    while queue:
        new = {n for n in plan.by_id[queue.pop()].inputs if n not in artifacts and n not in before}
        before |= new
        queue += new
    at_work = [s.id for s in plan.stages if s.id in before and s.uses()]
    yield from at_work or [s.id for s in plan.stages if s.id in before]
