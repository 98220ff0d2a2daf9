"""Runs a plan: makes every stage that is not there yet, and writes the report."""

from byeori.run.engine import Run, execute

__all__ = ["Run", "execute"]
