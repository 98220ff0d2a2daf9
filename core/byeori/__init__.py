"""byeori: domain documents in, a specialised language model with proof out.

Everything a plugin needs is imported from here; nothing here imports torch.
"""

from byeori.answering import Answered, AnswerEvaluator
from byeori.asking import LogLikelihood, Model, PlainText, Prompt
from byeori.components import (
    Component,
    Config,
    DataSource,
    EvaluationData,
    Evaluator,
    Filter,
    InstructionGenerator,
    TuningData,
    TuningMethod,
)
from byeori.context import Context, Progress, Reject
from byeori.decoding import Decoding
from byeori.diagnostics import Diagnostic
from byeori.errors import (
    ByeoriError,
    DataError,
    ExitCode,
    Mistake,
    PluginError,
    RecipeError,
    StoppedError,
    WorkspaceBusyError,
)
from byeori.estimates import Estimate
from byeori.hookspecs import hookimpl
from byeori.records import (
    Answer,
    Document,
    Example,
    Item,
    ModelRef,
    PromptTemplate,
    Score,
    Turn,
)
from byeori.result_tables import ResultTable

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "AnswerEvaluator",
    "Answered",
    "ByeoriError",
    "Component",
    "Config",
    "Context",
    "DataError",
    "DataSource",
    "Decoding",
    "Diagnostic",
    "Document",
    "Estimate",
    "EvaluationData",
    "Evaluator",
    "Example",
    "ExitCode",
    "Filter",
    "InstructionGenerator",
    "Item",
    "LogLikelihood",
    "Mistake",
    "Model",
    "ModelRef",
    "PlainText",
    "PluginError",
    "Progress",
    "Prompt",
    "PromptTemplate",
    "RecipeError",
    "Reject",
    "ResultTable",
    "Score",
    "StoppedError",
    "TuningData",
    "TuningMethod",
    "Turn",
    "WorkspaceBusyError",
    "hookimpl",
]
