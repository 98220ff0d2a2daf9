"""The evaluator `judge`: other models score answers by a rubric."""

from byeori_plugins.evaluators.judge.config import JudgeConfig
from byeori_plugins.evaluators.judge.evaluator import Judge

__all__ = ["Judge", "JudgeConfig"]
