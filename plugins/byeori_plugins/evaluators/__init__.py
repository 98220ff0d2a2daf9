"""The built-in evaluators, and what an evaluator of another plugin is made of.

`asked` puts items to a model and tells what it cannot read from what it got wrong; `read_questions`
reads items from a file; `sample` takes some by the seed; the metrics of a text (`exact_match`,
`token_f1`, `rouge_l`, `chrf`) compare one answer with one reference, Korean as well as English.
A `Measure` looks at one answer and gives an `Outcome`; `extraction_f1` takes how a field compares
values, `parsed_value` reads JSON and dictionaries, `same_quantity` compares numbers with units.
"""

from byeori_plugins.evaluators.answer_files import read_questions
from byeori_plugins.evaluators.asking import asked
from byeori_plugins.evaluators.choices.config import MultipleChoiceConfig
from byeori_plugins.evaluators.generated_answers import GeneratedAnswers, GeneratedAnswersConfig
from byeori_plugins.evaluators.harness import LmEval, LmEvalConfig
from byeori_plugins.evaluators.judge import Judge, JudgeConfig, RubricSetting
from byeori_plugins.evaluators.metrics import (
    Measure,
    Metric,
    MetricSettings,
    Outcome,
    extraction_f1,
    parsed_value,
    same_quantity,
    unscored,
)
from byeori_plugins.evaluators.multiple_choice import MultipleChoice
from byeori_plugins.evaluators.perplexity import Perplexity
from byeori_plugins.evaluators.sampling import sample
from byeori_plugins.evaluators.speed import Speed
from byeori_plugins.evaluators.text_metrics import (
    bag_f1,
    chrf,
    exact_match,
    normalised_answer,
    rouge_l,
    token_f1,
    tokens,
)

EVALUATORS = (MultipleChoice, GeneratedAnswers, Judge, Perplexity, Speed, LmEval)

__all__ = [
    "EVALUATORS",
    "GeneratedAnswers",
    "GeneratedAnswersConfig",
    "Judge",
    "JudgeConfig",
    "LmEval",
    "LmEvalConfig",
    "Measure",
    "Metric",
    "MetricSettings",
    "MultipleChoice",
    "MultipleChoiceConfig",
    "Outcome",
    "Perplexity",
    "RubricSetting",
    "Speed",
    "asked",
    "bag_f1",
    "chrf",
    "exact_match",
    "extraction_f1",
    "normalised_answer",
    "parsed_value",
    "read_questions",
    "rouge_l",
    "same_quantity",
    "sample",
    "token_f1",
    "tokens",
    "unscored",
]
