"""Names and formulas of compounds, as they are compared."""

import re
import unicodedata
from functools import lru_cache
from importlib.util import find_spec

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "ω": "omega",
}  # fmt: skip
_DASHES = re.compile("[‐‑‒–—―−﹣－]")
_DOTS = re.compile("[·⋅∙•‧]")
_FORMULA = re.compile(r"[A-Z(\[][A-Za-z0-9()\[\].*+-]*")
_CHARGE = re.compile(r"(\d*)([+-])$")


def needs_formulas() -> None:
    """Raises where molmass is not installed.

    Raises:
        ValueError: it is not; the message says how to get it.
    """
    if find_spec("molmass") is None:
        raise ValueError("formulas are read by molmass: pip install 'byeori[chemistry]'")


def normal_name(name: str) -> str:
    """What two ways to write one compound have in common.

    Formulas: subscripts and charges as plain characters, spaces and LaTeX out; without carbon in
    Hill's order, because `NaCl` and `ClNa` are one compound, with carbon as they are written,
    because C2H4O2 is several. Names: letter case, spaces and hyphens out, Greek letters spelled,
    `aluminum` and `sulfur` spellings of IUPAC.
    """
    plain = _plain(name)
    squeezed = plain.replace(" ", "")
    if formula := _formula(squeezed):
        return formula
    text = squeezed.casefold()
    for letter, spelled in _GREEK.items():
        text = text.replace(letter, spelled)
    text = text.replace("-", "").replace("sulph", "sulf").replace("aluminum", "aluminium")
    return text.replace("cesium", "caesium") if "caesium" not in text else text


def _plain(name: str) -> str:
    text = re.sub(r"\\(?:ce|mathrm|text|rm)\s*|[${}\\]|_(?=\{?\d)|\^(?=\{?\d*[+-])", "", name)
    text = _DOTS.sub(".", _DASHES.sub("-", unicodedata.normalize("NFKC", text)))
    return text.strip(" .,;:'\"")


@lru_cache(maxsize=8192)
def _formula(text: str) -> str:
    """A formula in the form in which it is compared; empty where the text is none."""
    from molmass import Formula, FormulaError

    if not _FORMULA.fullmatch(text) or (text.isalpha() and not _atoms(text)):
        return ""
    charge = _CHARGE.search(text)
    neutral = text[: charge.start()] if charge else text
    try:
        composition = Formula(neutral).composition()
    except (FormulaError, ValueError, KeyError):
        return ""
    carbon = "C" in composition
    body = neutral if carbon else Formula(neutral).formula
    return f"{body}{charge[1] or ''}{charge[2]}" if charge else body


def _atoms(text: str) -> bool:
    """Whether letters alone are a formula: `NaCl`, `HCl`; `He` and `In` may begin a sentence."""
    return sum(letter.isupper() for letter in text) > 1
