"""Instruction generators: sets as they are, templates, wordings of annotated sets, and models.

They can be derived from, with their settings. `TextTask` and `TaskConfig` are what the tasks over a
text are made of, `particle` and `with_particle` what makes Korean templates read well.
"""

from byeori.korean import particle, with_particle
from byeori_plugins.generators.ask import Ask, AskConfig, ExampleSpec
from byeori_plugins.generators.conversations import Conversations
from byeori_plugins.generators.evolve import Evolve
from byeori_plugins.generators.instructions import Instructions, InstructionsConfig
from byeori_plugins.generators.phrasings import Phrasings, PhrasingsConfig
from byeori_plugins.generators.question_answer import QuestionAnswer, QuestionAnswerConfig
from byeori_plugins.generators.regenerate import Regenerate, RegenerateConfig
from byeori_plugins.generators.schemas import AnswerField, Answers, answer_model
from byeori_plugins.generators.self_instruct import SelfInstructGenerator
from byeori_plugins.generators.tasks import (
    TASKS,
    AllFound,
    ExamQuestions,
    ExamQuestionsConfig,
    Found,
    Property,
    PropertyExtraction,
    PropertyExtractionConfig,
    QuestionExtraction,
    QuestionExtractionConfig,
    Summary,
    SummaryConfig,
    SummaryExtraction,
    SummaryExtractionConfig,
    SummaryQuestion,
    TaskConfig,
    TextTask,
    as_json,
)
from byeori_plugins.generators.templates import Templates, TemplatesConfig, TemplateSpec
from byeori_plugins.generators.translate import Translate, TranslateConfig

GENERATORS = (
    Templates,
    QuestionAnswer,
    Ask,
    Instructions,
    Phrasings,
    *TASKS,
    SelfInstructGenerator,
    Translate,
    Conversations,
    Regenerate,
    Evolve,
)

__all__ = [
    "GENERATORS",
    "AllFound",
    "AnswerField",
    "Answers",
    "Ask",
    "AskConfig",
    "Conversations",
    "Evolve",
    "ExamQuestions",
    "ExamQuestionsConfig",
    "ExampleSpec",
    "Found",
    "Instructions",
    "InstructionsConfig",
    "Phrasings",
    "PhrasingsConfig",
    "Property",
    "PropertyExtraction",
    "PropertyExtractionConfig",
    "QuestionAnswer",
    "QuestionAnswerConfig",
    "QuestionExtraction",
    "QuestionExtractionConfig",
    "Regenerate",
    "RegenerateConfig",
    "SelfInstructGenerator",
    "Summary",
    "SummaryConfig",
    "SummaryExtraction",
    "SummaryExtractionConfig",
    "SummaryQuestion",
    "TaskConfig",
    "TemplateSpec",
    "Templates",
    "TemplatesConfig",
    "TextTask",
    "Translate",
    "TranslateConfig",
    "answer_model",
    "as_json",
    "particle",
    "with_particle",
]
