"""What one run shows: `report.html` to read, `report.md` to paste, `report.json` to compute with.

The runner fills a `Report`, with a headline from `make_headline` and answers from `pick_answers`;
`write_report` and `write_scores` put the files in place.
"""

from byeori.report.answer_book import AnswerBook, make_answer_book
from byeori.report.answers import pick_answers
from byeori.report.card import model_card
from byeori.report.costs import Cost, Timing
from byeori.report.headline import make_headline
from byeori.report.model import (
    AnswerPair,
    Drop,
    Headline,
    LossPoint,
    MixtureRow,
    ModelAnswer,
    Report,
    Scale,
    StepCounts,
    TuningSummary,
)
from byeori.report.provenance import ComponentUsed, PluginUsed, Provenance, SourceUsed
from byeori.report.scales import find_scales
from byeori.report.scores import write_scores
from byeori.report.serialise import from_json, to_json
from byeori.report.write import write_report

__all__ = [
    "AnswerBook",
    "AnswerPair",
    "ComponentUsed",
    "Cost",
    "Drop",
    "Headline",
    "LossPoint",
    "MixtureRow",
    "ModelAnswer",
    "PluginUsed",
    "Provenance",
    "Report",
    "Scale",
    "SourceUsed",
    "StepCounts",
    "Timing",
    "TuningSummary",
    "find_scales",
    "from_json",
    "make_answer_book",
    "make_headline",
    "model_card",
    "pick_answers",
    "to_json",
    "write_report",
    "write_scores",
]
