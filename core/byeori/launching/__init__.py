"""Several processes: those that a launcher started `byeori run` in, and those it starts itself."""

from byeori.launching.meeting import Meeting, attending, current_meeting, serve
from byeori.launching.place import Place, launched
from byeori.launching.workers import Task, WorkersFailedError, begin_work, run_workers

__all__ = [
    "Meeting",
    "Place",
    "Task",
    "WorkersFailedError",
    "attending",
    "begin_work",
    "current_meeting",
    "launched",
    "run_workers",
    "serve",
]
