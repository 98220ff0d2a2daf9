"""Instruction generators: templates over fields, and question-answer pairs from a model."""

from byeori_plugins.generators.question_answer import QuestionAnswer
from byeori_plugins.generators.templates import Templates

GENERATORS = (Templates, QuestionAnswer)
