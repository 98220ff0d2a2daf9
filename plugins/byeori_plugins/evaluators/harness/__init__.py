"""Tasks of EleutherAI's lm-evaluation-harness, run by the library itself on models of a run."""

from byeori_plugins.evaluators.harness.evaluator import LmEval, LmEvalConfig

__all__ = ["LmEval", "LmEvalConfig"]
