"""The one table of a sweep: `report.html`, `report.md` and `report.json` of all variants."""

from byeori.report.sweep.model import Repetition, Row, SweepReport, VariantSummary
from byeori.report.sweep.words import first_words, gate_words

__all__ = ["Repetition", "Row", "SweepReport", "VariantSummary", "first_words", "gate_words"]
