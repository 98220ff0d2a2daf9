"""Several processes: those that a launcher started `byeori run` in, and those it starts itself."""

from byeori.launching.meeting import Meeting, current_meeting, lead, serve
from byeori.launching.place import Place, forget_launch, launched, rank_in
from byeori.launching.workers import Task, WorkersFailedError, begin_work, run_workers

__all__ = [
    "Meeting",
    "Place",
    "Task",
    "WorkersFailedError",
    "begin_work",
    "current_meeting",
    "forget_launch",
    "launched",
    "lead",
    "rank_in",
    "run_workers",
    "serve",
]
