"""Tasks over a text that a model does once, so that a smaller one learns to: the tasks of the
chemistry paper (Table 1 to 5), for any domain."""

from byeori_plugins.generators.tasks.common import TaskConfig, TextTask, as_json
from byeori_plugins.generators.tasks.exam_questions import ExamQuestions, ExamQuestionsConfig
from byeori_plugins.generators.tasks.properties import AllFound, Found, Property
from byeori_plugins.generators.tasks.property_extraction import (
    PropertyExtraction,
    PropertyExtractionConfig,
)
from byeori_plugins.generators.tasks.question_extraction import (
    QuestionExtraction,
    QuestionExtractionConfig,
)
from byeori_plugins.generators.tasks.summary import Summary, SummaryConfig, SummaryQuestion
from byeori_plugins.generators.tasks.summary_extraction import (
    SummaryExtraction,
    SummaryExtractionConfig,
)

TASKS = (Summary, SummaryExtraction, QuestionExtraction, PropertyExtraction, ExamQuestions)

__all__ = [
    "TASKS",
    "AllFound",
    "ExamQuestions",
    "ExamQuestionsConfig",
    "Found",
    "Property",
    "PropertyExtraction",
    "PropertyExtractionConfig",
    "QuestionExtraction",
    "QuestionExtractionConfig",
    "Summary",
    "SummaryConfig",
    "SummaryExtraction",
    "SummaryExtractionConfig",
    "SummaryQuestion",
    "TaskConfig",
    "TextTask",
    "as_json",
]
