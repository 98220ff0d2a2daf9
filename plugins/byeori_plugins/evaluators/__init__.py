"""The built-in evaluators."""

from byeori_plugins.evaluators.generated_answers import GeneratedAnswers
from byeori_plugins.evaluators.harness import LmEval
from byeori_plugins.evaluators.judge import Judge
from byeori_plugins.evaluators.multiple_choice import MultipleChoice
from byeori_plugins.evaluators.perplexity import Perplexity
from byeori_plugins.evaluators.speed import Speed

EVALUATORS = (MultipleChoice, GeneratedAnswers, Judge, Perplexity, Speed, LmEval)

__all__ = [
    "EVALUATORS",
    "GeneratedAnswers",
    "Judge",
    "LmEval",
    "MultipleChoice",
    "Perplexity",
    "Speed",
]
