"""Finished runs, read back: compared with each other, or asked for their power."""

from byeori.finished.reading import FinishedRun, read_run

__all__ = ["FinishedRun", "read_run"]
