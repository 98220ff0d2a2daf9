"""Instructions that a program can check: the 25 kinds of IFEval (Zhou et al. 2023), Korean too."""

from byeori_plugins.evaluators.instructions.checks import (
    CHECKS,
    followed,
    instruction_problem,
    variants,
)

__all__ = ["CHECKS", "followed", "instruction_problem", "variants"]
