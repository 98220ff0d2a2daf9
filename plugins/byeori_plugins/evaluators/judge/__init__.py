"""The evaluator `judge`: other models score answers by a rubric."""

from byeori_plugins.evaluators.judge.config import JudgeConfig
from byeori_plugins.evaluators.judge.evaluator import Judge
from byeori_plugins.evaluators.judge.finding import RubricSetting

__all__ = ["Judge", "JudgeConfig", "RubricSetting"]
