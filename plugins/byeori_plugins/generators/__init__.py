"""Instruction generators: sets as they are, templates, wordings of annotated sets, and models."""

from byeori_plugins.generators.ask import Ask
from byeori_plugins.generators.conversations import Conversations
from byeori_plugins.generators.evolve import Evolve
from byeori_plugins.generators.instructions import Instructions
from byeori_plugins.generators.phrasings import Phrasings
from byeori_plugins.generators.question_answer import QuestionAnswer
from byeori_plugins.generators.regenerate import Regenerate
from byeori_plugins.generators.self_instruct import SelfInstructGenerator
from byeori_plugins.generators.tasks import TASKS
from byeori_plugins.generators.templates import Templates
from byeori_plugins.generators.translate import Translate

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
