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
_FORMULA = re.compile(r"[A-Z(\[][A-Za-z0-9()\[\].*]*")
_RAISED = re.compile("[⁰¹²³⁴-⁹]*[⁺⁻]")
_RAISED_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_CHARGED = re.compile(r"(?P<body>.*?)(?P<raised>\^?)(?P<number>\d*)(?P<sign>[+-])")
_ONE_ATOM = re.compile(r"[A-Z][a-z]?")


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


def split_charge(text: str) -> tuple[str, str]:
    """A formula in plain characters without its charge, and the charge: `2-`, `+`, or nothing.

    Of `SO42-`, as a subscript and a charge are left when a text loses its formatting, the last
    digit is the charge's; a single digit is so behind one atom or a bracket (`Fe3+`), and else
    counts atoms (`NO3-`).
    """
    plain = _plain(text).replace(" ", "")
    found = _CHARGED.fullmatch(plain)
    if found is None:
        return plain, ""
    body, number = found["body"], found["number"]
    if not found["raised"] and number:
        one = len(number) == 1 and not (_ONE_ATOM.fullmatch(body) or body.endswith("]"))
        taken = "" if one else number[-1]
        body, number = body + number[: len(number) - len(taken)], taken
    return body, f"{'' if number == '1' else number}{found['sign']}"


def _plain(name: str) -> str:
    text = _RAISED.sub(lambda found: "^" + found[0].translate(_RAISED_PLAIN), name)
    text = re.sub(r"\\(?:ce|mathrm|text|rm)\s*|[${}\\]|_(?=\{?\d)", "", text)
    text = _DOTS.sub(".", _DASHES.sub("-", unicodedata.normalize("NFKC", text)))
    return text.strip(" .,;:'\"")


@lru_cache(maxsize=8192)
def _formula(text: str) -> str:
    """A formula in the form in which it is compared; empty where the text is none."""
    from molmass import Formula, FormulaError

    neutral, charge = split_charge(text)
    if not _FORMULA.fullmatch(neutral) or (text.isalpha() and not _atoms(text)):
        return ""
    try:
        composition = Formula(neutral).composition()
        body = neutral if "C" in composition else Formula(neutral).formula
    except (FormulaError, ValueError, KeyError):
        return ""
    return f"{body}^{charge}" if charge else body


def _atoms(text: str) -> bool:
    """Whether letters alone are a formula: `NaCl`, `HCl`; `He` and `In` may begin a sentence."""
    return sum(letter.isupper() for letter in text) > 1
