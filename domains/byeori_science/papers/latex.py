r"""LaTeX in texts that are no LaTeX: `$\alpha$`-helices, `\textit{in vivo}`, `Schr\"odinger`.

Only formulas and commands are turned into text, by pylatexenc; all else stays, so that `80 % of $5`
is no comment and no formula.
"""

import importlib.util
import re
from functools import lru_cache
from typing import Any

_CITED = re.compile(r"~?\\(?:cite\w*|ref|eqref|label|footnote\w*)\*?(?:\[[^\]]*\])*\{[^{}]*\}")
# Dollars as pandoc reads them: no space inside, no digit behind the closing one.
_MATH = re.compile(
    r"\$\$[^$]+\$\$|(?<!\\)\$(?=\S)[^$\n]*?(?<=[^\s\\])\$(?!\d)|\\\(.+?\\\)|\\\[.+?\\\]", re.S
)
_COMMAND = re.compile(
    r"""\\(?:[A-Za-z]+\*?(?:\{[^{}]*\})+|['"`^~=.](?:\{\\?\w\}|\\?\w)|[A-Za-z]{2,}\b|[%&$#_{}])"""
)
_TIMES = re.compile(r"\s*×\s*")
MISSING = "needs pylatexenc: pip install 'byeori[science]'"


def installed() -> bool:
    """Whether LaTeX can be read."""
    return importlib.util.find_spec("pylatexenc") is not None


def holds_latex(text: str) -> bool:
    """Whether a text has a formula or a command."""
    return bool(_CITED.search(text) or _MATH.search(text) or _COMMAND.search(text))


def without_latex(text: str) -> str:
    """The text with formulas and commands as Unicode; citations and labels are left out."""
    for pattern in (_MATH, _COMMAND):
        text = pattern.sub(lambda found: _as_text(found[0]), _CITED.sub("", text))
    return text


def _as_text(latex: str) -> str:
    from pylatexenc.latexwalker import LatexWalkerError

    try:
        found = str(_converter().latex_to_text(latex))
    except (LatexWalkerError, IndexError, ValueError):
        return latex
    spaced = " ".join(_TIMES.sub(" × ", found).split())
    return spaced if spaced else found


@lru_cache
def _converter() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", keep_braced_groups=False, strict_latex_spaces=False)
