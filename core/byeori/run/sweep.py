"""Runs a sweep: one variant after the other in one workspace, then the one table."""

from dataclasses import dataclass, field
from pathlib import Path

from byeori.context import Progress
from byeori.errors import ByeoriError, StoppedError, VariantsFailedError
from byeori.plan import Sweep
from byeori.run.engine import Run, Seen, bring_all, holding
from byeori.run.record import write_sweep
from byeori.run.sweep_report import write_sweep_report
from byeori.store import Workspace
from byeori.store.files import open_folder


@dataclass
class SweepRun:
    """One run of a sweep in a workspace.

    Attributes:
        sweep, workspace: what runs where.
        runs: finished variants, by name.
        failed: variants that could not be finished, and why.
    """

    sweep: Sweep
    workspace: Workspace
    runs: dict[str, Run] = field(default_factory=dict)
    failed: dict[str, ByeoriError] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the sweep's recipe, plan and table lie, and a folder for each variant."""
        return self.workspace.run_folder(self.sweep.name)


def execute_sweep(sweep: Sweep, workspace: Workspace, progress: Progress) -> SweepRun:
    """Make every stage of every variant that is not there yet; equal stages are made once.

    A variant that fails does not keep the others from running: the table is written without it.

    Raises:
        StoppedError: as for `byeori.run.execute`; running again goes on from here.
        VariantsFailedError: some variants failed; the others' reports and the table are there.
    """
    run = SweepRun(sweep, workspace)
    seen = Seen()
    with holding(workspace):
        open_folder(run.folder)
        write_sweep(sweep, run.folder)
        for number, member in enumerate(sweep.members, start=1):
            progress.message(f"variant {member.name} ({number} of {len(sweep.members)})")
            try:
                run.runs[member.name] = bring_all(member.plan, workspace, progress, seen)
            except StoppedError:
                raise
            except ByeoriError as error:
                progress.message(f"variant {member.name} failed: {error}")
                run.failed[member.name] = error
        if run.runs:
            write_sweep_report(run)
    if run.failed:
        raise VariantsFailedError(run.failed, len(sweep.members), run.folder)
    return run
