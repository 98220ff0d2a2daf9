"""The four kinds of task of KONI-4B-it, made of annotated records without a model."""

from byeori_science.tasks.generator import FINAL, Tasks, wordings
from byeori_science.tasks.kinds import KINDS, Kind, TaskName

__all__ = ["FINAL", "KINDS", "Kind", "TaskName", "Tasks", "wordings"]
