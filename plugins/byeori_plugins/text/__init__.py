"""What several kinds of component need to know of a text.

Languages and scripts, quantities (`Units` is a registry, with units of one's own), choices of a
question, tokens, templates in settings, and what a rewriting leaves as it is (`protected`).
"""

from byeori.prompts import render
from byeori_plugins.text.choices import listed_choices, named_choice
from byeori_plugins.text.jinja import Template
from byeori_plugins.text.language import language_of, languages
from byeori_plugins.text.protected import Span, protected
from byeori_plugins.text.quantities import plain_of_latex, readings
from byeori_plugins.text.scripts import script_share
from byeori_plugins.text.tokens import TOKENISERS, TokenKind, ascii_words, syllables, words
from byeori_plugins.text.units import (
    PLAIN,
    Quantity,
    UnitError,
    Units,
    parse_quantity,
    parse_unit,
    plain_text,
    same_kind,
)

__all__ = [
    "PLAIN",
    "TOKENISERS",
    "Quantity",
    "Span",
    "Template",
    "TokenKind",
    "UnitError",
    "Units",
    "ascii_words",
    "language_of",
    "languages",
    "listed_choices",
    "named_choice",
    "parse_quantity",
    "parse_unit",
    "plain_of_latex",
    "plain_text",
    "protected",
    "readings",
    "render",
    "same_kind",
    "script_share",
    "syllables",
    "words",
]
