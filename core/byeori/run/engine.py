"""Makes the stages of a plan in order, each once, whatever happened before."""

import errno
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from byeori.context import Context, Progress
from byeori.errors import StoppedError
from byeori.models.cache import ModelCache
from byeori.plan import Plan, Stage
from byeori.plugins import call_all
from byeori.run.record import EventLog, write_plan
from byeori.stages import MAKERS
from byeori.stages.job import REJECTS, Job, RejectLog
from byeori.store import Artifact, Making, Workspace
from byeori.store.answers import AnswerJournal
from byeori.store.artifacts import DamagedArtifactError

OUT_OF_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass
class Run:
    """One run of a plan in a workspace.

    Attributes:
        plan, workspace: what runs where.
        progress: where progress is shown.
        artifacts: finished stages so far, by id.
        made: ids of the stages made by this process; the others were there already.
    """

    plan: Plan
    workspace: Workspace
    progress: Progress
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where the run's recipe, plan and report lie."""
        return self.workspace.run_folder(self.plan.recipe.name)


def execute(plan: Plan, workspace: Workspace, progress: Progress) -> Run:
    """Make every stage that is not there yet.

    Raises:
        WorkspaceBusyError: another process is running in the workspace.
        StoppedError: the disk is full, or a stage stopped; running again goes on from here.
        DataError, PluginError: a stage cannot be made.
    """
    run = Run(plan, workspace, progress)
    with workspace.hold(), _stopping_when_full(workspace):
        workspace.artifacts.tidy()
        run.folder.mkdir(parents=True, exist_ok=True)
        write_plan(plan, run.folder)
        events = EventLog(run.folder / "events.jsonl")
        models = ModelCache()
        with AnswerJournal(workspace.answers) as answers:
            for number, stage in enumerate(plan.stages, start=1):
                label = f"[{number}/{len(plan.stages)}] {stage.id}"
                run.artifacts[stage.id] = _found(run, stage, label) or _made(
                    run, stage, label, models, answers, events
                )
        from byeori.run.collect import write_run_report

        write_run_report(run, events.seconds())
    return run


@contextmanager
def _stopping_when_full(workspace: Workspace) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in OUT_OF_SPACE:
            raise
        raise StoppedError(
            f"no space left for the workspace {workspace.folder} ({error.strerror}); "
            "nothing finished is lost: free some space and run again"
        ) from error


def _found(run: Run, stage: Stage, label: str) -> Artifact | None:
    store = run.workspace.artifacts
    try:
        artifact = store.find(stage.fingerprint)
    except DamagedArtifactError as damage:
        aside = store.set_aside(stage.fingerprint)
        run.progress.message(f"{label}: damaged ({damage}); moved to {aside}, making it again")
        return None
    if artifact is not None:
        run.progress.message(f"{label}: done before")
    return artifact


def _made(
    run: Run,
    stage: Stage,
    label: str,
    models: ModelCache,
    answers: AnswerJournal,
    events: EventLog,
) -> Artifact:
    call_all(run.plan.registry, "byeori_before_stage", stage=stage, run=run)
    if stage.kind == "tuning":
        models.clear()
    started = time.monotonic()
    making = run.workspace.artifacts.start(stage.fingerprint)
    try:
        artifact = _make(run, stage, making, models, answers)
    except BaseException as error:
        call_all(run.plan.registry, "byeori_stage_failed", stage=stage, error=error, run=run)
        raise
    seconds = time.monotonic() - started
    events.add(stage.id, stage.fingerprint, seconds)
    run.made.append(stage.id)
    run.progress.message(f"{label}: {describe_counts(artifact.counts)} ({seconds:.1f} s)")
    call_all(run.plan.registry, "byeori_after_stage", stage=stage, artifact=artifact, run=run)
    return artifact


def _make(
    run: Run, stage: Stage, making: Making, models: ModelCache, answers: AnswerJournal
) -> Artifact:
    context = Context(
        stage=stage.id,
        seed=run.plan.recipe.seed,
        output=making.output,
        scratch=making.scratch,
        answers=answers,
        progress_display=run.progress,
    )
    inputs = {name: run.artifacts[name] for name in stage.inputs}
    store = run.workspace.artifacts
    with RejectLog(making.output / REJECTS) as rejects:
        job = Job(run.plan, stage, inputs, context, rejects, models, store.folder)
        counts = MAKERS[stage.kind](job)
    return store.finish(making, _manifest(run.plan, stage, counts, rejects.by_reason()))


def _manifest(
    plan: Plan, stage: Stage, counts: Mapping[str, Any], rejects: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "stage": stage.id,
        "kind": stage.kind,
        "steps": [step if isinstance(step, str) else step.identity() for step in stage.steps],
        "inputs": {name: plan.by_id[name].fingerprint for name in stage.inputs},
        "seed": plan.recipe.seed,
        "counts": dict(counts),
        "rejects": dict(rejects),
    }


def describe_counts(counts: Mapping[str, Any]) -> str:
    """Counts in a line: `train 60, validation 9`."""
    return ", ".join(f"{name} {n}" for name, n in counts.items() if isinstance(n, int)) or "done"
