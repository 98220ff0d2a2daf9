"""Which language a text is in; Korean is told by its script, whatever English stands in it."""

import re
from functools import lru_cache
from typing import Any

from byeori_plugins.text.scripts import script_share

_LETTER = re.compile(r"[^\W\d_]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]+")
# Not prose of any language: addresses, code spans, formulas in TeX.
_FOREIGN = re.compile(r"https?://\S+|\S+@\S+|`[^`]*`|\$[^$]*\$")
_LONGEST = 4000
"""Characters that are looked at, from the beginning: more does not change what is told."""


def language_of(text: str, hangul: float = 0.2, letters: int = 20) -> str:
    """ISO 639-1 code of a text's language, or an empty text where it cannot be told.

    Args:
        hangul: least share of Hangul among the letters of a Korean text. Korean prose about a
            technical matter is full of English words, names and formulas, and a Hangul syllable is
            worth two or three Latin letters.
        letters: fewest letters from which another language is told. Hangul is told from one on.
    """
    text = _FOREIGN.sub(" ", text[:_LONGEST])
    if _HANGUL.search(text):
        if script_share(text, "ko") >= hangul:
            return "ko"
        text = _HANGUL.sub(" ", text)
    if len(_LETTER.findall(text)) < letters:
        return ""
    return str(_identifier().classify(text)[0])


def languages() -> frozenset[str]:
    """The codes that `language_of` can tell."""
    return frozenset({"ko", *map(str, _identifier().labels)})


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """langid's model of 97 languages (Lui and Baldwin 2012), as py3langid ships it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)
