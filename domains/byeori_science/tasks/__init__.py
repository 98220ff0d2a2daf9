"""The four kinds of task of KONI-4B-it, made of annotated records without a model."""

from byeori_science.tasks.generator import Tasks
from byeori_science.tasks.kinds import KINDS, Kind, TaskName

__all__ = ["KINDS", "Kind", "TaskName", "Tasks"]
