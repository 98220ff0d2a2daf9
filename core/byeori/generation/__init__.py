"""Generators that ask a model, in a few lines: a prompt, an answer schema, a mapping to examples.

`ModelGenerator` does the rest: parts of long documents, requests, journal keys, rejects, language,
counting and estimates. Nothing here imports `openai` before the first request.
"""

from byeori.generation.config import GenerationConfig
from byeori.generation.generator import ModelGenerator
from byeori.generation.parts import Part, Unusable, language_name, split
from byeori.generation.sentences import SENTENCE_ENDS, SentenceEnds, SentenceKind
from byeori.generation.spans import find_span

__all__ = [
    "SENTENCE_ENDS",
    "GenerationConfig",
    "ModelGenerator",
    "Part",
    "SentenceEnds",
    "SentenceKind",
    "Unusable",
    "find_span",
    "language_name",
    "split",
]
