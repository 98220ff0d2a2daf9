"""Which script a text is written in: tells Korean from English, and not English from German."""

import re
from collections.abc import Mapping

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_LATIN = "A-Za-z\u00c0-\u024f"
_SCRIPTS: Mapping[str, str] = {
    "ko": "\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f",
    "ja": "\u3040-\u30ff" + _HAN,
    "zh": _HAN,
    "ru": "\u0400-\u052f",
}
"""Letters of languages that are not written in Latin ones, as in a character class."""


def script_share(text: str, language: str) -> float:
    """The share of a text's letters that are of the language's script, 0 to 1; 1 without letters.

    Args:
        text: any text.
        language: BCP-47 tag; Latin script where its language is not among those known here.
    """
    letters = _SCRIPTS.get(language.partition("-")[0].lower(), _LATIN)
    all_letters = len(re.findall(r"[^\W\d_]", text))
    return len(re.findall(f"[{letters}]", text)) / all_letters if all_letters else 1.0
