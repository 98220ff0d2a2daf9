"""Finds training examples, and documents, that overlap with evaluation items.

From the surest: the same document, or a copy of it; the same question, or the same but for Korean
spacing and particles; a run of words in common, Korean ones without particles (Brown et al. 2020,
appendix C), or of characters (OpenAI 2023, GPT-4 technical report, appendix C).
"""

from byeori.stages.leakage.find import Leaks, find_leaks
from byeori.stages.leakage.reasons import (
    ALIKE_DOCUMENT,
    ALIKE_QUESTION,
    REASONS,
    SAME_CHARACTERS,
    SAME_DOCUMENT,
    SAME_QUESTION,
    SAME_WORDS,
    Leak,
)

__all__ = [
    "ALIKE_DOCUMENT",
    "ALIKE_QUESTION",
    "REASONS",
    "SAME_CHARACTERS",
    "SAME_DOCUMENT",
    "SAME_QUESTION",
    "SAME_WORDS",
    "Leak",
    "Leaks",
    "find_leaks",
]
