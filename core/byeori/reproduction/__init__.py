"""A paper's tables as data: what was printed, how ours are got, and when they count as reproduced.

A plugin describes papers and offers them with the hook `byeori_papers`; `byeori reproduce PAPER`
gets our figures, sets them beside the printed ones and marks each by the rule its table states.
"""

from byeori.comparison.model import Estimate
from byeori.reproduction.paper import NAME, Experiment, Paper
from byeori.reproduction.printed import decimals, printed_number
from byeori.reproduction.rules import (
    PrintedDigits,
    Rule,
    SameSettings,
    SameText,
    WithinInterval,
)
from byeori.reproduction.sides import Above, SameDirection
from byeori.reproduction.table import Figure, Mark, Ours, Place, Verdict
from byeori.reproduction.ways import (
    Computed,
    FromRecipe,
    Measured,
    MetricAt,
    ModelAt,
    NotRunnable,
    PromptOf,
    Way,
)

__all__ = [
    "NAME",
    "Above",
    "Computed",
    "Estimate",
    "Experiment",
    "Figure",
    "FromRecipe",
    "Mark",
    "Measured",
    "MetricAt",
    "ModelAt",
    "NotRunnable",
    "Ours",
    "Paper",
    "Place",
    "PrintedDigits",
    "PromptOf",
    "Rule",
    "SameDirection",
    "SameSettings",
    "SameText",
    "Verdict",
    "Way",
    "WithinInterval",
    "decimals",
    "printed_number",
]
