"""The four kinds of task, written by a model about papers; prompts in Korean and English.

The prompts lie in `prompts/`, one file a kind, and are each generator's default.
"""

from byeori_science.asking.concepts import Concepts
from byeori_science.asking.problems import Problems
from byeori_science.asking.questions import Questions
from byeori_science.asking.summaries import Summaries

__all__ = ["Concepts", "Problems", "Questions", "Summaries"]
