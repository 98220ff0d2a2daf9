"""Translation of instruction sets, and what must survive it."""

from byeori_plugins.translation.config import TranslationConfig

__all__ = ["TranslationConfig"]
