"""The plan: every component resolved, every setting checked, the stages in order, nothing run."""

from byeori.plan.build import Plan, make_plan
from byeori.plan.stage import Stage, Use

__all__ = ["Plan", "Stage", "Use", "make_plan"]
