"""Filters that know Korean text: its letters, spaces, scripts and speech levels."""

from byeori_korean.filters.hangul import Hangul
from byeori_korean.filters.scripts import Scripts
from byeori_korean.filters.spacing import Spacing
from byeori_korean.filters.speech_level import SpeechLevel

FILTERS = (Hangul, Spacing, Scripts, SpeechLevel)

__all__ = ["FILTERS", "Hangul", "Scripts", "Spacing", "SpeechLevel"]
