"""How the official scripts of SQuAD and KorQuAD normalise an answer before they compare it."""

import re
import string

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_SPACED = str.maketrans(dict.fromkeys("'\"《》<>〈〉()‘’", " "))


def squad_answer(text: str) -> str:
    """Rajpurkar et al. 2016: lower case, without ASCII punctuation, articles and idle spaces."""
    bare = text.lower().translate(_NO_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def korquad_answer(text: str) -> str:
    """Lim et al. 2019 (KorQuAD 1.0): quotation marks and brackets become spaces first.

    Other ASCII punctuation is dropped; there are no articles. F1 is then over characters.
    """
    return " ".join(text.translate(_SPACED).lower().translate(_NO_PUNCTUATION).split())
