"""Evaluators that know Korean text."""

from byeori_korean.evaluators.answers import KoreanAnswers

EVALUATORS = (KoreanAnswers,)

__all__ = ["EVALUATORS", "KoreanAnswers"]
