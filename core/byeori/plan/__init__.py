"""The plan: every component resolved, every setting checked, the stages in order, nothing run."""

from byeori.plan.build import Plan, make_plan
from byeori.plan.stage import Stage, Use
from byeori.plan.sweep import PlannedVariant, Sweep, is_sweep, make_sweep, plan_recipe
from byeori.plan.variants import Variant

__all__ = [
    "Plan",
    "PlannedVariant",
    "Stage",
    "Sweep",
    "Use",
    "Variant",
    "is_sweep",
    "make_plan",
    "make_sweep",
    "plan_recipe",
]
