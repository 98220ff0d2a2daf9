"""Makes the stages of a plan in order, each once, whatever happened before."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from byeori.context import Context, Progress
from byeori.errors import ByeoriError, PluginError, RecipeError, StoppedError
from byeori.ledger import Ledger
from byeori.models.cache import ModelCache
from byeori.plan import Plan, Stage
from byeori.plugins import call_all
from byeori.report import Report
from byeori.run.accounts import INTERRUPTED, tell_interrupted
from byeori.run.collect import write_run_report
from byeori.run.energy import energy_measured
from byeori.run.record import EventLog, write_plan
from byeori.stages import MAKERS
from byeori.stages.job import REJECTS, Job, RejectLog
from byeori.store import Artifact, Workspace
from byeori.store.answers import AnswerJournal
from byeori.store.artifacts import DamagedArtifactError
from byeori.store.files import OUT_OF_SPACE, open_folder


@dataclass
class Run:
    """One run of a plan in a workspace.

    Attributes:
        plan, workspace: what runs where.
        progress: where progress is shown.
        artifacts: finished stages so far, by id.
        made: ids of the stages made by this process; the others were there already.
        report: what the run shows, once it is done.
    """

    plan: Plan
    workspace: Workspace
    progress: Progress
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    report: Report | None = None

    @property
    def folder(self) -> Path:
        """Where the run's recipe, plan and report lie."""
        folder = self.workspace.run_folder(self.plan.recipe.name, self.plan.source.variant)
        return folder / "sample" if self.plan.sample else folder


@dataclass
class Seen:
    """What earlier plans of this process have brought already, by fingerprint.

    Attributes:
        artifacts: finished stages, their checksums compared.
        failed: stages that could not be made, and why.
    """

    artifacts: dict[str, Artifact] = field(default_factory=dict)
    failed: dict[str, ByeoriError] = field(default_factory=dict)


def execute(plan: Plan, workspace: Workspace, progress: Progress) -> Run:
    """Make every stage that is not there yet.

    Raises:
        WorkspaceBusyError: another process is running in the workspace.
        StoppedError: the disk is full, or a stage stopped; running again goes on from here.
        DataError, PluginError: a stage cannot be made.
        RecipeError: a setting turned out not to fit the model.
    """
    with holding(workspace):
        return bring_all(plan, workspace, progress, Seen())


def bring_all(plan: Plan, workspace: Workspace, progress: Progress, seen: Seen) -> Run:
    """Make every stage that is not there yet, in a workspace this process holds."""
    run = Run(plan, workspace, progress)
    open_folder(run.folder)
    write_plan(plan, run.folder)
    events = EventLog(run.folder / "events.jsonl")
    with AnswerJournal(workspace.answers) as answers:
        tell_interrupted(answers, run.folder / INTERRUPTED, progress)
        engine = _Engine(run, answers, events, seen)
        for number, stage in enumerate(plan.stages, start=1):
            engine.bring(stage, f"[{number}/{len(plan.stages)}] {stage.id}")
    if not plan.sample:
        run.report = write_run_report(run, events)
    return run


@contextmanager
def holding(workspace: Workspace) -> Iterator[None]:
    """Hold a workspace, tidied; a disk that is full or fails stops the run resumably."""
    try:
        with workspace.hold():
            workspace.artifacts.tidy()
            workspace.cache.tidy()
            yield
    except OSError as error:
        if error.errno not in OUT_OF_SPACE:
            raise StoppedError(
                f"the workspace {workspace.folder} cannot be used: {error}; put that right, or "
                "choose another with --workspace"
            ) from error
        raise StoppedError(
            f"no space left for the workspace {workspace.folder} ({error.strerror}); "
            "nothing finished is lost: free some space and run again"
        ) from error


class _Engine:
    """Brings one stage after the other: from the store, or by making it."""

    def __init__(self, run: Run, answers: AnswerJournal, events: EventLog, seen: Seen) -> None:
        self.run, self.answers, self.events, self.seen = run, answers, events, seen
        self.measured: dict[str, float] = {}
        self.ledger = Ledger()
        self.models = ModelCache()
        self.store = run.workspace.artifacts

    def bring(self, stage: Stage, label: str) -> None:
        """See that the stage's artifact is there."""
        if error := self.seen.failed.get(stage.fingerprint):
            raise error
        artifact = self.seen.artifacts.get(stage.fingerprint) or self._brought(stage, label)
        self.run.artifacts[stage.id] = self.seen.artifacts[stage.fingerprint] = artifact

    def _brought(self, stage: Stage, label: str) -> Artifact:
        try:
            return self._found(stage, label) or self._made(stage, label)
        except ByeoriError as error:
            self.seen.failed[stage.fingerprint] = error
            raise

    def _found(self, stage: Stage, label: str) -> Artifact | None:
        try:
            artifact = self.store.find(stage.fingerprint)
        except DamagedArtifactError as damage:
            aside = self.store.set_aside(stage.fingerprint)
            self.run.progress.message(
                f"{label}: damaged ({damage}); moved to {aside}, making it again"
            )
            return None
        if artifact is not None:
            self.run.progress.message(f"{label}: done before")
        return artifact

    def _made(self, stage: Stage, label: str) -> Artifact:
        self._call("byeori_before_stage", stage=stage)
        if stage.kind == "tuning":
            self.models.clear()
        self.measured.clear()
        self.ledger = Ledger()
        started = time.monotonic()
        try:
            with energy_measured(self.measured):
                artifact = self._make(stage)
        except RecipeError as error:
            self._failed(stage, error)
            raise placed(error, stage, self.run.plan) from error
        except BaseException as error:
            self._failed(stage, error)
            raise
        seconds = time.monotonic() - started
        self.events.add(stage.id, stage.fingerprint, seconds, self.measured)
        self.run.made.append(stage.id)
        counts = describe_counts(artifact.counts)
        self.run.progress.message(f"{label}: {counts} ({seconds:.1f} s)")
        self._call("byeori_after_stage", stage=stage, artifact=artifact)
        return artifact

    def _make(self, stage: Stage) -> Artifact:
        run, making = self.run, self.store.start(stage.fingerprint)
        context = Context(
            stage=stage.id,
            seed=stage.seed,
            output=making.output,
            scratch=making.scratch,
            answers=self.answers,
            ledger=self.ledger,
            cache=run.workspace.cache.folder,
            on_measure=self.measured.update,
            progress_display=run.progress,
        )
        inputs = {name: run.artifacts[name] for name in stage.inputs}
        with RejectLog(making.output / REJECTS) as rejects:
            job = Job(run.plan, stage, inputs, context, rejects, self.models, self.store.folder)
            counts = MAKERS[stage.kind](job)
        self.measured |= self.ledger.measured()
        if not stage.unchanged():
            raise StoppedError(
                f"a file that {stage.id} reads was changed while it was read; run again"
            )
        return self.store.finish(making, _manifest(run.plan, stage, counts, rejects.by_reason()))

    def _call(self, hook: str, **arguments: object) -> None:
        call_all(self.run.plan.registry, hook, run=self.run, **arguments)

    def _failed(self, stage: Stage, error: BaseException) -> None:
        """Tell the plugins; what one of them raises must not hide what really happened."""
        self.events.add_stopped(stage.id, stage.fingerprint, self.ledger.measured())
        try:
            self._call("byeori_stage_failed", stage=stage, error=error)
        except PluginError as another:
            self.run.progress.message(str(another))


def placed(error: RecipeError, stage: Stage, plan: Plan) -> RecipeError:
    """A mistake that only a loaded model could show, with its place in the recipe."""
    mistakes = []
    for mistake in error.mistakes:
        field = mistake.path.removeprefix(stage.id).removeprefix(".")
        path = (*plan.place(stage.id), *(field.split(".") if field else ()))
        mistakes.append(plan.source.mistake(path, mistake.message))
    return RecipeError(mistakes, started=True)


def _manifest(
    plan: Plan, stage: Stage, counts: Mapping[str, Any], rejects: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "stage": stage.id,
        "kind": stage.kind,
        "steps": list(stage.identities),
        "inputs": {name: plan.by_id[name].fingerprint for name in stage.inputs},
        "seed": stage.seed,
        "counts": dict(counts),
        "rejects": dict(rejects),
    }


def describe_counts(counts: Mapping[str, Any]) -> str:
    """Counts in a line: `train 60, validation 9`."""
    return ", ".join(f"{name} {n}" for name, n in counts.items() if isinstance(n, int)) or "done"
