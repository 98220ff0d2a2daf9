"""Runs a plan: makes every stage that is not there yet, and writes the report."""

from byeori.run.engine import Run, execute
from byeori.run.sweep import SweepRun, execute_sweep

__all__ = ["Run", "SweepRun", "execute", "execute_sweep"]
